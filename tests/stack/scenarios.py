"""What orders go through, from end to end on a deployed stack, for whoever measures what that takes.

They look at the tables instead of asking the API, so that looking is no part of what is measured.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local import LocalStack, wait_for
from local.senders import FRONT_END, SECOND_STAFF_KEY, STAFF_KEY
from operating.webhooks import Operator
from order_processing.adapters.catalogue import DynamoCatalogue
from order_processing.adapters.licences import DynamoLicences
from order_processing.adapters.webhooks import SECONDS
from order_processing.catalogue import catalogue_items
from order_processing.product import Price, Product
from order_processing.webhooks.endpoint import Endpoint, Store
from tests.stack.offered_products import order_of_cups, stock_cups
from tests.stack.senders import api_order, place
from tests.stack.webhook_receiver import receiving

FIVE = [("TEST-123", 15260), ("IPOD2008RED", 19900), ("IPOD2008GREEN", 19900), ("IPOD2008BLACK", 19900)]
EVENTS = 5
"""How many events the happy path has."""
Scenario = Callable[[LocalStack, str], str]


def head_of(stack: LocalStack, order_id: str) -> dict[str, Any]:
    """The item of the order's head, empty while it has none."""
    key = {"order_id": {"S": order_id}, "part": {"S": "order"}}
    found: dict[str, Any] = stack.client("dynamodb").get_item(TableName=stack.outputs["OrdersTable"], Key=key)
    return found.get("Item", {})


def becomes(stack: LocalStack, order_id: str, status: str, *, asked: bool = False) -> str:
    """Waits until the order has a status (asked: and its execution waits for a decision). Returns its id."""

    def look() -> bool:
        head = head_of(stack, order_id)
        return head.get("status", {}).get("S") == status and ("question" in head or not asked)

    wait_for(look, seconds=180, what=f"order {order_id} to become {status}")
    return order_id


def placed(stack: LocalStack, order: dict[str, Any]) -> str:
    """The id of an order that the API has taken in."""
    answer = place(stack, order)
    if answer.status != 202:
        raise RuntimeError(f"order {order['order_number']}: {answer.status} {answer.body!r}")
    return str(answer.json()["id"])


def decide(stack: LocalStack, order_id: str, key: str = STAFF_KEY, **decision: Any) -> None:
    """Staff decide about an order that waits. key: of whom."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    answer = stack.request("POST", f"/orders/{order_id}/decision", headers, json.dumps(decision))
    if answer.status != 200:
        raise RuntimeError(f"order {order_id}: {answer.status} {answer.body!r}")


def happy(stack: LocalStack, key: str) -> str:
    """One line, from stock."""
    return becomes(stack, placed(stack, api_order(key)), "READY_TO_SHIP")


def five_lines(stack: LocalStack, key: str) -> str:
    """Five lines of four products, from stock."""
    lines = [{"sku": sku, "quantity": 1, "unit_price": f"{price / 100:.2f}"} for sku, price in [*FIVE, FIVE[0]]]
    total = f"{sum(price for _, price in [*FIVE, FIVE[0]]) / 100:.2f}"
    return becomes(stack, placed(stack, api_order(key, lines=lines, total=total)), "READY_TO_SHIP")


def correction(stack: LocalStack, key: str) -> str:
    """A product that there is not, put right by staff."""
    order_id = becomes(stack, placed(stack, api_order(key, sku="NO-SUCH-SKU")), "CORRECTION_PENDING", asked=True)
    decide(stack, order_id, decision="correct", corrections=[{"path": "lines[0].sku", "value": "TEST-123"}])
    return becomes(stack, order_id, "READY_TO_SHIP")


def offer(stack: LocalStack, key: str) -> str:
    """More than there is; it comes in parts, as the customer chooses by telling staff."""
    stock_cups(stack, key)
    order_id = becomes(stack, placed(stack, order_of_cups(key, key)), "OFFER_PENDING", asked=True)
    decide(stack, order_id, decision="choose", choice="in_parts")
    return becomes(stack, order_id, "READY_TO_SHIP")


def approval(stack: LocalStack, key: str) -> str:
    """An order that staff look at before it is confirmed, and consent to, two of them."""
    order_id = becomes(stack, placed(stack, api_order(key, flags=["fraud:review"])), "APPROVAL_PENDING", asked=True)
    for staff_key in (STAFF_KEY, SECOND_STAFF_KEY):
        decide(stack, order_id, staff_key, decision="approve")
    return becomes(stack, order_id, "READY_TO_SHIP")


def cancellation(stack: LocalStack, key: str) -> str:
    """Cancelled by the customer once it is ready, before its label is printed."""
    receipt = place(stack, api_order(key)).json()
    becomes(stack, receipt["id"], "READY_TO_SHIP")
    path = receipt["status_url"].partition("/orders/")[2].replace("?", "/cancel?")

    def cancelled() -> bool:  # for a minute after its confirmation an order cannot be
        return stack.request("POST", f"/orders/{path}").status == 200

    if not cancelled():
        raise RuntimeError(f"order {receipt['id']} cannot be cancelled")
    return becomes(stack, receipt["id"], "CANCELLED")


def digital(stack: LocalStack, key: str) -> str:
    """A licence key, handed out by e-mail."""
    sku = f"APP-{key}"
    app = Product(
        sku=sku,
        title="Timer app",
        digital=True,
        licence_keys=True,
        tax_class="none",
        prices=(Price(currency="USD", amount=15260),),
    )
    dynamodb = stack.client("dynamodb")
    DynamoCatalogue(dynamodb, stack.outputs["CatalogueTable"]).put(
        catalogue_items([app], [], [], [], guest_id=lambda email: email)
    )
    licences = DynamoLicences(dynamodb, stack.outputs["LicencesTable"], inventory_table=stack.outputs["InventoryTable"])
    licences.add(sku, [f"KEY-{key}"])
    return becomes(stack, placed(stack, api_order(key, sku=sku)), "READY_TO_SHIP")


def webhooks(stack: LocalStack, key: str) -> str:
    """One line, from stock, whose front end hears of it at an endpoint of its own."""
    operator = Operator(stack.client, stack.outputs)
    with receiving() as receiver:
        own = Store(source="api", store=FRONT_END)
        receiver.secret = operator.add(Endpoint(name=key, url=receiver.url, stores=(own,), added_at=datetime.now(UTC)))
        try:
            time.sleep(SECONDS)  # until every process knows of it
            order_id = happy(stack, key)
            wait_for(lambda: len(set(receiver.ids())) >= EVENTS, seconds=180, what=f"events of {order_id} to be heard")
        finally:
            operator.desk.remove(key)
    return order_id
