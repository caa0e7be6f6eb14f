"""Staff decides about waiting orders through the API, on the deployed stack."""

from __future__ import annotations

import json

from local import wait_for
from local.senders import API_KEY, STAFF_KEY
from tests.stack.senders import api_order, place, status


def decide(stack, order_id, body, key=STAFF_KEY):
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return stack.request("POST", f"/orders/{order_id}/decision", headers, json.dumps(body))


def waiting(stack, number, **changes):
    """An order that waits for staff, with its execution."""
    receipt = place(stack, api_order(number, **changes)).json()
    key = {"order_id": {"S": receipt["id"]}, "part": {"S": "order"}}

    def asked():
        head = stack.client("dynamodb").get_item(TableName=stack.outputs["OrdersTable"], Key=key).get("Item", {})
        return "question" in head

    wait_for(asked, seconds=60, what="somebody to be asked")
    return receipt


def settled(stack, receipt, ends):
    def look():
        seen = status(stack, receipt).json()
        return seen if seen["status"] in ends else None

    return wait_for(look, seconds=60, what=f"order {receipt['number']} to become {ends}")


def test_staff_puts_an_unknown_product_right_and_the_order_becomes_ready_to_ship(stack):
    receipt = waiting(stack, "staff-correct", sku="NO-SUCH-SKU")
    assert decide(stack, receipt["id"], {"decision": "approve"}, API_KEY).status == 401
    refused = decide(stack, receipt["id"], {"decision": "approve"})
    assert (refused.status, refused.json()["code"]) == (409, "CORRECTION_NEEDED")
    corrections = [{"path": "lines[0].sku", "value": "TEST-123"}]
    answer = decide(stack, receipt["id"], {"decision": "correct", "corrections": corrections})
    assert answer.status == 200, answer.body
    assert settled(stack, receipt, ("READY_TO_SHIP",))["total"] == "152.60"


def test_staff_rejects_an_order_and_its_execution_ends(stack):
    receipt = waiting(stack, "staff-reject", sku="NO-SUCH-SKU")
    assert decide(stack, receipt["id"], {"decision": "reject"}).json()["status"] == "REJECTED"
    wait_for(lambda: stack.execution(receipt["id"])["status"] == "SUCCEEDED", what="the execution to end")
    told = wait_for(lambda: stack.mails("staff-reject@example.com"), what="the customer to be told")
    assert any(receipt["number"] in mail.subject for mail in told)
