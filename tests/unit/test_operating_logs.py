"""What an operator reads of the logs, and which alarms are the stack's."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace

from operating import alarms, logs

LINE = {
    "level": "ERROR",
    "location": "note_fault:121",
    "message": "fault",
    "timestamp": "2026-11-26 00:49:57,380+0000",
    "service": "order-processing",
    "function_name": "order-processing-VerifyOrderFunction-9A",
    "order_id": "BRSJV48JX",
    "fault": "ThrottlingException in Query (at orders:75)",
}


class Logs:
    """CloudWatch Logs; remembers what was asked."""

    def __init__(self, *messages: str) -> None:
        self.messages = messages
        self.asked: dict[str, object] = {}

    def get_paginator(self, _):
        def paginate(**asked):
            self.asked = asked
            return [{"events": [{"message": message} for message in self.messages]}]

        return SimpleNamespace(paginate=paginate)


def said(monkeypatch, capsys, arguments, *messages):
    service = Logs(*messages)
    monkeypatch.setattr(logs, "connect", lambda _: (lambda name: service, {"FunctionLogs": "group"}))
    code = logs.main(arguments)
    return code, capsys.readouterr().out, service.asked


def test_an_orders_lines_are_asked_for_by_its_number_and_read_in_their_order(monkeypatch, capsys):
    early = {**LINE, "timestamp": "2026-11-26 00:49:50,000+0000", "message": "done", "level": "INFO"}
    code, out, asked = said(
        monkeypatch, capsys, ["BRSJ-V48J-X"], json.dumps(LINE), "START RequestId: 1", json.dumps(early)
    )
    assert (code, asked["filterPattern"], asked["logGroupName"]) == (0, '"BRSJV48JX"', "group")
    first, second = out.splitlines()
    assert "done" in first
    assert second == (
        "2026-11-26 00:49:57,380 ERROR   VerifyOrderFunction: "
        "fault order_id=BRSJV48JX fault=ThrottlingException in Query (at orders:75)"
    )


def test_faults_are_counted_the_most_frequent_first(monkeypatch, capsys):
    other = {**LINE, "fault": "StageFault"}
    _, out, _ = said(monkeypatch, capsys, ["--faults"], *map(json.dumps, (other, LINE, LINE)))
    assert [line.split(maxsplit=1)[0] for line in out.splitlines()] == ["2", "1"]
    assert "ThrottlingException" in out.splitlines()[0]


def test_nothing_found_is_said_by_the_exit_code(monkeypatch, capsys):
    assert said(monkeypatch, capsys, ["JKJaXmPLvHcESHA="])[0] == 1


def test_another_stacks_alarms_are_not_shown(monkeypatch, capsys):
    def alarm(name, state):
        at = datetime(2026, 11, 26, tzinfo=UTC)
        return {"AlarmName": name, "StateValue": state, "StateUpdatedTimestamp": at, "AlarmDescription": "What it is."}

    found = [
        alarm("shop-SignatureAlarm-98A", "ALARM"),
        alarm("shop-BounceAlarm-98A", "OK"),
        alarm("shop-dev-FaultAlarm-98A", "ALARM"),
    ]
    pages = SimpleNamespace(paginate=lambda AlarmNamePrefix: [{"MetricAlarms": found}])
    client = SimpleNamespace(get_paginator=lambda _: pages)
    monkeypatch.setattr(alarms, "connect", lambda _: (lambda name: client, {}))
    assert alarms.main(["--stack", "shop"]) == 1
    out = capsys.readouterr().out
    assert "SignatureAlarm" in out
    assert "FaultAlarm" not in out
    assert "BounceAlarm" not in out
