"""A store changes an order and Step Functions refuses the start that follows: the sweep finds and starts it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
import pytest

from order_processing.adapters.findings import DynamoFindings
from order_processing.adapters.store_changes import DynamoStoreChanges
from order_processing.decisions import NotStarted
from order_processing.deliveries import Deliveries
from order_processing.order import Order
from order_processing.status import Status
from order_processing.stores.platform import OrderChanged
from tests.aws.machines import Machines
from tests.aws.shop import NOW, Shop
from tests.aws.test_stages import mails, reserved
from tests.aws.test_store_changes import create, deliver, told
from tests.aws.test_sweep_orders import sweep

DAY = timedelta(days=1)


@pytest.fixture
def findings(tables: dict[str, str]) -> DynamoFindings:
    return DynamoFindings(boto3.client("dynamodb"), tables["findings"])


class Refusing:
    """Executions, at a moment when Step Functions starts none."""

    def start(self, order_id: str, run: int = 1) -> None:
        raise NotStarted(order_id)

    def answer(self, token: str, decision: str) -> None:
        """Nobody waits with this token any more."""


def deliver_unstarted(shop: Shop, order: Order) -> Any:
    """The change is taken in, and nothing can be started then."""
    nothing: Any = None
    refusing: Any = Refusing()
    door = Deliveries(
        orders=shop.orders,
        changes=lambda: DynamoStoreChanges(boto3.client("dynamodb"), "orders"),
        executions=refusing,
        quarantine=nothing,
        notices=nothing,
    )
    return door.take("shopify", OrderChanged(order=order, change="restored"), order.model_dump_json().encode(), NOW)


def test_an_order_that_the_store_opened_again_and_that_was_not_started_is_started_by_the_sweep(shop, findings):
    machines = Machines()
    order_id = create(shop)
    shop.verify(order_id)
    shop.check(order_id)
    deliver(shop, told(2, closed_reason="cancelled in the store"), "cancelled")
    assert sweep(shop, machines, findings, NOW + DAY).found == (), "it has ended, and long since nobody looks at it"

    assert deliver_unstarted(shop, told(3, 2)).action == "take_up_again"
    found = sweep(shop, machines, findings, NOW + 2 * DAY).found
    assert [(one.kind, one.subject, one.done) for one in found] == [("NOT_STARTED", order_id, "started")]
    machines.go_on(shop)
    assert (shop.orders.load(order_id).status, reserved("TEST-123")) == (Status.READY_TO_SHIP, 2)
    last = sweep(shop, machines, findings, NOW + 2 * DAY + timedelta(minutes=5))
    assert (last.found, len(last.resolved), findings.open()) == ((), 1, [])
    listed = boto3.client("dynamodb").scan(TableName="orders", FilterExpression="attribute_exists(waits_for)")
    assert listed["Items"] == [], "it waits for nothing any more"


def test_an_order_that_waited_when_its_store_replaced_it_is_found_too(shop, findings):
    machines = Machines()
    order_id = create(shop, lines=(told().lines[0].model_copy(update={"sku": "NO-SUCH-SKU"}),))
    shop.run(order_id)
    assert shop.orders.load(order_id).status is Status.CORRECTION_PENDING
    sent = len(mails())

    assert deliver_unstarted(shop, told(2)).action == "replace"
    found = sweep(shop, machines, findings, NOW + DAY).found
    assert [(one.kind, one.subject) for one in found] == [("NOT_STARTED", order_id)]
    machines.go_on(shop)
    assert (shop.orders.load(order_id).status, len(mails()) - sent) == (Status.READY_TO_SHIP, 1)
