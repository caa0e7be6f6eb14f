"""What a store tells later of its order, on the deployed stack: the state machine goes back, or begins anew."""

from __future__ import annotations

import json
from typing import Any

from local import wait_for
from tests.stack.senders import read_payload, send_woocommerce, status
from tests.stack.test_main_job import READY, settled

BASE = json.loads(read_payload("woo-5-onhold-zero-tax-line")) | {"status": "processing"}


def tell(stack, number: int, second: int, quantity: int = 1, topic: str = "order.updated", **changes: Any) -> Any:
    """A state of a WooCommerce order."""
    price = 152.60 if quantity < 100 else 145.00
    total = f"{price * quantity:.2f}"
    line = BASE["line_items"][0] | {"quantity": quantity, "subtotal": total, "total": total, "price": price}
    order = BASE | {
        "id": number,
        "number": str(number),
        "billing": BASE["billing"] | {"email": f"woo-{number}@example.com"},
        "line_items": [line],
        "total": total,
        "date_modified_gmt": f"2026-11-24T10:00:{second:02}",
        **changes,
    }
    answer = send_woocommerce(stack, json.dumps(order).encode(), **{"X-WC-Webhook-Topic": topic})
    assert answer.status in (200, 202), answer.body
    return answer.json()


def executions(stack, order_id: str) -> dict[str, str]:
    pages = stack.client("stepfunctions").get_paginator("list_executions")
    found = pages.paginate(stateMachineArn=stack.outputs["StateMachineArn"])
    return {e["name"]: e["status"] for page in found for e in page["executions"] if e["name"].startswith(order_id)}


def test_an_order_that_waits_for_its_customer_goes_on_as_the_store_has_changed_it(stack):
    receipt = tell(stack, 71001, 1, 1900, "order.created")
    assert settled(stack, receipt)["status"] == "OFFER_PENDING"
    assert tell(stack, 71001, 2, 3) == receipt
    order = wait_for(lambda: _ready(stack, receipt), seconds=60, what="the changed order to be ready")
    assert (order["lines"][0]["quantity"], order["total"]) == (3, "457.80")
    assert executions(stack, receipt["id"]) == {receipt["id"]: "SUCCEEDED"}
    confirmed = [mail.subject for mail in stack.mails("woo-71001@example.com") if "confirmed" in mail.subject]
    assert len(confirmed) == 1, "and, unless the change was quicker, the question about the old state"


def test_an_order_that_was_rejected_for_not_being_paid_is_taken_up_once_it_is(stack):
    receipt = tell(stack, 71002, 1, 1, "order.created", status="pending", date_paid=None, date_paid_gmt=None)
    assert settled(stack, receipt)["status"] == "REJECTED"
    for _ in range(2):
        assert tell(stack, 71002, 2) == receipt
    order = wait_for(lambda: _ready(stack, receipt), seconds=60, what="the paid order to be ready")
    assert executions(stack, receipt["id"]) == {receipt["id"]: "SUCCEEDED", f"{receipt['id']}-2": "SUCCEEDED"}
    tell(stack, 71002, 3, 5)
    assert status(stack, receipt).json()["lines"] == order["lines"]


def _ready(stack, receipt: Any) -> Any:
    seen = status(stack, receipt).json()
    return seen if seen["status"] == READY else None
