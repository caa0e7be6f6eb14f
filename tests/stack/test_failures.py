"""A failed execution says why and what to do, and goes on where it failed once the cause is gone: on the deployed
stack, with the console's own rights, and with the operator's command."""

from __future__ import annotations

import html
import json
import re

import pytest

from local import wait_for
from local.staff import APPROVER, OPERATOR
from operating import failures, licences
from tests.stack.senders import status
from tests.stack.stuck_orders import out_of_keys
from tests.staff import Desk

# One after the other with the browser's tests of the same cause: whoever redrives all of it redrives others' too.
pytestmark = pytest.mark.xdist_group("browser")
PATH = "/staff/failures"


def goes_through(stack, receipt):
    def look():
        return status(stack, receipt).json()["status"] == "READY_TO_SHIP"

    wait_for(look, seconds=60, what=f"order {receipt['number']} to be ready")


def kind_on(page: str) -> str:
    found = re.search(r'id="h-(\w+)">Licence keys have run out', page)
    assert found, page
    return found[1]


def test_failures_are_seen_by_cause_and_redriven_together(stack, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("operating.stack.LocalStack.running", lambda: stack)
    receipts = out_of_keys(stack, "APP-STUCK", 2)
    cause = json.loads(stack.execution(receipts[0]["id"])["cause"])["errorMessage"]
    assert cause.startswith("OUT_OF_KEYS: APP-STUCK: 1 of 1 keys are not in the pool. What to do: load keys with")
    machine = stack.client("stepfunctions").describe_state_machine(stateMachineArn=stack.outputs["StateMachineArn"])
    assert re.search(r"https?://[^ ]+/staff/orders/<the execution's name>", machine["definition"])
    desk = Desk(stack)
    page = html.unescape(desk.sign_in(OPERATOR, PATH).body.decode())
    for receipt in receipts:
        assert receipt["number"] in page
    assert "python -m operating.licences SKU FILE" in page
    assert f"executions/details/{stack.execution(receipts[0]['id'])['executionArn']}" in page
    assert Desk(stack).sign_in(APPROVER, PATH).status == 403

    assert failures.main(["list"]) == 0
    told = capsys.readouterr().out
    assert "Licence keys have run out" in told
    assert receipts[1]["number"] in told

    form = {"do": "redrive", "kind": kind_on(page)}
    first = desk.post(PATH, form | {"order_id": receipts[0]["id"]})
    assert first.status == 303, first.body
    progress = first.headers["location"]
    wait_for(lambda: b"1 failed again" in desk.get(progress).body, what="the first to fail again")

    keys = tmp_path / "keys.txt"
    keys.write_text("STUCK-KEY-1\nSTUCK-KEY-2\n", encoding="utf-8")
    assert licences.main(["APP-STUCK", str(keys)]) == 0
    moved = desk.post(PATH, form)
    assert moved.status == 303, moved.body
    for receipt in receipts:
        goes_through(stack, receipt)
    wait_for(lambda: b"2 went through" in desk.get(moved.headers["location"]).body, what="both to have gone through")
    events = [event["type"] for event in stack.history(receipts[0]["id"])]
    assert events.count("ExecutionRedriven") == 2
    assert receipts[0]["number"] not in desk.get(PATH).body.decode()
    assert failures.main(["redrive", receipts[0]["number"]]) == 1
    assert desk.post(PATH, form).status == 409
