"""What a store is told of a delivery that brings no order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from order_processing import deliveries, doors
from order_processing.http import Request
from order_processing.stores.platform import NeedsFetch, NotAnOrder, OrderDeleted, Unreadable
from tests.unit.test_fetching import Kept


class Shop:
    """A platform whose deliveries are all signed, and bring what the test says."""

    name = "shop"

    def __init__(self, brings: Any) -> None:
        self.brings = brings

    def ping(self, *_: Any) -> None:
        return None

    def store_of(self, *_: Any) -> str:
        return "shop.example.com"

    def verify(self, *_: Any) -> None:
        return None

    def read(self, *_: Any) -> Any:
        return self.brings


class Senders:
    def read(self, *, seconds: float | None = None) -> dict[str, Any]:
        return {"shop": {"shop.example.com": ["secret"]}}


UNUSED: dict[str, Any] = dict.fromkeys(["orders", "accounts", "queries", "executions", "links"])
NOTICE = NeedsFetch(store="shop.example.com", store_order_id="7", urls=("https://shop.example.com/orders/7",))


@pytest.mark.parametrize(
    ("brings", "status", "says"),
    [
        (NotAnOrder(reason="another topic"), 200, "another topic"),
        (OrderDeleted(store="shop.example.com", store_order_id="7"), 200, "deleted before it was known"),
        (NOTICE, 202, "to be fetched"),
    ],
)
def test_a_delivery_without_an_order_is_answered_for_what_it_is(monkeypatch, brings, status, says):
    monkeypatch.setattr(doors, "platform", lambda _: Shop(brings))
    monkeypatch.setattr(deliveries, "platform", lambda _: Shop(brings))
    kept = Kept()
    door = doors.Doors(
        orders=None,
        accounts=None,
        queries=None,
        executions=None,
        links=None,
        senders=Senders(),
        deliveries=kept.deliveries,
    )
    answer = door.webhook("shop", Request(headers={}, body="{}"))
    assert answer.status == status
    assert says in json.dumps(json.loads(answer.body))
    assert kept.queued == ([("shop", NOTICE)] if brings is NOTICE else [])


def test_what_cannot_be_read_is_set_aside_with_its_body_and_without_its_signature(monkeypatch):
    class Broken(Shop):
        def read(self, *_: Any) -> Any:
            raise Unreadable("line_items.0.price", "text", "an amount")

    for module in (doors, deliveries):
        monkeypatch.setattr(module, "platform", lambda _: Broken(None))
    kept = Kept()
    door = doors.Doors(
        orders=None,
        accounts=None,
        queries=None,
        executions=None,
        links=None,
        senders=Senders(),
        deliveries=kept.deliveries,
    )
    headers = {"x-shopify-topic": "orders/create", "x-shopify-hmac-sha256": "abc", "authorization": "Bearer x"}
    answers = [door.webhook("shop", Request(headers=headers, body='{"a": 1}')) for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202]
    assert json.loads(answers[0].body)["errors"][0]["path"] == "line_items.0.price"
    ((aside, raw),) = kept.aside.values()
    assert raw == b'{"a": 1}'
    assert aside.headers == {"x-shopify-topic": "orders/create"}
    assert json.loads(answers[1].body)["quarantined"] == aside.id
