"""What happens between an adapter's look and its write is seen, and the same thing told twice counts once."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest

from order_processing.adapters import receipts, reservations
from order_processing.adapters.attributes import number, text
from order_processing.adapters.dispatch import DynamoDispatch
from order_processing.adapters.inventory import DynamoInventory
from order_processing.adapters.inventory_items import supply_key
from order_processing.adapters.licences import DynamoLicences
from order_processing.adapters.order_items import coupon_writes
from order_processing.adapters.parcel_keys import numbered_before
from order_processing.adapters.receipts import Receipts
from order_processing.adapters.reservations import Reservations
from order_processing.adapters.stock_books import DynamoStockBooks
from order_processing.adapters.transactions import Refused, write_all
from order_processing.auditing import Gap
from order_processing.inventory import PlannedSupply, Receipt, StockCount
from order_processing.licences import KeysWanted, OutOfKeys
from order_processing.warehouse.dispatch import Batch, BatchChanged, Leaving, Manifest
from tests.aws.shop import NOW
from tests.aws.test_reservations import DAY, Place, hold
from tests.clients import Cut, Cutting, Meanwhile

MANY = 13
SUPPLY = ("A", "leipzig", "PO-1")


@pytest.fixture
def place(dynamodb, tables, monkeypatch):
    for module in (receipts, reservations):
        monkeypatch.setattr(module, "pause", lambda attempt: None)
    monkeypatch.setattr(reservations, "MOST_WRITES", 10)  # so that MANY are too many for one transaction
    return Place(dynamodb, tables["inventory"], tables["orders"])


def planned(quantity: int) -> PlannedSupply:
    return PlannedSupply(document="PO-1", sku="A", location="leipzig", due_on=DAY, quantity=quantity)


def came(quantity: int, document: str = "R-1", final: bool = False) -> Receipt:
    return Receipt(document=document, supply="PO-1", sku="A", location="leipzig", quantity=quantity, final=final)


def meanwhile(place: Place, word: str, happens: Any) -> Receipts:
    return Receipts(Meanwhile(place.client, happens, word), place.table)


# ------------------------------------------------------------------ stock and supply


def test_a_count_that_spreads_stock_takes_none_from_an_order_that_was_quicker(place):
    place.stock("A", 10)
    client = Meanwhile(place.client, lambda: place.change("o1", None, hold(("A", 8))), ":taken")
    DynamoInventory(client, place.table).count(
        StockCount(document="C-2", sku="A", location="leipzig", on_hand=10, buckets=2)
    )
    assert sorted(held.available for held in place.inventory.read(["A"])[0]) == [1, 1]


def test_a_new_plan_counts_once(place):
    meanwhile(place, "planned", lambda: place.plan("A", 5)).plan(planned(5))
    assert place.counters("A") == (0, 0, 5, 0)


def test_of_two_changes_of_a_plan_neither_adds_to_the_other(place):
    place.plan("A", 5)
    meanwhile(place, "planned", lambda: place.plan("A", 7)).plan(planned(8))
    assert place.counters("A") == (0, 0, 8, 0)


def test_two_receipts_at_once_both_count(place):
    place.plan("A", 5)
    meanwhile(place, "planned", lambda: place.receive("A", 2, "R-2")).receive(came(8))
    assert place.counters("A") == (10, 0, 0, 0)


def test_what_has_arrived_becomes_stock_once(place):
    place.plan("A", 6)
    meanwhile(place, "arrived >= ", lambda: place.receipts.settle(SUPPLY)).receive(came(5))
    assert place.counters("A") == (5, 0, 1, 0)


def test_what_is_short_becomes_stock_once(place):
    place.plan("A", 4)
    place.change("o1", None, hold(("A", 4), supply="PO-1"))
    meanwhile(place, "arrived >= ", lambda: place.receipts.settle(SUPPLY)).receive(came(1, final=True))
    assert place.counters("A")[0] == 1


def test_pieces_of_a_claim_that_goes_while_they_come_are_stock_that_nobody_holds(place):
    place.plan("A", 5)
    place.change("o1", None, hold(("A", 3), supply="PO-1"))

    def leaves() -> None:
        place.change("o1", hold(("A", 3), supply="PO-1"), None, version=1)

    taken = meanwhile(place, "quantity = :quantity", leaves).receive(came(5))
    assert (taken.outcome, taken.waiting) == ("new", ())
    assert place.counters("A") == (5, 0, 0, 0)


def test_of_a_claim_that_shrinks_while_its_pieces_come_no_more_are_held_than_it_is(place):
    place.plan("A", 6)
    place.change("o1", None, hold(("A", 3), supply="PO-1"))
    place.change("o2", None, hold(("A", 2), supply="PO-1", ship_date=DAY + timedelta(days=7)))

    def shrinks() -> None:
        place.change("o1", hold(("A", 3), supply="PO-1"), hold(("A", 2), supply="PO-1"), version=1)

    meanwhile(place, "quantity = :quantity", shrinks).receive(came(3))
    assert place.counters("A") == (0, 2, 2, 2)
    assert [(claim.order_id, claim.quantity) for claim in place.receipts.claims_on(SUPPLY)] == [("o2", 2)]


def test_a_supply_of_which_more_is_planned_meanwhile_stays(place):
    place.plan("A", 5)
    meanwhile(place, "Delete", lambda: place.plan("A", 8)).receive(came(5))
    assert place.counters("A") == (5, 0, 3, 0)


# ------------------------------------------------------------------ reservations


def test_a_part_that_two_bring_to_its_end_ends_once(place):
    place.many(MANY, 5)
    wanted = hold(*((f"S{n:03}", 2) for n in range(MANY)))
    with suppress(Cut):
        Reservations(Cutting(place.client, 1), place.table).change("o1", place.anchor("o1"), None, wanted)
    assert place.reservations.left("o1") == ("held#000",)
    Reservations(Meanwhile(place.client, lambda: place.reservations.finish("o1")), place.table).finish("o1")
    assert place.counters("S000")[:2] == (5, 0)
    assert place.leftovers() == []


def test_a_part_that_a_copy_has_taken_is_not_taken_again(place):
    place.many(MANY, 5)
    wanted = hold(*((f"S{n:03}", 2) for n in range(MANY)))

    def copy() -> None:
        with suppress(Cut):
            Reservations(Cutting(place.client, 1), place.table).change("o1", place.anchor("o1"), None, wanted)

    with suppress(reservations.AnchorRefused):
        Reservations(Meanwhile(place.client, copy), place.table).change("o1", place.anchor("o1"), None, wanted)
    place.reservations.finish("o1")
    assert place.counters("S000")[:2] == (5, 0)
    place.change("o1", None, wanted)
    assert {place.counters(f"S{n:03}")[:2] for n in (0, MANY - 1)} == {(3, 2)}
    assert place.leftovers() == []


def test_an_order_whose_supply_comes_while_it_gives_it_back_gives_back_stock_and_no_other_orders_claim(place):
    place.plan("A", 6)
    for order in ("o1", "o2"):
        place.change(order, None, hold(("A", 3), supply="PO-1"))
    comes = Meanwhile(place.client, lambda: place.receive("A", 3))
    Reservations(comes, place.table).change("o1", place.anchor("o1", 1), hold(("A", 3), supply="PO-1"), None)
    assert place.counters("A") == (3, 0, 0, 3)
    assert [(claim.order_id, claim.quantity) for claim in place.receipts.claims_on(SUPPLY)] == [("o2", 3)]


# ------------------------------------------------------------------ what an audit puts right


@pytest.fixture
def books(place):
    place.stock("A", 5)
    place.plan("A", 6)
    place.change("o1", None, hold(("A", 3), supply="PO-1"))
    return DynamoStockBooks(place.client, place.orders, place.table)


def test_an_audit_changes_no_source_that_is_not_as_it_was_seen(place, books):
    assert not books.put_right(Gap(("stock", "A", "leipzig", "", 0), reserved=4, held=1))
    assert place.counters("A") == (5, 0, 3, 3)


@pytest.mark.parametrize(("version", "quantity", "reserved"), [(2, 3, 3), (1, 2, 3), (1, 3, 2)])
def test_an_audit_gives_back_no_claim_that_is_not_as_it_was_seen(place, books, version, quantity, reserved):
    (claim,) = place.receipts.claims_on(SUPPLY)
    place.client.update_item(
        TableName=place.table,
        Key=supply_key(*SUPPLY),
        UpdateExpression="SET reserved = :reserved",
        ExpressionAttributeValues={":reserved": number(reserved)},
    )
    assert not books.give_back(claim.model_copy(update={"quantity": quantity}), version)
    assert place.counters("A") == (5, 0, 3, reserved)
    assert place.receipts.claims_on(SUPPLY) == [claim]


# ------------------------------------------------------------------ licence keys, coupons, numbers of parcels


def test_a_key_that_was_given_back_twice_is_free_once(dynamodb, tables):
    wanted = KeysWanted("1", "GAME", 1)
    pool = DynamoLicences(dynamodb, tables["licences"], inventory_table=tables["inventory"])
    pool.add("GAME", ["KEY-1"])
    pool.take("o1", wanted)

    def another() -> None:
        pool.give_back("o1", wanted)
        pool.take("o2", wanted)

    DynamoLicences(Meanwhile(dynamodb, another), tables["licences"]).give_back("o1", wanted)
    with pytest.raises(OutOfKeys):
        pool.take("o3", wanted)


def test_a_use_that_was_not_counted_is_not_taken_off(dynamodb, tables):
    with pytest.raises(Refused):
        write_all(dynamodb, coupon_writes(["SUMMER"], (), tables["orders"]))


def test_a_number_that_another_parcel_has_from_before_is_not_given_again(orders, dynamodb, tables):
    sscc = "003400000000000018"
    item = {**numbered_before(sscc), "held_by": text("o1/1")}
    dynamodb.put_item(TableName=tables["orders"], Item=item)
    assert not orders.claim_sscc(sscc, "o2/1")
    assert orders.claim_sscc(sscc, "o1/1")


# ------------------------------------------------------------------ the warehouse's lists


def test_a_batch_is_opened_once_and_two_runs_do_not_overwrite_each_other(dynamodb, tables):
    lists = DynamoDispatch(dynamodb, tables["orders"])
    first = Batch(batch_id="B", location="leipzig", day=DAY, kinds=("label",), orders=("o1", "o2"), begun_at=NOW)
    assert lists.open_batch(first) == first
    assert lists.open_batch(first.model_copy(update={"begun_at": NOW + timedelta(hours=1)})) == first
    done = lists.note_batch(first, first.model_copy(update={"done": 1, "parts": ("one",)}))
    with pytest.raises(BatchChanged):
        lists.note_batch(first, first.model_copy(update={"done": 1, "parts": ("other",)}))
    assert lists.batch("B") == done


@pytest.mark.parametrize("change", [{"request": "other"}, {"count": 2}])
def test_a_manifest_is_opened_once_for_its_count_and_its_request(dynamodb, tables, change):
    lists = DynamoDispatch(dynamodb, tables["orders"])
    first = Manifest(
        location="leipzig",
        carrier="own",
        number="M-1",
        count=1,
        day=date(2026, 11, 24),
        parcels=(Leaving(sscc="1", order_id="o1"),),
        begun_at=NOW,
        request="r",
    )
    lists.open_manifest(first)
    lists.open_manifest(first.model_copy(update={"parcels": (), **change}))
    assert lists.manifests("leipzig", "own", most=9) == [first]
    assert lists.manifest_for("leipzig", "own", "r") == first
