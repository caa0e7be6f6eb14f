"""What a store is told of a delivery that brings no order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from order_processing import doors
from order_processing.http import Request
from order_processing.stores.platform import NeedsFetch, NotAnOrder, OrderDeleted


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
    def read(self) -> dict[str, Any]:
        return {"shop": {"shop.example.com": ["secret"]}}


NOTICE = NeedsFetch(store="shop.example.com", store_order_id="7", urls=("https://shop.example.com/orders/7",))


@pytest.mark.parametrize(
    ("brings", "status", "says"),
    [
        (NotAnOrder(reason="another topic"), 200, "another topic"),
        (OrderDeleted(store_order_id="7"), 200, "not touched"),
        (NOTICE, 501, "NOT_FETCHED"),
    ],
)
def test_a_delivery_without_an_order_is_answered_for_what_it_is(monkeypatch, brings, status, says):
    monkeypatch.setattr(doors, "platform", lambda _: Shop(brings))
    door = doors.Doors(orders=None, executions=None, links=None, senders=Senders())
    answer = door.webhook("shop", Request(headers={}, body="{}"))
    assert answer.status == status
    assert says in json.dumps(json.loads(answer.body))
