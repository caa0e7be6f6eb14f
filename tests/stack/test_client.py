"""The Python client against the deployed stack."""

from __future__ import annotations

import http.client

import pytest

from clients.python.order_processing_client import Client, Problem
from local.senders import API_KEY, OTHER_API_KEY, STAFF_KEY
from local.stack import wait_for
from order_processing.adapters.catalogue import DynamoCatalogue
from order_processing.catalogue import Coupon, catalogue_items
from tests.stack.senders import api_order


class Here(Client):
    """A client whose requests go to the local stack."""

    stack = None

    def _send(self, method, path, body, headers):
        if self.lost:
            self.lost.pop()
            self.stack.request(method, path, dict(headers), body or b"")
            raise http.client.RemoteDisconnected
        answer = self.stack.request(method, path, dict(headers), body or b"")
        return answer.status, answer.headers, answer.body


def client(stack, secret, lost=0):
    made = Here("http://localhost", secret, sleep=lambda _: None)
    made.stack, made.lost = stack, [None] * lost
    return made


def test_an_order_from_quote_to_list(stack):
    mine, other, staff = (client(stack, secret, lost=1) for secret in (API_KEY, OTHER_API_KEY, STAFF_KEY))
    order = api_order("client")
    assert mine.quote(order)["would_be"] == "RESERVED"
    receipt = mine.place(order, idempotency_key="client")
    mine.lost = [None, None]
    assert mine.place(order, idempotency_key="client") == receipt, "answers were lost, and it is one order"
    ready = wait_for(
        lambda: (seen := mine.read(receipt["id"]))["status"] == "READY_TO_SHIP" and seen, what="the order is ready"
    )
    assert mine.news(ready) is None
    with pytest.raises(Problem, match="404 NO_SUCH_ORDER"):
        other.read(receipt["id"])
    day = min(ready["times"].values())[:10]
    for who, sees in ((mine, True), (staff, True), (other, False)):
        assert (receipt["id"] in {order["order_id"] for order in who.orders(day=day, limit=40)}) is sees
    stale = type(ready)(ready)
    stale.etag = '"another"'
    with pytest.raises(Problem, match="412 ORDER_CHANGED"):
        mine.cancel(receipt["id"], seen=stale)
    assert mine.cancel(receipt["id"], seen=ready)["status"] == "CANCELLED"
    assert mine.cancel(receipt["id"], seen=ready)["status"] == "CANCELLED"
    assert mine.news(ready)["status"] == "CANCELLED"


def test_a_quote_sees_what_a_customer_owes_and_how_often_a_coupon_was_used(stack):
    coupon = Coupon(code="QUOTED", kind="fixed_amount", amounts={"USD": 500}, uses=0)
    catalogue = DynamoCatalogue(stack.client("dynamodb"), stack.outputs["CatalogueTable"])
    catalogue.put(catalogue_items([], [], [coupon], [], guest_id=lambda email: email))
    mine = client(stack, API_KEY)
    order = api_order("quoted-coupon", discounts=[{"code": "QUOTED", "amount": "5.00"}], total="147.60")
    order["lines"][0]["discount"] = "5.00"
    assert "COUPON_NOT_VALID" in str(mine.quote(order)), "it may be used by no order"
    owing = api_order("quoted-owing", customer={"email": "account@example.net", "name": "Carl Credit"}, paid=False)
    assert mine.quote(owing)["would_be"] == "RESERVED"
