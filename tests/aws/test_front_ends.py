"""Two front ends on the real adapters: each places, sees, lists and cancels its own orders, and no other's."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from order_processing.adapters.order_queries import DynamoOrderQueries
from order_processing.callers import API
from order_processing.doors import Doors
from order_processing.http import Answer, Request
from order_processing.status import Status
from order_processing.tokens import Claims
from tests.aws.shop import Shop
from tests.aws.test_staff_decisions import Fixed
from tests.stack.senders import api_order

SENDERS = {"api": {"one": ["key of one"], "two": ["key of two"]}, "staff": {"kim": ["staff key"]}}
TOKEN = "eyJ.eyJ.x"
THREE = Claims(client="three", scopes={f"{API}/orders.{may}" for may in ("place", "read", "cancel")})


class Three(Fixed):
    """Two front ends with keys, and a third with a token."""

    def read(self) -> dict[str, Any]:
        return SENDERS

    def claims_of(self, token: str) -> Claims | None:
        return THREE if token == TOKEN else None


@pytest.fixture
def doors(shop: Shop) -> Doors:
    known = Three()
    return Doors(
        orders=shop.orders,
        accounts=shop.accounts,
        queries=DynamoOrderQueries(shop.client("dynamodb"), shop.tables["orders"], shop.tables["accounts"]),
        executions=shop,
        links=known,
        senders=known,
        deliveries=None,
        tokens=known,
    )


def request(key: str, **more: Any) -> Request:
    return Request(headers={"authorization": f"Bearer {key}"}, **more)


def place(doors: Doors, key: str, number: str = "a") -> str:
    asked = Request(
        headers={"authorization": f"Bearer {key}", "idempotency-key": number}, body=json.dumps(api_order(number))
    )
    answer = doors.receive(asked)
    assert answer.status == 202
    return str(json.loads(answer.body)["id"])


def listed(doors: Doors, key: str, **query: str) -> tuple[list[str], str]:
    body = json.loads(doors.find(request(key, query=query)).body)
    return [order["order_id"] for order in body["orders"]], body["cursor"]


ALL = ("key of one", "key of two", TOKEN)


def test_the_same_idempotency_key_of_two_front_ends_is_two_orders(doors):
    assert len({place(doors, key) for key in ALL}) == 3
    assert place(doors, "key of one") == place(doors, "key of one")


@pytest.mark.parametrize("owner", ALL)
def test_an_order_is_its_own_front_ends(shop, doors, owner):
    order_id = place(doors, owner)

    def code(answer: Answer) -> tuple[int, str | None]:
        return answer.status, json.loads(answer.body).get("code")

    for stranger in set(ALL) - {owner}:
        assert code(doors.status(order_id, request(stranger))) == (404, "NO_SUCH_ORDER")
        assert code(doors.cancel(order_id, request(stranger))) == (404, "NO_SUCH_ORDER")
        assert doors.decision(order_id, request(stranger)).status in (401, 403)
    assert shop.orders.load(order_id).status is Status.RECEIVED
    assert doors.status(order_id, request(owner)).status == 200
    assert json.loads(doors.cancel(order_id, request(owner)).body)["reason"]["code"] == "CANCELLED_BY_CUSTOMER"


def test_a_front_end_lists_its_own_orders_page_by_page_and_learns_nothing_of_others(shop, doors):
    mine = {place(doors, "key of one", f"mine-{number}") for number in range(5)}
    others = {place(doors, "key of two", f"theirs-{number}") for number in range(7)}
    shop.run(next(iter(mine)))
    day = json.loads(doors.find(request("staff key", query={"day": today(shop, mine)})).body)
    assert {order["order_id"] for order in day["orders"]} == mine | others
    found, cursor, pages = [], "", 0
    while cursor is not None:
        page, cursor = listed(doors, "key of one", day=today(shop, mine), limit="2", cursor=cursor)
        found += page
        pages += 1
        place_ = base64.urlsafe_b64decode((cursor or "") + "==").decode()
        assert not [order_id for order_id in others if order_id in place_]
    assert sorted(found) == sorted(mine)
    assert pages > 2
    assert "looked_at" not in json.loads(doors.find(request("key of one", query={"day": today(shop, mine)})).body)
    by_customer = doors.find(request("key of one", query={"customer": "C-1013"}))
    assert json.loads(by_customer.body)["code"] == "QUERY_INVALID"


def today(shop: Shop, orders: set[str]) -> str:
    return shop.orders.load(next(iter(orders))).placed.placed_at.date().isoformat()
