"""The main job: a placed order becomes a confirmed, recorded, labelled order, on the deployed stack."""

from __future__ import annotations

import io
import json
import re

import pypdfium2
import pytest
import zxingcpp

from local import wait_for
from local.senders import API_KEY
from order_processing.adapters.accounts import read_entry
from order_processing.adapters.attributes import read_document
from order_processing.order_parts import Question
from tests.stack.senders import api_order, place, read_payload, send_shopify, send_woocommerce, status

READY = "READY_TO_SHIP"
STAGES = ["RECEIVED", "VERIFIED", "RESERVED", "CONFIRMED", "RECORDED", READY]


def settled(stack, receipt):
    """The order's status as its holder sees it, once nothing more happens to it by itself."""

    def look():
        seen = status(stack, receipt).json()
        return seen if seen["status"] not in STAGES[:-1] else None

    return wait_for(look, seconds=60, what=f"order {receipt['number']} to settle")


REAL_ORDERS = [
    pytest.param("shopify", "shopify-3-full-note-attributes-refund", "199.65", False, id="shopify-3"),
    pytest.param("shopify", "shopify-6-percent-code-paid-ca", "181.09", True, id="shopify-6"),
    pytest.param("woocommerce", "woo-1-docs-variation-tax", "29.35", False, id="woo-1"),
    pytest.param("woocommerce", "woo-5-onhold-zero-tax-line", "152.60", False, id="woo-5"),
]


@pytest.mark.parametrize(("source", "name", "total", "abroad"), REAL_ORDERS)
def test_a_real_stores_order_becomes_ready_to_ship(stack, source, name, total, abroad):
    payload = read_payload(name)
    answer = {"shopify": send_shopify, "woocommerce": send_woocommerce}[source](stack, payload)
    assert answer.status in (200, 202), answer.body
    order = settled(stack, answer.json())
    assert (order["status"], order["total"]) == (READY, total), order["reason"]
    assert list(order["times"]) == STAGES
    _one_confirmation(stack, order, payload)
    _one_account_entry(stack, order)
    _labels_decode(stack, order, abroad)
    _five_transitions(stack, order)


def _one_confirmation(stack, order, payload):
    values = json.loads(payload)
    email = values.get("email") or values["billing"]["email"]
    sent = [mail for mail in stack.mails(email) if order["number"] in mail.subject]
    assert len(sent) == 1, [mail.subject for mail in stack.mails(email)]
    for line in order["lines"]:
        assert line["delivery_date"]
    for body in (sent[0].html, sent[0].text):
        assert order["total"] in body
        assert str(int(order["delivery_date"][-2:])) in body
        assert order["number"] in body


def _one_account_entry(stack, order):
    scan = stack.client("dynamodb").scan(TableName=stack.outputs["AccountsTable"])["Items"]
    entries = [item for item in scan if item["entry"]["S"] == f"order#{order['id']}"]
    assert len(entries) == 1
    entry = read_entry(entries[0])
    assert entry.order_id == order["id"]
    assert entry.delivery_date.isoformat() == order["delivery_date"]
    assert entry.description


def _labels_decode(stack, order, abroad):
    """Labels and a packing slip; customs papers for an order that goes abroad from Louisville, and for no other."""
    s3 = stack.client("s3")
    prefix = f"orders/{order['id']}/"
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket=stack.outputs["DocumentsBucket"], Prefix=prefix)["Contents"]]
    parcels = len(order["parcels"])
    papers = ["commercial-invoice-n.pdf", *["customs-declaration-n.pdf"] * parcels] if abroad else []
    assert sorted(re.sub(r"\d+", "n", key.removeprefix(prefix)) for key in keys) == sorted(
        ["packing-slip.pdf", *["label-n.pdf"] * parcels, *papers]
    )
    decoded = set()
    for key in keys:
        body = s3.get_object(Bucket=stack.outputs["DocumentsBucket"], Key=key)["Body"].read()
        for page in pypdfium2.PdfDocument(io.BytesIO(body)):
            codes = zxingcpp.read_barcodes(page.render(scale=203 / 72).to_pil())
            decoded |= {re.sub(r"\D", "", code.text) for code in codes if "label" in key}
    assert {f"00{parcel['sscc']}" for parcel in order["parcels"]} <= decoded


def _five_transitions(stack, order):
    entered = [event for event in stack.history(order["id"]) if event["type"].endswith("StateEntered")]
    assert [event["stateEnteredEventDetails"]["name"] for event in entered] == [
        "VerifyOrder",
        "CheckAvailability",
        "ConfirmOrder",
        "UpdateAccount",
        "PrepareDelivery",
    ]
    assert stack.execution(order["id"])["status"] == "SUCCEEDED"


def test_a_front_ends_order_becomes_ready_to_ship(stack):
    answer = place(stack, api_order("front-end-1"))
    assert answer.status == 202
    order = settled(stack, answer.json())
    assert order["status"] == READY, order["reason"]


def test_an_order_that_the_store_closed_is_turned_away_for_a_reason_and_nobody_is_written_to(stack):
    answer = send_shopify(stack, read_payload("shopify-1-webhook-test-discount20"))
    order = settled(stack, answer.json())
    assert order["status"] == "REJECTED"
    assert order["reason"]["code"] == "STORE_CLOSED"
    assert "test order" in order["reason"]["text"]
    assert not [mail for mail in stack.mails() if order["number"] in mail.subject]


def task_token(stack, order_id):
    """The token of the execution that waits for a decision, once it does."""
    key = {"order_id": {"S": order_id}, "part": {"S": "order"}}
    head = stack.client("dynamodb").get_item(TableName=stack.outputs["OrdersTable"], Key=key)["Item"]
    return read_document(head["question"], Question).token if "question" in head else None


def test_an_order_without_address_waits_for_a_correction_and_can_be_cancelled(stack):
    answer = send_shopify(stack, read_payload("shopify-4-eur-no-email-no-address"))
    receipt = answer.json()
    order = settled(stack, receipt)
    assert order["status"] == "CORRECTION_PENDING"
    assert "shipping_address" in order["reason"]["text"]
    wait_for(lambda: task_token(stack, order["id"]), what="the execution to wait")
    path = receipt["status_url"].partition("/orders/")[2].replace("?", "/cancel?")
    cancelled = stack.request("POST", f"/orders/{path}")
    assert cancelled.json().get("status") == "CANCELLED", cancelled.body
    wait_for(lambda: stack.execution(order["id"])["status"] == "SUCCEEDED", what="the execution to end")
    assert status(stack, receipt).json()["status"] == "CANCELLED"


def test_an_unknown_product_is_refused_or_asked_about_and_nothing_is_reserved(stack):
    order = settled(stack, place(stack, api_order("unknown-sku", sku="NO-SUCH-SKU")).json())
    assert order["status"] in ("REJECTED", "CORRECTION_PENDING")
    assert "lines[0].sku" in order["reason"]["text"]
    assert "NO-SUCH-SKU" in order["reason"]["text"]


def test_more_than_there_is_ends_in_an_offer_and_expires_when_nobody_answers(stack):
    receipt = place(stack, api_order("too-many", quantity=2_000)).json()
    order = settled(stack, receipt)
    assert order["status"] == "OFFER_PENDING", order["reason"]
    sfn = stack.client("stepfunctions")

    sfn.send_task_failure(
        taskToken=wait_for(lambda: task_token(stack, order["id"]), what="the question"),
        error="States.Timeout",
        cause="",
    )
    wait_for(lambda: stack.execution(order["id"])["status"] == "SUCCEEDED", what="the execution to end")
    ended = status(stack, receipt).json()
    assert (ended["status"], ended["reason"]["code"]) == ("EXPIRED", "NO_ANSWER")


def test_the_api_key_is_asked_for(stack):
    refused = stack.request("POST", "/orders", {"Idempotency-Key": "x", "Authorization": "Bearer wrong"}, b"{}")
    assert refused.status == 401
    assert API_KEY not in refused.body.decode()
