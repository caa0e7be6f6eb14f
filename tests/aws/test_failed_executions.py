"""Failed executions by Step Functions' own lists, and an order's last execution where it was started anew."""

from __future__ import annotations

import json

import boto3
import pytest

from order_processing.adapters.failed_executions import DynamoRedrives, StepFunctionsFailures
from order_processing.failures import Redrive
from tests.orders import NOW

ORDER = "7K3M9QXB4"


@pytest.fixture
def machine(aws) -> str:
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 600, "End": True}}})
    role = "arn:aws:iam::123456789012:role/machine"
    made = boto3.client("stepfunctions").create_state_machine(name="m", definition=definition, roleArn=role)
    return made["stateMachineArn"]


def started(machine: str, name: str) -> str:
    given = json.dumps({"order_id": ORDER})
    return boto3.client("stepfunctions").start_execution(stateMachineArn=machine, name=name, input=given)[
        "executionArn"
    ]


def test_what_was_stopped_is_listed_and_the_last_execution_is_the_orders(machine):
    client = boto3.client("stepfunctions")
    failures = StepFunctionsFailures(client, {"order": machine})
    assert failures.of_order(ORDER, 1) is None
    first = started(machine, ORDER)
    assert failures.of_order(ORDER, 1)[0] == first
    assert failures.failed().failures == ()
    client.stop_execution(executionArn=first, error="States.Timeout", cause="too long")
    (failure,) = failures.failed().failures
    assert (failure.order_id, failure.machine, failure.arn) == (ORDER, "order", first)
    assert failures.of_order(ORDER, 1)[1].status == "ABORTED"
    anew = started(machine, f"{ORDER}-anew-1")
    arn, progress = failures.of_order(ORDER, 1)
    assert (arn, progress.status) == (anew, "RUNNING")
    assert failures.of_order(ORDER, 2) is None
    assert [each.status for each in failures.progress([failure])] == ["ABORTED"]
    gone = failure.model_copy(update={"arn": first[:-1]})
    assert [each.status for each in failures.progress([gone])] == ["GONE"]


def test_redrives_are_kept_the_newest_first(dynamodb, tables):
    redrives = DynamoRedrives(dynamodb, tables["orders"])
    assert redrives.find("1") is None
    for number in ("1", "2"):
        redrives.keep(Redrive(id=number, at=NOW, actor="staff: Eve", title="Mail is stopped", failures=()))
    assert [each.id for each in redrives.latest()] == ["2", "1"]
    assert redrives.find("1").actor == "staff: Eve"


def test_each_failure_stands_on_one_page_and_the_last_page_says_so(machine, monkeypatch):
    monkeypatch.setattr("order_processing.adapters.failed_executions._MOST", 2)
    client = boto3.client("stepfunctions")
    stopped = {started(machine, f"{ORDER}-{number}") for number in range(5)}
    for arn in stopped:
        client.stop_execution(executionArn=arn, error="States.Timeout", cause="too long")
    failures = StepFunctionsFailures(client, {"order": machine})
    pages = [failures.failed(page) for page in range(4)]
    assert [(len(page.failures), page.more) for page in pages] == [(2, True), (2, True), (1, False), (0, False)]
    assert sorted(failure.arn for page in pages for failure in page.failures) == sorted(stopped)
