"""A dry run says what then becomes of the order, and leaves nothing behind."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from local.reference.answers import QuoteShown
from order_processing.http import Request
from order_processing.quote_door import QuoteDoor
from order_processing.quoting import quote
from order_processing.settings import current
from order_processing.status import Status
from tests.aws.shop import TABLES, Shop
from tests.stack.senders import api_order

SENDERS = {"api": {"web shop": ["front end key"]}, "staff": {"kim": ["staff key"]}}


class Senders:
    def read(self) -> dict[str, Any]:
        return SENDERS


@pytest.fixture
def door(shop: Shop) -> QuoteDoor:
    def quoted(order: Any, now: Any) -> Any:
        return quote(
            order,
            catalogue=shop.catalogue,
            accounts=shop.accounts,
            coupon_uses=shop.orders.coupon_uses,
            inventory=shop.inventory,
            settings=current(),
            guest_id=shop.guest_id,
            now=now,
        )

    return QuoteDoor(quoted, senders=Senders(), clock=lambda: shop.now)


def ask(door: QuoteDoor, body: dict[str, Any], key: str = "front end key") -> Any:
    answer = door.quote(Request(headers={"authorization": f"Bearer {key}"}, body=json.dumps(body)))
    return answer.status, json.loads(answer.body)


def everything() -> dict[str, list[Any]]:
    """All that stands in the tables."""
    client = boto3.client("dynamodb")
    return {name: sorted(map(str, client.scan(TableName=name)["Items"])) for name in TABLES}


def placed(shop: Shop, body: dict[str, Any]) -> Any:
    """What really becomes of the order."""
    from order_processing.api_order import read_order

    raw = json.dumps(body).encode()
    order = read_order(raw, client="web shop", idempotency_key=body["order_number"], received_at=shop.now)
    return shop.run(shop.place(order, raw))


NOWHERE = {"shipping_address": {"name": "Ada Bell", "line1": "1 Lost Lane", "city": "Nowhere", "country": "ZZ"}}
DEAR = {"lines": [{"sku": "TEST-123", "quantity": 1, "unit_price": "1.00"}], "total": "1.00"}
UNKNOWN = {"lines": [{"sku": "NO-SUCH", "quantity": 1, "unit_price": "1.00"}], "total": "1.00"}
MANY = {"lines": [{"sku": "TEST-123", "quantity": 2000, "unit_price": "145.00"}], "total": "290000.00"}
CORRECTED = {"lines": [{"sku": "test-123", "quantity": 1, "unit_price": "152.60"}]}


@pytest.mark.parametrize(
    ("changes", "would_be"),
    [
        ({}, Status.RESERVED),
        (CORRECTED, Status.RESERVED),
        (DEAR, Status.CORRECTION_PENDING),
        (UNKNOWN, Status.CORRECTION_PENDING),
        (NOWHERE, Status.CORRECTION_PENDING),
        (MANY, Status.OFFER_PENDING),
        ({"shipping_address": None}, Status.CORRECTION_PENDING),
        ({"paid": False}, Status.REJECTED),
    ],
)
def test_it_says_what_becomes_of_the_order_and_leaves_nothing_behind(shop, door, changes, would_be):
    body = api_order("quoted") | changes
    before = everything()
    status, said = ask(door, body)
    assert everything() == before
    assert (status, said["would_be"]) == (200, would_be)
    QuoteShown.model_validate_json(json.dumps(said), extra="forbid")
    stored = placed(shop, body)
    assert would_be.value in stored.times or stored.status is would_be
    kept = [(d.code, d.path, d.resolution) for d in stored.discrepancies]
    assert [(d["code"], d["path"], d["resolution"]) for d in said["discrepancies"]] == kept
    if stored.promise:
        assert said["delivery_date"] == stored.promise.delivery_date.isoformat()
        assert sum(part["quantity"] for part in said["lines"][0]["deliveries"]) == body["lines"][0]["quantity"]
    if stored.offer:
        assert [choice["choice"] for choice in said["choices"]] == [a.key for a in stored.offer.alternatives]
        assert said["missing"][0]["sku"] == "TEST-123"


def test_it_tells_nothing_of_a_person(door):
    _, said = ask(door, api_order("private"))
    told = json.dumps(said)
    assert not [word for word in ("private@example.com", "Ada", "Fifth", "10118") if word in told]


def test_only_a_front_end_may_ask_and_mistakes_are_named(door):
    assert ask(door, api_order("a"), key="staff key")[0] == 401
    status, said = ask(door, api_order("a", quantity=0))
    assert (status, said["code"], said["errors"][0]["path"]) == (400, "ORDER_INVALID", "lines[0].quantity")
