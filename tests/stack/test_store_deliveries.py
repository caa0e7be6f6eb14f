"""What stores deliver that is no order yet: set aside and replayed, or queued to be fetched."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime

import pytest

from local import LocalStack, wait_for
from local.senders import BIGCOMMERCE_SECRET
from operating.quarantine import Replay
from tests.stack.senders import send_woocommerce


@pytest.fixture
def quarantine(stack: LocalStack) -> Replay:
    return Replay(stack.client, stack.outputs)


def test_a_signed_delivery_that_cannot_be_read_is_set_aside_and_not_lost(stack, quarantine):
    raw = json.dumps({"id": 990011, "line_items": "none", "at": datetime.now(UTC).isoformat()}).encode()
    answer = send_woocommerce(stack, raw)
    assert answer.status == 202, answer.body
    aside = answer.json()["quarantined"]
    assert send_woocommerce(stack, raw).json()["quarantined"] == aside
    assert quarantine.quarantine.body(aside) == raw
    ((name, taken),) = quarantine.replay([aside])
    assert (name, taken.quarantined) == (aside, aside)
    quarantine.quarantine.remove(aside)


def test_an_unsigned_delivery_is_neither_read_nor_kept(stack, quarantine):
    before = {aside.id for aside in quarantine.quarantine.waiting()}
    answer = send_woocommerce(stack, b'{"id": 990012}', **{"X-WC-Webhook-Signature": "bm8="})
    assert answer.status == 401
    assert {aside.id for aside in quarantine.quarantine.waiting()} == before


def test_a_notice_is_answered_once_it_is_queued_and_stays_there_until_its_order_was_fetched(stack):
    body = json.dumps(
        {"store_id": "1", "producer": "stores/abc", "scope": "store/order/created", "data": {"type": "order", "id": 7}}
    )
    at = str(int(time.time()))
    signed = hmac.digest(BIGCOMMERCE_SECRET.encode(), f"msg_1.{at}.{body}".encode(), hashlib.sha256)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": "msg_1",
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
    answer = stack.request("POST", "/webhooks/bigcommerce", headers, body)
    assert (answer.status, answer.json()["taken"]) == (202, False), answer.body
    # Nobody has given the stack access to that store, so the function tries, says why not, and leaves it there.
    told = wait_for(
        lambda: [line for line in stack.logs() if "not fetched" in line], seconds=60, what="a try to fetch it"
    )
    assert "no access to its API" in told[0]
