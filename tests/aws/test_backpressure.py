"""More than AWS takes at once: an order is kept and started later, or refused with when to come again; never lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.findings import DynamoFindings
from order_processing.adapters.order_lists import OrderLists
from order_processing.adapters.orders import DynamoOrders
from order_processing.decisions import NotStarted
from order_processing.gateway import failed
from order_processing.intake import take_in
from order_processing.stages.start_orders import start_orders
from order_processing.status import Status
from tests.aws.shop import NOW, Shop
from tests.aws.test_stages import simple_order

MINUTE = timedelta(minutes=1)


class Refusing:
    """A client of AWS that refuses some calls of one operation, as AWS would; the rest it makes."""

    def __init__(self, client: Any, operation: str, error: Callable[[], ClientError], times: int) -> None:
        self._client, self._operation, self._error, self.left = client, operation, error, times

    def __getattr__(self, name: str) -> Any:
        if name != self._operation or self.left <= 0:
            return getattr(self._client, name)
        self.left -= 1

        def refused(**_: Any) -> Any:
            raise self._error()

        return refused


def error(code: str, operation: str, **more: Any) -> Callable[[], ClientError]:
    return lambda: ClientError({"Error": {"Code": code, "Message": "Rate exceeded"}, **more}, operation)  # type: ignore[typeddict-item]


THROTTLED = [
    error("ThrottlingException", "PutItem"),
    error("ProvisionedThroughputExceededException", "PutItem"),
    error("RequestLimitExceeded", "PutItem"),
    error(
        "TransactionCanceledException",
        "TransactWriteItems",
        CancellationReasons=[{"Code": "None"}, {"Code": "ThrottlingError"}],
    ),
]


@pytest.mark.parametrize("refused", THROTTLED)
def test_what_cannot_be_kept_is_refused_with_when_to_come_again(refused):
    answers = [failed(refused()) for _ in range(40)]
    assert {answer["statusCode"] for answer in answers} == {503}
    assert {json.loads(answer["body"])["code"] for answer in answers} == {"OVERLOADED"}
    seconds = {int(answer["headers"]["Retry-After"]) for answer in answers}
    assert min(seconds) >= 2
    assert len(seconds) > 2, "not all come back at once"


def test_another_fault_is_not_taken_for_too_much_at_once():
    for other in (
        error("ValidationException", "PutItem")(),
        error("TransactionCanceledException", "T", CancellationReasons=[{"Code": "ConditionalCheckFailed"}])(),
        RuntimeError("x"),
    ):
        assert failed(other)["statusCode"] == 500


def test_an_order_that_could_not_be_kept_is_not_there_and_comes_in_when_it_is_sent_again(shop: Shop):
    order = simple_order()
    full = DynamoOrders(Refusing(boto3.client("dynamodb"), "put_item", THROTTLED[1], 1), "orders")
    with pytest.raises(ClientError):
        take_in(order, b"{}", "f", orders=full, executions=shop, now=NOW)
    assert shop.orders.received_between(NOW - MINUTE, NOW + MINUTE) == []
    placed = take_in(order, b"{}", "f", orders=full, executions=shop, now=NOW)
    assert placed.new
    assert shop.run(placed.order_id).status is Status.READY_TO_SHIP


@pytest.mark.parametrize("code", ["ThrottlingException", "ExecutionLimitExceeded", "ServiceUnavailable"])
def test_orders_that_could_not_be_started_are_kept_said_yes_to_and_started_by_the_sweep(shop: Shop, code):
    machine = boto3.client("stepfunctions").create_state_machine(
        name="m",
        definition='{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}',
        roleArn="arn:aws:iam::123456789012:role/machine",
    )["stateMachineArn"]
    client = Refusing(boto3.client("stepfunctions"), "start_execution", error(code, "StartExecution"), 25)
    executions = StepFunctionsExecutions(client, machine)
    placed = [
        take_in(simple_order(str(n)), b"{}", "f", orders=shop.orders, executions=executions, now=NOW) for n in range(20)
    ]
    assert all(each.new for each in placed)

    def running() -> set[str]:
        listed = boto3.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
        return {execution["name"] for execution in listed}

    assert running() == set()
    dynamodb = boto3.client("dynamodb")
    lists, findings = OrderLists(dynamodb, "orders"), DynamoFindings(dynamodb, "findings")
    sweeps = 0
    while running() != {each.order_id for each in placed}:
        sweeps += 1
        assert sweeps < 10
        try:
            now = NOW + sweeps * 5 * MINUTE
            start_orders(orders=shop.orders, lists=lists, executions=executions, progress=findings, now=now)
        except NotStarted:
            continue
    assert sweeps > 1, "it was throttled for longer than one sweep"


@pytest.mark.parametrize(
    ("operation", "refused"), [("transact_write_items", THROTTLED[3]), ("update_item", THROTTLED[0])]
)
def test_a_stage_that_is_throttled_is_tried_again_and_ends_as_if_it_had_not_been(
    shop: Shop, operation, refused, monkeypatch
):
    monkeypatch.setattr("order_processing.adapters.transactions.clock.sleep", lambda _: None)
    order_id = shop.place(simple_order())

    def clients(service: str) -> Any:
        made = boto3.client(service)
        return Refusing(made, operation, refused, 12) if service == "dynamodb" else made

    slow = Shop(client=clients)
    faults = 0
    for stage in slow.stages:
        while True:
            try:
                stage(order_id)
            except ClientError:
                faults += 1
                assert faults < 20
                continue
            break
    assert faults > 0
    stored = shop.orders.load(order_id)
    assert stored.status is Status.READY_TO_SHIP
    assert shop.accounts.totals(stored.verified.customer_id, "USD") == (1, 15260)
