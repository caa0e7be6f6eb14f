"""Stock and supply by the deployed API, and what a late supply does to orders that were told a date."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.senders import API_KEY, INVENTORY_KEY, STAFF_KEY
from local.stack import wait_for
from tests.load.rush import add_product, shop_on
from tests.stack.senders import api_order, place, status

SAMPLES = Path(__file__).parents[2] / "events" / "inventory"
TODAY = datetime.now(UTC).date()


def send(stack, kind: str, body, *, key: str = INVENTORY_KEY, method: str = "POST"):
    csv = isinstance(body, bytes)
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "text/csv" if csv else "application/json",
    }
    return stack.request(method, f"/inventory/{kind}", headers, body if csv else json.dumps({"documents": body}))


def planned(days: int, quantity: int = 5, sku: str = "LATE-1") -> dict:
    due_on = (TODAY + timedelta(days=days)).isoformat()
    return {"document": "PO-LATE", "sku": sku, "location": "louisville", "due_on": due_on, "quantity": quantity}


def test_documents_come_once_by_the_api_and_by_csv(stack):
    for kind in ("supply", "counts", "receipts"):
        raw = (SAMPLES / f"{kind}.csv").read_text(encoding="utf-8").replace("TEST-123", "CSV-1").replace("WOO", "CSV")
        first, again = (send(stack, kind, raw.encode(), method=method) for method in ("POST", "PUT"))
        assert (first.status, again.status) == (200, 200), first.body
        assert again.json()["documents"] == again.json().get("unchanged", 0) + again.json().get("closed", 0)
        changed = send(stack, kind, raw.replace(",9", ",8").encode())
        assert changed.status == {"supply": 200, "counts": 409, "receipts": 409}[kind], changed.body
    assert send(stack, "counts", b"", key=API_KEY).status == 401
    assert send(stack, "counts", b"document;sku\n").status == 400


def test_a_late_supply_corrects_the_date_that_customers_were_told_once(stack):
    shop = shop_on(stack)
    add_product(shop, "LATE-1")
    assert send(stack, "supply", [planned(7)]).json()["new"] == 1
    receipt = place(stack, api_order("late-1", sku="LATE-1", quantity=2)).json()
    before = wait_for(lambda: ready(stack, receipt), what="the order is ready to ship")

    assert send(stack, "supply", [planned(14)]).json()["changed"] == 1
    assert send(stack, "supply", [planned(14)]).json()["unchanged"] == 1
    after = wait_for(
        lambda: (shown := ready(stack, receipt)) and shown["delivery_date"] != before["delivery_date"] and shown,
        what="the order has a new date",
    )
    assert after["delivery_date"] > before["delivery_date"]
    mails = wait_for(lambda: late_mails(stack), what="the customer is told")
    assert len(mails) == 1
    assert "apologise" in mails[0].text
    entry = shop.orders.load(receipt["id"])
    assert entry.delay
    assert entry.delay.told

    came = [{"document": "GR-1", "supply": "PO-LATE", "sku": "LATE-1", "location": "louisville", "quantity": 0}]
    short = send(stack, "receipts", [{**came[0], "final": True}])
    assert short.json()["results"][0]["short"] == 2
    listed = wait_for(lambda: broken(stack), what="staff sees the broken promise")
    assert [order["order_id"] for order in listed] == [receipt["id"]]
    count = {"document": "C-LATE", "sku": "LATE-1", "location": "louisville", "on_hand": 4}
    assert send(stack, "counts", [count]).status == 200
    wait_for(lambda: not broken(stack) and ready(stack, receipt), what="the order is promised from stock")
    queue = stack.client("sqs").get_queue_attributes(
        QueueUrl=stack.outputs["FailedPromisesQueue"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    assert queue["Attributes"]["ApproximateNumberOfMessages"] == "0"


def ready(stack, receipt):
    shown = status(stack, receipt).json()
    return shown if shown["status"] == "READY_TO_SHIP" else None


def late_mails(stack):
    return [mail for mail in stack.mails("late-1@example.com") if "new delivery date" in mail.subject]


def broken(stack):
    answer = stack.request("GET", "/inventory/broken-promises", {"Authorization": f"Bearer {STAFF_KEY}"})
    return answer.json()["orders"]
