"""The availability check on the tables: orders of any size, stock in many buckets, runs that were cut."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import boto3
import pytest

from order_processing.adapters.attributes import number, text
from order_processing.adapters.inventory_items import stock_key
from order_processing.cancellation import cancel
from order_processing.errors import OfferNeeded
from order_processing.inventory import PlannedSupply, Recipe, StockCount
from order_processing.order import Line
from order_processing.order_parts import Confirmation, Reason
from order_processing.status import Status
from tests.aws.conftest import ready_for_a_shop
from tests.aws.shop import NOW, Shop
from tests.clients import Cut, Cutting
from tests.orders import an_order, verified

WHY = Reason(code="CANCELLED_BY_CUSTOMER", text="cancelled")
TOLD = Confirmation(attempt_at=NOW, sent_at=NOW, message_id="m")
MANY = 150


class Watched:
    """A DynamoDB client that keeps the transactions it was asked for."""

    def __init__(self, client) -> None:
        self._client, self.transactions = client, []

    def __getattr__(self, name: str):
        return getattr(self._client, name)

    def transact_write_items(self, **request):
        self.transactions.append(request["TransactItems"])
        return self._client.transact_write_items(**request)


@pytest.fixture
def shop(tables) -> Shop:
    """A shop with nothing in stock."""
    ready_for_a_shop()
    return Shop()


def place(shop: Shop, *wanted: tuple[str, int], key: str = "1", **changes: Any) -> str:
    """A verified order."""
    lines = tuple(
        Line(line_id=str(line), sku=sku, title=sku, quantity=quantity, unit_price=100)
        for line, (sku, quantity) in enumerate(wanted, 1)
    )
    order = an_order(key, lines=lines, total=sum(line.quantity for line in lines) * 100, **changes)
    order_id = shop.place(order)
    shop.orders.save_verification(shop.orders.load(order_id), (), verified(order))
    shop.orders.move(shop.orders.load(order_id), Status.VERIFIED, at=NOW)
    return order_id


def skus(count: int = MANY) -> list[str]:
    return [f"S{number:03}" for number in range(count)]


def stock_one_each(count: int = MANY) -> None:
    """One piece of each SKU, quickly."""
    dynamodb = boto3.client("dynamodb")
    for first in range(0, count, 25):
        items = [
            {
                **stock_key(sku, "louisville", 0),
                **{name: text(value) for name, value in (("location", "louisville"), ("last_count", "C"))},
                **{name: number(0) for name in ("bucket", "reserved", "safety")},
                "buckets": number(1),
                "available": number(1),
            }
            for sku in skus(count)[first : first + 25]
        ]
        dynamodb.batch_write_item(RequestItems={"inventory": [{"PutRequest": {"Item": item}} for item in items]})


def count(shop: Shop, sku: str, on_hand: int, buckets: int = 1) -> None:
    shop.inventory.count(StockCount(document="C-1", sku=sku, location="louisville", on_hand=on_hand, buckets=buckets))


def held(shop: Shop, wanted: list[str]) -> set[tuple[int, int]]:
    """(available, reserved) of these SKUs' stock, each value once."""
    return {(stock.available, stock.reserved) for stock in shop.inventory.read(wanted)[0]}


def leftovers() -> list[str]:
    """Parts and claims that stand in the inventory."""
    items = boto3.client("dynamodb").scan(TableName="inventory")["Items"]
    return [item["sku"]["S"] for item in items if item["sku"]["S"].startswith(("order#", "claim#"))]


def test_a_one_line_order_from_stock_writes_its_head_and_its_source_and_nothing_else(shop):
    count(shop, "S000", 5)
    order_id = place(shop, ("S000", 2))
    watched = Watched(boto3.client("dynamodb"))
    Shop(client=lambda service: watched if service == "dynamodb" else boto3.client(service)).check(order_id)
    (writes,) = watched.transactions
    assert [next(iter(write.values()))["TableName"] for write in writes] == ["orders", "inventory"]
    assert held(shop, ["S000"]) == {(3, 2)}
    assert leftovers() == []


def test_an_order_larger_than_a_transaction_is_reserved_wholly_and_given_back_wholly(shop):
    stock_one_each()
    order_id = place(shop, *((sku, 1) for sku in skus()))
    shop.check(order_id)
    assert held(shop, skus()) == {(0, 1)}
    assert shop.orders.load(order_id).status is Status.RESERVED
    cancel(order_id, orders=shop.orders, executions=shop, reason=WHY, now=NOW)
    assert held(shop, skus()) == {(1, 0)}
    assert leftovers() == []


def test_a_large_order_of_which_one_piece_is_missing_is_offered_the_rest_and_expires_into_nothing_held(shop):
    stock_one_each()
    order_id = place(shop, *((sku, 1 if sku != "S149" else 2) for sku in skus()))
    with pytest.raises(OfferNeeded):
        shop.check(order_id)
    stored = shop.orders.load(order_id)
    assert [choice.key for choice in stored.offer.alternatives] == ["without", "cancel"]
    assert held(shop, skus()[:-1]) == {(0, 1)}
    assert held(shop, ["S149"]) == {(1, 0)}
    shop.orders.note_notice(stored, TOLD)
    shop.end(order_id, Status.EXPIRED)
    assert held(shop, skus()) == {(1, 0)}
    assert leftovers() == []


@pytest.mark.parametrize("after", range(3))
def test_a_large_order_whose_check_was_cut_is_reserved_once_when_run_again(shop, after):
    """It takes the last pieces: what the cut run holds of them must not look like a shortage."""
    order_id = cut_check(shop, after)
    shop.check(order_id)
    assert shop.orders.load(order_id).status is Status.RESERVED
    assert held(shop, skus()) == {(0, 1)}
    assert leftovers() == []


@pytest.mark.parametrize("after", range(3))
def test_a_large_order_whose_check_was_cut_holds_nothing_once_it_is_cancelled(shop, after):
    order_id = cut_check(shop, after)
    cancel(order_id, orders=shop.orders, executions=shop, reason=WHY, now=NOW)
    assert held(shop, skus()) == {(1, 0)}
    assert leftovers() == []


@pytest.mark.parametrize("after", range(1, 3))
def test_what_a_cut_release_left_is_given_back_when_the_order_is_ended(shop, after):
    """After the first transaction the order has ended, and what it held is due."""
    stock_one_each()
    order_id = place(shop, *((sku, 1) for sku in skus()))
    shop.check(order_id)
    cutting = Shop(client=lambda service: Cutting(boto3.client(service), after))
    with pytest.raises(Cut):
        cancel(order_id, orders=cutting.orders, executions=shop, reason=WHY, now=NOW)
    assert shop.orders.load(order_id).status is Status.CANCELLED
    assert len(leftovers()) == 3 - after
    shop.orders.note_notice(shop.orders.load(order_id), TOLD)
    shop.end(order_id, Status.CANCELLED)
    assert held(shop, skus()) == {(1, 0)}
    assert leftovers() == []


def cut_check(shop: Shop, after: int) -> str:
    """A large order whose check went down after some transactions."""
    stock_one_each()
    order_id = place(shop, *((sku, 1) for sku in skus()))
    with pytest.raises(Cut):
        Shop(client=lambda service: Cutting(boto3.client(service), after)).check(order_id)
    assert shop.orders.load(order_id).status is Status.VERIFIED
    return order_id


def test_pieces_are_found_in_whatever_bucket_they_lie(shop):
    count(shop, "HOT", 32, buckets=16)
    shop.check(place(shop, ("HOT", 20), key="large"))
    shop.check(place(shop, ("HOT", 12), key="rest"))
    assert {available for available, _ in held(shop, ["HOT"])} == {0}
    with pytest.raises(OfferNeeded, match="HOT"):
        shop.check(place(shop, ("HOT", 1), key="late"))


def test_a_better_location_is_found_in_whatever_bucket_its_last_pieces_lie(shop):
    count(shop, "HOT", 3, buckets=16)
    shop.inventory.count(StockCount(document="C-2", sku="HOT", location="leipzig", on_hand=9))
    for key in ("first", "second", "third"):
        order_id = place(shop, ("HOT", 1), key=key)
        shop.check(order_id)
        assert [a.location for a in shop.orders.load(order_id).promise.allocations] == ["louisville"]
    shop.check(order_id := place(shop, ("HOT", 1), key="late"))
    assert [a.location for a in shop.orders.load(order_id).promise.allocations] == ["leipzig"]


def test_stock_in_a_bucket_that_was_not_looked_at_goes_before_supply(shop):
    count(shop, "HOT", 32, buckets=16)
    due_on = NOW.date() + timedelta(days=7)
    shop.inventory.plan_supply(
        PlannedSupply(document="PO-1", sku="HOT", location="louisville", due_on=due_on, quantity=50)
    )
    order_id = place(shop, ("HOT", 20))
    shop.check(order_id)
    assert {allocation.kind for allocation in shop.orders.load(order_id).promise.allocations} == {"stock"}


def test_what_comes_is_claimed_and_given_back(shop):
    shop.inventory.plan_supply(
        PlannedSupply(document="PO-1", sku="S000", location="louisville", due_on=date(2026, 12, 1), quantity=5)
    )
    order_id = place(shop, ("S000", 2))
    shop.check(order_id)
    assert leftovers() == ["claim#louisville#PO-1"]
    cancel(order_id, orders=shop.orders, executions=shop, reason=WHY, now=NOW)
    assert leftovers() == []
    _, (supply,) = shop.inventory.read(["S000"])
    assert (supply.available, supply.reserved) == (5, 0)


def test_what_is_made_to_order_reserves_its_materials(shop):
    shop.inventory.set_recipe(Recipe(sku="DESK", location="louisville", working_days=3, materials=(("BOARD", 4),)))
    count(shop, "BOARD", 10)
    order_id = place(shop, ("DESK", 2))
    shop.check(order_id)
    promise = shop.orders.load(order_id).promise
    assert [(made.sku, made.kind) for made in promise.allocations] == [("DESK", "production")]
    assert held(shop, ["BOARD"]) == {(2, 8)}
    with pytest.raises(OfferNeeded, match="DESK"):
        shop.check(place(shop, ("DESK", 1), key="2"))
