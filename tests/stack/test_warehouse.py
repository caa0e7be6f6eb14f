"""The warehouse's day on the deployed stack: with its key, its functions' own rights, and the printer apart."""

from __future__ import annotations

import json
import urllib.request
from io import BytesIO

from pypdf import PdfReader

from local import wait_for
from local.senders import STAFF_KEY, WAREHOUSE_KEY
from order_processing.adapters.attributes import read_document
from order_processing.delivery import Delivery
from tests.stack.senders import api_order, place, status

CARRIER = "Northgate Parcel"


def call(stack, method, path, body=None, *, key="", bearer=WAREHOUSE_KEY):
    headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    return stack.request(method, path, headers, json.dumps(body) if body is not None else b"")


def ready(stack, number):
    """An order that is ready to ship: its receipt, and its first shipment."""
    receipt = place(stack, api_order(number)).json()
    wait_for(
        lambda: status(stack, receipt).json()["status"] == "READY_TO_SHIP", seconds=60, what=f"{number} to be ready"
    )
    place_of = {"order_id": {"S": receipt["id"]}, "part": {"S": "order"}}
    head = stack.client("dynamodb").get_item(TableName=stack.outputs["OrdersTable"], Key=place_of)["Item"]
    return receipt, read_document(head["delivery"], Delivery).shipments[0]


def on_the_list(stack, order_id, location, day):
    """The order as the list of the day shows it."""
    listed = call(stack, "GET", f"/shipments?location={location}&day={day}").json()
    return next(s for carrier in listed["carriers"] for s in carrier["shipments"] if s["order_id"] == order_id)


def test_a_day_of_the_warehouse(stack):
    receipt, leaves = ready(stack, "warehouse-1")
    location, day = leaves.location, leaves.ship_date.isoformat()
    assert call(stack, "GET", "/shipments?location=louisville", bearer=STAFF_KEY).status == 401
    shipment = on_the_list(stack, receipt["id"], location, day)
    (sscc,) = [parcel["sscc"] for parcel in shipment["parcels"]]
    assert shipment["state"] == "to_print"

    refused = call(stack, "POST", f"/shipments/parcels/{sscc}/handed-over?location={location}")
    assert (refused.status, refused.json()["code"]) == (409, "NOT_PRINTED")
    wanted = {"location": location, "day": day, "orders": [receipt["number"]]}
    asked = call(stack, "POST", "/shipments/batches", wanted, key="warehouse-1")
    assert asked.status == 202, asked.body

    def finished():
        seen = call(stack, "GET", f"/shipments/batches/{asked.json()['batch']}").json()
        return seen if seen["state"] == "finished" else None

    batch = wait_for(finished, seconds=60, what="the batch to be printed")
    assert (batch["done"], batch["left_out"]) == (1, [])
    with urllib.request.urlopen(batch["links"]["documents"], timeout=10) as answer:
        assert len(PdfReader(BytesIO(answer.read())).pages) == 2
    with urllib.request.urlopen(batch["links"]["pick_list"], timeout=10) as answer:
        assert "TEST-123" in PdfReader(BytesIO(answer.read())).pages[0].extract_text()

    for _ in range(2):
        packed = call(stack, "POST", f"/shipments/parcels/{sscc}/packed?location={location}")
        assert (packed.status, packed.json()["state"]) == (200, "packed"), packed.body
    for _ in range(2):
        left = call(stack, "POST", f"/shipments/parcels/{sscc}/handed-over?location={location}")
        assert (left.status, left.json()["order_complete"]) == (200, True), left.body
    told = [m for m in stack.mails("warehouse-1@example.com") if receipt["number"] in m.subject]
    assert len(told) == 2, "the confirmation, and that it is on its way"

    body = {"location": location, "carrier": CARRIER}
    closed = call(stack, "POST", "/shipments/manifests", body, key="warehouse-1")
    assert closed.status == 200, closed.body
    assert sscc in closed.json()["parcels"]
    again = call(stack, "POST", "/shipments/manifests", body, key="warehouse-1")
    assert again.json()["number"] == closed.json()["number"]
    with urllib.request.urlopen(closed.json()["links"]["document"], timeout=10) as answer:
        assert sscc in PdfReader(BytesIO(answer.read())).pages[0].extract_text()
    bins = call(stack, "POST", "/shipments/bins", {"location": location, "bins": {"TEST-123": "C-07"}})
    assert bins.json() == {"set": 1}
