"""Orders are found by day, status, SKU, promised date, customer and store; pages hold each order once."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import boto3
import pytest

from operating.orders import found, shown
from order_processing.adapters.order_queries import DynamoOrderQueries
from order_processing.doors import Doors
from order_processing.http import Request
from order_processing.order import Line
from order_processing.order_queries import Criteria, QueryError, criteria_of, pack_cursor, read_cursor
from order_processing.status import Status
from tests.aws.shop import NOW
from tests.aws.test_account import CARL, on_account, pay
from tests.aws.test_stages import simple_order
from tests.orders import an_order

DAY = NOW.date()
IPOD = Line(line_id="1", sku="IPOD2008RED", quantity=1, unit_price=19900)


@pytest.fixture
def queries(shop):
    return DynamoOrderQueries(boto3.client("dynamodb"), "orders", "accounts")


def ids(queries, **wanted):
    page = queries.received(Criteria(**{"first": DAY, "last": DAY} | wanted))
    assert page.cursor == ""
    return {row.order_id for row in page.rows}


def test_orders_are_found_by_what_is_known_of_them(shop, queries):
    ready = shop.run(shop.place(simple_order("ready")))
    ipod = shop.run(shop.place(an_order("ipod", lines=(IPOD,), total=19900))).order_id
    waiting = shop.run(shop.place(simple_order("waiting", quantity=2_000))).order_id
    verified = shop.place(simple_order("verified"))
    shop.verify(verified)
    fresh = shop.place(simple_order("fresh"))
    shop.now = NOW + timedelta(days=1)
    later = shop.place(simple_order("later"))
    assert ids(queries) == {ready.order_id, ipod, waiting, verified, fresh}
    assert ids(queries, last=DAY + timedelta(days=1)) == {ready.order_id, ipod, waiting, verified, fresh, later}
    assert ids(queries, first=DAY + timedelta(days=1), last=DAY + timedelta(days=1)) == {later}
    by_status = {Status.READY_TO_SHIP: {ready.order_id, ipod}, Status.OFFER_PENDING: {waiting}}
    by_status |= {Status.VERIFIED: {verified}, Status.RECEIVED: {fresh}, Status.REJECTED: set()}
    for status, expected in by_status.items():
        assert ids(queries, status=status) == expected
    assert ids(queries, sku="IPOD2008RED") == {ipod}
    promised = ready.promise.delivery_date
    assert ready.order_id in ids(queries, promised=promised)
    assert ids(queries, promised=promised + timedelta(days=300)) == set()
    assert queries.from_store("api", "front end", "ipod") == ipod
    assert queries.from_store("api", "front end", "never") is None


def test_pages_hold_each_order_once(shop, queries):
    placed = {shop.place(simple_order(str(number))) for number in range(23)}
    wanted, cursor, pages = Criteria(first=DAY - timedelta(days=1), last=DAY), "", []
    while True:
        page = queries.received(wanted, cursor=cursor, limit=5)
        pages.append([row.order_id for row in page.rows])
        cursor = page.cursor
        if not cursor:
            break
    assert sorted(order_id for page in pages for order_id in page) == sorted(placed)
    assert max(len(page) for page in pages) <= 5


def test_a_page_ends_after_so_many_orders_were_looked_at(shop, queries, monkeypatch):
    monkeypatch.setattr("order_processing.adapters.order_queries._LOOKED_AT", 4)
    monkeypatch.setattr("order_processing.adapters.order_queries._READ_AT_ONCE", 2)
    for number in range(10):
        shop.place(simple_order(str(number)))
    page = queries.received(Criteria(first=DAY, last=DAY, sku="NONE"))
    assert (page.rows, page.looked_at <= 5, page.cursor != "") == ((), True, True)


def test_a_customers_orders_are_paged(shop, queries):
    orders = [on_account(shop, key).order_id for key in "123"]
    first = queries.of_customer("C-1013", limit=2)
    rest = queries.of_customer("C-1013", limit=2, cursor=first.cursor)
    assert [e.order_id for e in (*first.entries, *rest.entries)] == sorted(orders)
    assert (first.cursor != "", rest.cursor) == (True, "")
    assert queries.of_customer("nobody").entries == ()


@pytest.mark.parametrize("cursor", ["x", "bm9uZQ", pack_cursor({"day": "2026-01-01", "shard": 0, "after": {}}), "W10"])
def test_a_cursor_that_is_none_is_refused(queries, cursor):
    with pytest.raises(QueryError, match="cursor"):
        queries.received(Criteria(first=DAY, last=DAY), cursor=cursor)


def test_a_cursor_comes_back_as_it_was():
    place = {"day": "2026-11-25", "shard": 3, "after": {"id": "A", "at": "2026-11-25T10:00:00.000Z"}}
    assert read_cursor(pack_cursor(place)) == place
    assert read_cursor("") == {}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({}, "day: found nothing"),
        ({"day": "today"}, "day: found 'today'"),
        ({"from": "2026-11-01"}, "to: found nothing"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "to: found 2026-11-01"),
        ({"from": "2026-01-01", "to": "2026-11-01"}, "at most 92 days"),
        ({"day": "2026-11-01", "status": "done"}, "status: found 'DONE', expected one of RECEIVED"),
    ],
)
def test_a_query_that_cannot_be_answered_says_why(query, says):
    with pytest.raises(QueryError, match=says):
        criteria_of(query)


def test_a_query_is_read():
    wanted = criteria_of({"from": "2026-11-01", "to": "2026-11-25", "status": "offer_pending", "sku": "A"})
    assert wanted == Criteria(first=date(2026, 11, 1), last=date(2026, 11, 25), status=Status.OFFER_PENDING, sku="A")


def test_the_command_prints_a_line_an_order_and_a_line_a_change(shop, queries):
    stored = on_account(shop)
    pay(shop, stored.order_id, 260)
    number = f"{stored.order_id[:4]}-{stored.order_id[4:8]}-{stored.order_id[8:]}"
    (line,) = found({"day": DAY.isoformat()}, queries)
    assert line.split() == [
        number,
        "2026-11-24",
        "15:00",
        "READY_TO_SHIP",
        "152.60",
        "USD",
        str(stored.promise.delivery_date),
        "TEST-123",
    ]
    (line,) = found({"customer": "C-1013"}, queries)
    assert f"{number}  {stored.promise.delivery_date}" in line
    assert "150.00 open  1 x " in line
    assert list(found({"from_store": ["api", "front end", "1"]}, queries)) == [number]
    changes = [line.split()[2] for line in shown(number, shop.orders)]
    assert changes[:2] == ["RECEIVED", "VERIFIED"]
    assert changes[-1] in ("READY_TO_SHIP", "CONFIRMATION_SENT")
    assert list(shown("VJMJ-JV7B-D", shop.orders)) == []


def test_times_of_another_zone_are_found_under_the_utc_day(shop, queries):
    shop.now = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    placed = shop.place(simple_order("late", customer=CARL))
    assert ids(queries) == {placed}


class Staff:
    def read(self):
        return {"staff": {"eve": ["staff key"]}, "api": {"web shop": ["front end key"]}}


@pytest.fixture
def doors(shop, queries):
    unused = dict.fromkeys(["executions", "links", "deliveries"])
    return Doors(orders=shop.orders, accounts=shop.accounts, queries=queries, senders=Staff(), **unused)


def asked(doors, key="staff key", **query):
    answer = doors.find(Request(headers={"authorization": f"Bearer {key}"}, query=query))
    return answer.status, json.loads(answer.body)


def test_staff_find_orders_a_page_at_a_time_and_see_nothing_personal(shop, doors):
    orders = {on_account(shop, key).order_id for key in "123"}
    seen, cursor = set(), ""
    while True:
        status, body = asked(doors, day=DAY.isoformat(), status="READY_TO_SHIP", limit="2", cursor=cursor)
        assert status == 200
        assert "example.net" not in json.dumps(body)
        assert "Carl" not in json.dumps(body)
        seen |= {order["order_id"] for order in body["orders"]}
        cursor = body["cursor"]
        if not cursor:
            break
    assert seen == orders
    assert body["orders"][0]["total"] == "152.60"
    status, body = asked(doors, customer="C-1013")
    assert {(o["order_id"], o["open"]) for o in body["orders"]} == {(order_id, "152.60") for order_id in orders}


@pytest.mark.parametrize(
    ("key", "query", "expected"),
    [
        ("nobody's key", {"day": "2026-11-24"}, (401, "CREDENTIALS_INVALID")),
        ("front end key", {"customer": "C-1013"}, (400, "QUERY_INVALID")),
        ("", {"day": "2026-11-24"}, (401, "CREDENTIALS_INVALID")),
        ("staff key", {}, (400, "QUERY_INVALID")),
        ("staff key", {"day": "2026-11-24", "limit": "101"}, (400, "QUERY_INVALID")),
        ("staff key", {"customer": "C-1013", "cursor": "!"}, (400, "QUERY_INVALID")),
    ],
)
def test_others_see_nothing_and_a_mistake_is_named(doors, key, query, expected):
    status, body = asked(doors, key, **query)
    assert (status, body["code"]) == expected
