"""What outlives a deployment, what outlives a redrive's 14 days: executions that wait while the state machine is
changed, decisions at the moment of expiry, and orders whose execution can no longer go on."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import NamedTuple

import pytest

from local import LocalStack, wait_for
from operating import executions as command
from operating import licences
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.runs import StepFunctionsRuns
from order_processing.decisions import NotStarted
from order_processing.status import Status
from tests.proxy.journeys import settled
from tests.proxy.rig import REDRIVABLE, WAIT_SCALE
from tests.stack.senders import api_order, place
from tests.stack.stuck_orders import out_of_keys
from tests.stack.test_staff_decisions import decide, waiting

pytestmark = pytest.mark.xdist_group("rig")

LONGER, SHORT = 3600, 60
"""Seconds for a decision, of two later versions of the state machine."""
RIGHT = {"decision": "correct", "corrections": [{"path": "lines[0].sku", "value": "TEST-123"}]}


class LongAgo(NamedTuple):
    failed: dict[str, str]
    asked: dict[str, str]
    over: float


@pytest.fixture(scope="module")
def orders(rig) -> DynamoOrders:
    return DynamoOrders(rig.stack.client("dynamodb"), rig.stack.outputs["OrdersTable"])


@pytest.fixture(scope="module")
def long_ago(rig) -> LongAgo:
    """Two orders whose executions have failed, and the moment since which 14 days are over for both."""
    stack = rig.stack
    (failed,) = out_of_keys(stack, "APP-LATE", 1)
    asked = waiting(stack, "asked-long-ago", sku="NO-SUCH-SKU")
    stack.client("stepfunctions").stop_execution(executionArn=stack.execution(asked["id"])["executionArn"])
    return LongAgo(failed, asked, time.monotonic() + REDRIVABLE)


def change_decision_seconds(stack: LocalStack, seconds: int) -> None:
    """What a deployment with another DecisionSeconds does: the definition, a version of it, and the alias by which
    executions are started. `LocalStack.deploy` does the same, and packs all functions again for it."""
    states, arn = stack.client("stepfunctions"), stack.outputs["StateMachineArn"]
    definition = states.describe_state_machine(stateMachineArn=arn)["definition"]
    asked = json.loads(definition)["States"]["AwaitDecision"]["Arguments"]["Payload"]["expires_in_seconds"]
    told = asked.strip("{%} ")
    assert definition.count(told) == 2, "the time that is told, and the one that is waited"
    changed = definition.replace(told, str(seconds))
    states.update_state_machine(stateMachineArn=arn, definition=changed)
    version = states.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"]
    route = [{"stateMachineVersionArn": version, "weight": 100}]
    states.update_state_machine_alias(stateMachineAliasArn=f"{arn}:live", routingConfiguration=route)


def window(orders: DynamoOrders, receipt: dict) -> timedelta:
    question = orders.load(receipt["id"]).question
    return question.expires_at - question.asked_at


def test_who_waits_while_the_state_machine_is_changed_goes_on_by_the_old_one_and_later_orders_by_the_new(
    rig, orders, long_ago
):
    stack = rig.stack
    before, stopped = (waiting(stack, f"before-{name}", sku="NO-SUCH-SKU") for name in ("decided", "redriven"))
    change_decision_seconds(stack, LONGER)

    after = waiting(stack, "after", sku="NO-SUCH-SKU")
    assert (window(orders, before), window(orders, after)) == (timedelta(days=3), timedelta(seconds=LONGER))
    arn = stack.execution(stopped["id"])["executionArn"]
    stack.client("stepfunctions").stop_execution(executionArn=arn)
    stack.client("stepfunctions").redrive_execution(executionArn=arn)

    def asked_again() -> bool:
        return len(orders.load(stopped["id"]).question.tokens) == 2

    wait_for(asked_again, what="the redriven execution to wait again")
    assert window(orders, stopped) == timedelta(days=3)
    for receipt in (before, stopped, after):
        assert decide(stack, receipt["id"], RIGHT).status == 200
        settled(stack, receipt["id"], but=Status.CORRECTION_PENDING)
        assert orders.load(receipt["id"]).status is Status.READY_TO_SHIP
    started = [stack.history(receipt["id"])[0]["type"] for receipt in (before, after)]
    assert started == ["ExecutionStarted"] * 2


def test_a_decision_at_the_moment_of_expiry_counts_or_comes_too_late_and_nothing_between(rig, orders):
    """Decisions are awaited for a minute, and one more, of which a tenth passes here."""
    stack = rig.stack
    change_decision_seconds(stack, SHORT)
    receipts = [waiting(stack, f"expiring-{n}", sku="NO-SUCH-SKU") for n in range(8)]
    assert window(orders, receipts[0]) == timedelta(seconds=SHORT)

    def decided_late(number: int) -> int:
        receipt = receipts[number]
        asked = orders.load(receipt["id"]).question.asked_at.timestamp()
        moment = asked + (SHORT + 60) * WAIT_SCALE + (number - 4) * 0.15
        time.sleep(max(0.0, moment - time.time()))
        return decide(stack, receipt["id"], RIGHT).status

    with ThreadPoolExecutor(len(receipts)) as staff:
        answers = list(staff.map(decided_late, range(len(receipts))))
    assert set(answers) <= {200, 409}, answers
    for receipt, answer in zip(receipts, answers, strict=True):
        settled(stack, receipt["id"], but=Status.CORRECTION_PENDING)
        stored = orders.load(receipt["id"])
        assert stored.status is (Status.READY_TO_SHIP if answer == 200 else Status.EXPIRED)
        subjects = [mail.subject for mail in stack.mails(stored.placed.customer.email)]
        assert len(subjects) == 1, subjects
        assert bool(stored.answers) == (answer == 200)


def test_after_fourteen_days_an_order_is_not_redriven_but_started_anew(
    rig, orders, long_ago, tmp_path, monkeypatch, capsys
):
    stack = rig.stack
    monkeypatch.setattr("operating.stack.LocalStack.running", lambda: stack)
    failed, asked, over = long_ago
    (old_token,) = orders.load(asked["id"]).question.tokens
    runs = StepFunctionsRuns(
        stack.client("stepfunctions"), stack.outputs["StateMachineArn"], stack.outputs["EndingArn"]
    )
    keys = tmp_path / "keys.txt"
    keys.write_text("LATE-KEY-1\n", encoding="utf-8")
    assert licences.main(["APP-LATE", str(keys)]) == 0
    time.sleep(max(0.0, over - time.monotonic()))
    for receipt in (failed, asked):
        with pytest.raises(NotStarted):
            runs.redrive(receipt["id"], 1)
        assert command.main(["anew", receipt["id"]]) == 0
        assert f"started as {receipt['id']}-anew-1" in capsys.readouterr().out
        assert command.main(["anew", receipt["id"]]) == 1, "one runs already, or the order has come to its end"

    wait_for(lambda: orders.load(failed["id"]).status is Status.READY_TO_SHIP, seconds=60, what="the order to be ready")
    confirmed = [mail for mail in stack.mails("stuck-app-late-0@example.com") if "confirmed" in mail.subject]
    assert len(confirmed) == 1, "it was confirmed before it failed"

    wait_for(lambda: len(orders.load(asked["id"]).question.tokens) == 2, what="the new execution to wait")
    assert not runs.deliver(old_token, json.dumps("go_on")), "nobody waits with a token that is over"
    assert decide(stack, asked["id"], RIGHT).status == 200
    wait_for(lambda: orders.load(asked["id"]).status is Status.READY_TO_SHIP, seconds=60, what="the order to be ready")
    assert place(stack, api_order("asked-long-ago", sku="NO-SUCH-SKU")).json()["id"] == asked["id"]
