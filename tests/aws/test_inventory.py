"""Stock and supply in DynamoDB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from order_processing.adapters.inventory import DynamoInventory
from order_processing.adapters.reservations import Reservations
from order_processing.availability import Shortage, promise, turn_of
from order_processing.inventory import OutOfStock, PlannedSupply, Recipe, StockCount, counted
from order_processing.inventory_documents import DocumentTaken
from order_processing.promise import Allocation, Promise
from tests.availability_orders import MONDAY_NOON, settings, verified
from tests.clients import OneByOne

TABLE = "inventory"


@pytest.fixture
def inventory(dynamodb):
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "sku", "KeyType": "HASH"}, {"AttributeName": "source", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "sku", "AttributeType": "S"},
            {"AttributeName": "source", "AttributeType": "S"},
        ],
    )
    return DynamoInventory(dynamodb, TABLE)


def count(document: str, on_hand: int, **rest: int) -> StockCount:
    return StockCount(document=document, sku="A", location="leipzig", on_hand=on_hand, **rest)


def plan(quantity: int, due_on: date = date(2026, 3, 5)) -> PlannedSupply:
    return PlannedSupply(document="PO-1", sku="A", location="leipzig", due_on=due_on, quantity=quantity)


def taking(quantity: int, bucket: int = 0) -> Promise:
    day = date(2026, 3, 3)
    return Promise(
        allocations=(
            Allocation(
                line_id="1",
                sku="A",
                quantity=quantity,
                kind="stock",
                location="leipzig",
                bucket=bucket,
                ship_date=day,
                delivery_date=day,
            ),
        )
    )


def take(client, promised: Promise, order: str = "o1") -> None:
    change(client, order, None, promised)


def change(client, order: str, before: Promise | None, after: Promise | None) -> None:
    """A change of what an order holds, with a write of the order's own that is never refused."""
    anchor = {"Put": {"TableName": TABLE, "Item": {"sku": {"S": f"anchor#{order}"}, "source": {"S": "order"}}}}
    Reservations(client, TABLE).change(order, anchor, before, after)


def test_a_count_is_taken_in_once_for_its_document(inventory):
    assert inventory.count(count("C-1", 10, safety=2)).outcome == "new"
    assert inventory.count(count("C-1", 10, safety=2)).outcome == "unchanged"
    with pytest.raises(DocumentTaken, match="on_hand: found 99, but this document said 10 before"):
        inventory.count(count("C-1", 99))
    (stock,), _ = inventory.read(["A"])
    assert (stock.available, stock.safety, stock.on_hand) == (8, 2, 10)


@pytest.mark.parametrize("before", [0, 1])
def test_a_count_that_another_one_overtakes_counts_from_there(inventory, dynamodb, monkeypatch, before):
    for number in range(before):
        inventory.count(count(f"C-{number}", 5))
    read, seen = inventory.read, []

    def overtaken(skus):
        found = read(skus)
        seen.append(found)
        if len(seen) == 1:
            DynamoInventory(dynamodb, TABLE).count(count("C-2", 7))
        return found

    monkeypatch.setattr(inventory, "read", overtaken)
    inventory.count(count("C-3", 9))
    assert [stock.available for stock in read(["A"])[0]] == [9]


def test_a_later_count_keeps_what_is_reserved(inventory, dynamodb):
    inventory.count(count("C-1", 10))
    take(dynamodb, taking(4))
    inventory.count(count("C-2", 7))
    (stock,), _ = inventory.read(["A"])
    assert (stock.available, stock.reserved) == (3, 4)
    assert inventory.count(count("C-3", 3)).short == 1
    (stock,), _ = inventory.read(["A"])
    assert (stock.available, stock.reserved, stock.on_hand) == (-1, 4, 3)


def test_no_more_is_kept_back_than_there_is_beyond_what_is_reserved(inventory, dynamodb):
    inventory.count(count("C-1", 10))
    take(dynamodb, taking(4))
    assert inventory.count(count("C-2", 7, safety=20)).short == 0
    (stock,), _ = inventory.read(["A"])
    assert (stock.available, stock.reserved, stock.safety, stock.on_hand) == (0, 4, 3, 7)


def test_supply_is_planned_once_and_changed_under_its_number(inventory):
    assert inventory.plan_supply(plan(10)).outcome == "new"
    assert inventory.plan_supply(plan(10)).outcome == "unchanged"
    assert inventory.plan_supply(plan(6, date(2026, 3, 9))).outcome == "changed"
    _, (supply,) = inventory.read(["A"])
    assert (supply.available, supply.due_on, supply.document) == (6, date(2026, 3, 9), "PO-1")


def test_a_promise_is_taken_from_stock_and_supply_and_given_back(inventory, dynamodb):
    inventory.count(count("C-1", 3))
    inventory.plan_supply(plan(5))
    promised = promise(verified(("A", 6)), *inventory.read(["A"]), settings(), ordered_at=MONDAY_NOON)
    take(dynamodb, promised)
    (stock,), (supply,) = inventory.read(["A"])
    assert (stock.available, stock.reserved, supply.available, supply.reserved) == (0, 3, 2, 3)
    change(dynamodb, "o1", promised, None)
    (stock,), (supply,) = inventory.read(["A"])
    assert (stock.available, stock.reserved, supply.available, supply.reserved) == (3, 0, 5, 0)


def test_what_is_not_there_is_refused_by_name_and_nothing_is_taken(inventory, dynamodb):
    inventory.count(count("C-1", 3))
    with pytest.raises(OutOfStock, match="A: stock#leipzig#0"):
        take(dynamodb, taking(4))
    with pytest.raises(OutOfStock):
        take(dynamodb, taking(1, bucket=7))
    (stock,), _ = inventory.read(["A"])
    assert (stock.available, stock.reserved) == (3, 0)


def test_buckets_hold_the_stock_between_them(inventory, dynamodb):
    inventory.count(count("C-1", 10, safety=1, buckets=4))
    stock, _ = inventory.read(["A"])
    assert sorted(held.available for held in stock) == [2, 2, 2, 3]
    assert {held.bucket for held in stock} == {0, 1, 2, 3}
    take(dynamodb, promise(verified(("A", 9)), stock, [], settings(), ordered_at=MONDAY_NOON))
    stock, _ = inventory.read(["A"])
    assert [held.available for held in stock] == [0, 0, 0, 0]
    assert sum(held.reserved for held in stock) == 9


def test_a_sku_named_like_a_bucket_is_not_mixed_up_with_it(inventory):
    inventory.count(count("C-1", 10, buckets=2))
    inventory.count(StockCount(document="C-2", sku="A#1", location="leipzig", on_hand=7))
    of_a, _ = inventory.read(["A"])
    other, _ = inventory.read(["A#1"])
    assert sum(held.available for held in of_a) == 10
    assert [held.available for held in other] == [7]


def test_many_skus_are_read_at_once(inventory):
    for number in range(20):
        inventory.count(StockCount(document="C", sku=f"S{number}", location="leipzig", on_hand=number))
    stock, _ = inventory.read([f"S{number}" for number in range(20)] + ["unknown"])
    assert {held.sku: held.available for held in stock} == {f"S{number}": number for number in range(20)}


def test_orders_at_the_same_time_never_take_more_than_there_is(inventory, dynamodb):
    inventory.count(count("C-1", 20, buckets=4))
    client = OneByOne(dynamodb)

    def place(number: int) -> bool:
        for _ in range(10):
            stock, supply = inventory.read(["A"])
            outcome = promise(verified(("A", 1), order=str(number)), stock, supply, settings(), ordered_at=MONDAY_NOON)
            if not isinstance(outcome, Promise):
                return False
            try:
                take(client, outcome, order=str(number))
            except OutOfStock:
                continue
            return True
        raise AssertionError("never came through")

    with ThreadPoolExecutor(8) as clients:
        placed = list(clients.map(place, range(40)))
    stock, _ = inventory.read(["A"])
    assert placed.count(True) == 20
    assert sum(held.reserved for held in stock) == 20
    assert all(held.available == 0 for held in stock)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5), st.integers(1, 5)), min_size=1, max_size=5))
def test_counts_in_sequence_always_add_up(counts):
    held = []
    for number, (on_hand, safety, buckets) in enumerate(counts):
        before = sum(stock.reserved for stock in held)
        held = counted(held, count(str(number), on_hand, safety=safety, buckets=buckets))
        assert sum(stock.on_hand for stock in held) == on_hand
        assert sum(stock.reserved for stock in held) == before
        if on_hand - safety >= before:
            assert max(s.available for s in held) - min(s.available for s in held) <= 1
        held = [
            stock.model_copy(update={"available": 0, "reserved": stock.reserved + max(stock.available, 0)})
            for stock in held
        ]


def test_what_is_made_to_order_is_read_with_its_materials(inventory):
    desk = Recipe(sku="DESK", location="leipzig", working_days=3, materials=(("A", 2),))
    inventory.set_recipe(desk.model_copy(update={"working_days": 9}))
    inventory.set_recipe(desk)
    inventory.count(count("C-1", 10))
    inventory.plan_supply(plan(5))
    stock, supply, recipes = inventory.read_with_materials(["DESK"])
    assert recipes == [desk]
    assert [held.sku for held in stock] == [coming.sku for coming in supply] == ["A"]
    assert inventory.read(["DESK"]) == ([], [])


def test_of_many_buckets_an_order_looks_at_a_few_and_then_at_all(inventory, dynamodb):
    inventory.count(count("C-1", 32, buckets=16))
    seen = [{held.bucket for held in inventory.read(["A"], turn=turn)[0]} for turn in range(16)]
    assert all(len(buckets) == 4 for buckets in seen)
    assert set.union(*seen) == set(range(16))
    order = verified(("A", 20))
    few = promise(order, *inventory.read(["A"], turn=turn_of(order)), settings(), ordered_at=MONDAY_NOON)
    assert isinstance(few, Shortage)
    take(dynamodb, promise(order, *inventory.read(["A"]), settings(), ordered_at=MONDAY_NOON))
    assert sum(held.available for held in inventory.read(["A"])[0]) == 12
