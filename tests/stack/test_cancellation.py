"""Cancelling at each status and in the middle of everything, on the deployed stack."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest

from local import Mail, wait_for
from local.senders import SHOPIFY_SHOP, STAFF_KEY
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.order_lists import OrderLists
from order_processing.catalogue import catalogue_items
from order_processing.catalogue_files import read_catalogue
from order_processing.inventory import StockCount
from order_processing.order import Line
from order_processing.order_parts import Handling
from order_processing.status import Status
from tests.aws.shop import SEED
from tests.load.rush import shop_on
from tests.orders import an_order
from tests.stack.senders import api_order, place, read_payload, send_shopify, status
from tests.stack.test_large_order import _invoke as invoke

STAGES = ["VerifyOrder", "CheckAvailability", "ConfirmOrder", "UpdateAccount", "PrepareDelivery"]
PATH = ["RECEIVED", "VERIFIED", "RESERVED", "CONFIRMED", "RECORDED", "READY_TO_SHIP"]
SKU = "TEST-123"
RACED = "CANCEL-RACE"


def offer_a_product_of_its_own(shop) -> None:
    """TEST-123 once more, under a SKU that no other test orders."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in SEED.iterdir() if path.is_file()}
    like = next(p for p in read_catalogue(texts, today=date(2026, 11, 24)).products if p.sku == SKU)
    product = like.model_copy(update={"sku": RACED, "aliases": (), "gtin": ""})
    shop.catalogue.put(catalogue_items([product], guest_id=shop.guest_id))
    shop.inventory.count(StockCount(document="RACE-1", sku=RACED, location="louisville", on_hand=1000))


def placed(stack, order):
    """The receipt of an order, which is sent again where the stack was too busy, as front ends do."""
    return wait_for(
        lambda: (a := place(stack, order)).status in (200, 202) and a.json(), what="an order to be taken in"
    )


def cancel(stack, receipt, headers=None, body=""):
    path = receipt["status_url"].partition("/orders/")[2].replace("?", "/cancel?")
    return stack.request("POST", f"/orders/{path}", headers, body)


def by_staff(stack, order_id, **body):
    headers = {"Authorization": f"Bearer {STAFF_KEY}", "Content-Type": "application/json"}
    return stack.request("POST", f"/orders/{order_id}/cancel", headers, json.dumps(body))


def entry(stack, shop, order_id):
    customer_id = shop.orders.load(order_id).verified.customer_id
    return DynamoAccounts(stack.client("dynamodb"), stack.outputs["AccountsTable"]).entry(customer_id, order_id)


@pytest.mark.parametrize("done", range(6), ids=PATH)
def test_an_order_is_cancelled_at_each_status_and_the_customer_told_once(stack, done):
    shop = shop_on(stack)
    email = f"cancel-at-{done}@example.com"
    line = Line(line_id="1", sku=SKU, title="Test Product", quantity=1, unit_price=15260)
    order = an_order(f"cancel-at-{done}", lines=(line,), total=15260)
    order_id = shop.place(order.model_copy(update={"customer": order.customer.model_copy(update={"email": email})}))
    for stage in STAGES[:done]:
        invoke(stack, stage, order_id=order_id)
    assert shop.orders.load(order_id).status == PATH[done]
    for _ in range(2):
        answer = by_staff(stack, order_id, reason="The warehouse has burned down.")
        assert (answer.status, answer.json()["status"]) == (200, "CANCELLED"), answer.body
    told = wait_for(lambda: [m for m in stack.mails(email) if "cancelled" in m.subject], what="the customer to be told")
    assert "The warehouse has burned down." in told[0].text
    if done >= 4:
        assert entry(stack, shop, order_id).reversed_at
    # The execution that was to come sees the end and tells nobody again.
    stack.client("stepfunctions").start_execution(
        stateMachineArn=stack.outputs["StateMachineArn"], name=order_id, input=json.dumps({"order_id": order_id})
    )
    wait_for(lambda: stack.execution(order_id)["status"] == "SUCCEEDED", seconds=60, what="the execution to end")
    stored = shop.orders.load(order_id)
    assert (stored.status, stored.promise) == (Status.CANCELLED, None)
    assert [("cancelled" in mail.subject) for mail in stack.mails(email)] == [False] * int(done >= 3) + [True]


def test_once_the_label_is_printed_nobody_cancels_and_a_store_that_does_is_noted(stack):
    shop = shop_on(stack)
    payload = json.loads(read_payload("shopify-3-full-note-attributes-refund"))
    payload |= {
        "id": 99_000_001,
        "email": "late-cancel@example.com",
        "admin_graphql_api_id": "gid://shopify/Order/99000001",
    }
    receipt = send_shopify(stack, json.dumps(payload).encode()).json()
    wait_for(
        lambda: status(stack, receipt).json()["status"] == "READY_TO_SHIP", seconds=60, what="the order to be ready"
    )
    stored = shop.orders.load(receipt["id"])
    shop.orders.note_handling(stored, Handling(printed_at=datetime.now(UTC)))
    for answer in (cancel(stack, receipt), by_staff(stack, receipt["id"])):
        assert (answer.status, answer.json()["code"]) == (409, "TOO_LATE_TO_CANCEL")
        assert "send it back" in answer.json()["detail"]
    payload |= {"cancelled_at": "2026-11-25T12:00:00-05:00", "cancel_reason": "customer"}
    topic = {"X-Shopify-Topic": "orders/cancelled", "X-Shopify-Shop-Domain": SHOPIFY_SHOP}
    for _ in range(2):
        assert send_shopify(stack, json.dumps(payload).encode(), **topic).status == 200
    email = shop.orders.load(receipt["id"]).verified.order.customer.email

    def told() -> list[Mail]:
        return [mail for mail in stack.mails(email) if f"{receipt['number']} can no longer be" in mail.subject]

    wait_for(told, what="the customer to be told")
    time.sleep(1)
    assert len(told()) == 1
    lists = OrderLists(stack.client("dynamodb"), stack.outputs["OrdersTable"])
    assert receipt["id"] in lists.late_cancellations(stored.received_at)
    assert status(stack, receipt).json()["status"] == "READY_TO_SHIP"


def test_orders_cancelled_in_the_middle_of_everything_end_wholly_one_way_or_the_other(stack):
    shop = shop_on(stack)
    offer_a_product_of_its_own(shop)
    number = 16
    receipts = []
    for i in range(number):
        receipts.append(placed(stack, api_order(f"cancel-race-{i}", sku=RACED)))
        delay = 0.15 * i
        threading.Timer(delay, lambda receipt=receipts[-1]: cancel(stack, receipt)).start()

    def settled(receipt):
        def look():
            seen = status(stack, receipt).json()["status"]
            return seen if seen in ("CANCELLED", "READY_TO_SHIP") else None

        return wait_for(look, seconds=120, what=f"order {receipt['number']} to settle")

    time.sleep(0.15 * number)
    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(settled, receipts))
    time.sleep(2)
    ends = [settled(receipt) for receipt in receipts]
    assert "CANCELLED" in ends
    (stock,), _ = shop.inventory.read([RACED])
    assert (stock.reserved, stock.available) == (ends.count("READY_TO_SHIP"), 1000 - ends.count("READY_TO_SHIP"))
    for receipt, end in zip(receipts, ends, strict=True):
        stored = shop.orders.load(receipt["id"])
        if end == "CANCELLED":
            email = stored.placed.customer.email
            assert sum("cancelled" in mail.subject for mail in stack.mails(email)) == 1
        if "RECORDED" in stored.times:
            assert (entry(stack, shop, receipt["id"]).reversed_at is not None) == (end == "CANCELLED")
