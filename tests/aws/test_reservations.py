"""What orders hold: taken, changed and given back, whole or not at all, and each exactly once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from order_processing.adapters import reservations
from order_processing.adapters.attributes import number as amount
from order_processing.adapters.attributes import text
from order_processing.adapters.inventory import DynamoInventory
from order_processing.adapters.inventory_items import stock_key
from order_processing.adapters.receipts import Receipts
from order_processing.adapters.reservations import AnchorRefused, Reservations
from order_processing.availability import Shortage, promise
from order_processing.inventory import OutOfStock, PlannedSupply, Receipt, StockCount
from order_processing.inventory_documents import UnknownSupply
from order_processing.offer import choose
from order_processing.offering import make_offer
from order_processing.promise import Allocation, Promise
from order_processing.reservation import given_back
from tests.availability_orders import MONDAY_NOON, settings, verified
from tests.clients import Cut, Cutting, OneByOne

DAY = date(2026, 3, 3)


class Place:
    """The inventory table, and orders that are no more than a counter of how often each changed."""

    def __init__(self, client, table: str, orders: str) -> None:
        self.client, self.table, self.orders = client, table, orders
        self.inventory = DynamoInventory(client, table)
        self.reservations = Reservations(client, table)
        self.receipts = Receipts(client, table)

    def stock(self, sku: str, on_hand: int, **rest: int) -> None:
        self.inventory.count(StockCount(document="C-1", sku=sku, location="leipzig", on_hand=on_hand, **rest))

    def many(self, count: int, on_hand: int) -> None:
        """Stock of S000, S001, ..., quickly."""
        for first in range(0, count, 25):
            items = [
                {
                    **stock_key(f"S{number:03}", "leipzig", 0),
                    **{name: text(value) for name, value in (("location", "leipzig"), ("last_count", "C"))},
                    **{name: amount(0) for name in ("bucket", "reserved", "safety")},
                    "buckets": amount(1),
                    "available": amount(on_hand),
                }
                for number in range(first, min(count, first + 25))
            ]
            self.client.batch_write_item(RequestItems={self.table: [{"PutRequest": {"Item": i}} for i in items]})

    def plan(self, sku: str, quantity: int, document: str = "PO-1", due_on: date = DAY) -> None:
        self.receipts.plan(
            PlannedSupply(document=document, sku=sku, location="leipzig", due_on=due_on, quantity=quantity)
        )

    def receive(self, sku: str, quantity: int, document: str = "R-1", final: bool = False) -> list[str]:
        receipt = Receipt(document=document, supply="PO-1", sku=sku, location="leipzig", quantity=quantity, final=final)
        return [claim.order_id for claim in self.receipts.receive(receipt).waiting]

    def anchor(self, order_id: str, version: int = 0):
        return {
            "Update": {
                "TableName": self.orders,
                "Key": {"order_id": text(order_id), "part": text("order")},
                "UpdateExpression": "SET version = :next",
                "ConditionExpression": "version = :seen" if version else "attribute_not_exists(version)",
                "ExpressionAttributeValues": {":next": amount(version + 1)}
                | ({":seen": amount(version)} if version else {}),
            }
        }

    def change(self, order_id: str, before, after, version: int = 0) -> None:
        self.reservations.change(order_id, self.anchor(order_id, version), before, after)

    def version(self, order_id: str) -> int:
        """How often the order changed."""
        key = {"order_id": text(order_id), "part": text("order")}
        return int(self.client.get_item(TableName=self.orders, Key=key)["Item"]["version"]["N"])

    def counters(self, sku: str) -> tuple[int, int, int, int]:
        """(stock available, stock reserved, supply available, supply reserved)."""
        stock, supply = self.inventory.read([sku])
        return (
            sum(held.available for held in stock),
            sum(held.reserved for held in stock),
            sum(coming.available for coming in supply),
            sum(coming.reserved for coming in supply),
        )

    def leftovers(self) -> list[str]:
        items = self.client.scan(TableName=self.table)["Items"]
        return [item["sku"]["S"] for item in items if item["sku"]["S"].startswith(("order#", "claim#"))]


@pytest.fixture
def place(dynamodb, tables):
    return Place(dynamodb, tables["inventory"], tables["orders"])


def hold(*wanted: tuple[str, int], supply: str = "", ship_date: date = DAY) -> Promise:
    return Promise(
        allocations=tuple(
            Allocation(
                line_id=str(line),
                sku=sku,
                quantity=quantity,
                kind="supply" if supply else "stock",
                location="leipzig",
                source_id=supply,
                ship_date=ship_date,
                delivery_date=ship_date,
            )
            for line, (sku, quantity) in enumerate(wanted, 1)
        )
    )


def test_an_order_takes_once_and_gives_back_once(place):
    place.stock("A", 5)
    place.change("o1", None, hold(("A", 2), ("A", 1)))
    with pytest.raises(AnchorRefused):
        place.change("o1", None, hold(("A", 2)))
    assert place.counters("A")[:2] == (2, 3)
    place.change("o1", hold(("A", 2), ("A", 1)), None, version=1)
    with pytest.raises(AnchorRefused):
        place.change("o1", hold(("A", 3)), None, version=1)
    assert place.counters("A")[:2] == (5, 0)


def test_what_an_order_does_not_hold_is_not_given_back(place, monkeypatch):
    monkeypatch.setattr(reservations, "pause", lambda attempt: None)
    place.stock("A", 5)
    place.change("o1", None, hold(("A", 2)))
    with pytest.raises(OutOfStock, match="its supply changed"):
        place.change("o1", hold(("A", 3)), None, version=1)
    assert (place.counters("A")[:2], place.version("o1")) == ((3, 2), 1)


@pytest.mark.parametrize("before", [None, hold(("A", 2), supply="PO-1")])
def test_what_an_order_holds_of_supply_is_changed_only_by_who_knows_how_much_it_is(place, monkeypatch, before):
    monkeypatch.setattr(reservations, "pause", lambda attempt: None)
    place.plan("A", 10)
    place.change("o1", None, hold(("A", 3), supply="PO-1"))
    with pytest.raises(OutOfStock, match="its supply changed"):
        place.change("o1", before, hold(("A", 4), supply="PO-1"), version=1)
    assert place.counters("A") == (0, 0, 7, 3)
    assert [claim.quantity for claim in place.receipts.claims("leipzig", "PO-1")] == [3]


def test_an_order_that_cannot_have_all_has_nothing(place):
    place.stock("A", 5)
    place.stock("B", 1)
    with pytest.raises(OutOfStock, match="B: stock#leipzig#0"):
        place.change("o1", None, hold(("A", 2), ("B", 2)))
    assert place.counters("A")[:2] == (5, 0)
    place.change("o1", None, hold(("A", 2), ("B", 1)))


def test_only_the_difference_between_two_promises_moves(place):
    place.stock("A", 3)
    place.stock("B", 3)
    place.change("o1", None, hold(("A", 3)))
    place.change("o1", hold(("A", 3)), hold(("A", 2), ("B", 2)), version=1)
    assert place.counters("A")[:2] == (1, 2)
    assert place.counters("B")[:2] == (1, 2)


def test_what_is_held_of_supply_is_known_by_order(place):
    place.plan("A", 10)
    place.change("o2", None, hold(("A", 4), supply="PO-1", ship_date=date(2026, 3, 9)))
    place.change("o1", None, hold(("A", 3), supply="PO-1"))
    assert place.counters("A") == (0, 0, 3, 7)
    assert [(c.order_id, c.quantity) for c in place.receipts.claims("leipzig", "PO-1")] == [("o1", 3), ("o2", 4)]
    place.change("o1", hold(("A", 3), supply="PO-1"), None, version=1)
    assert [c.order_id for c in place.receipts.claims("leipzig", "PO-1")] == ["o2"]
    assert place.counters("A") == (0, 0, 6, 4)


def test_supply_that_comes_becomes_stock_for_whom_it_was_promised(place):
    place.plan("A", 10)
    place.change("o1", None, hold(("A", 4), supply="PO-1"))
    assert place.receive("A", 10) == []
    assert place.receive("A", 10) == []  # the same receipt again
    assert place.counters("A") == (6, 4, 0, 0)
    place.plan("A", 10)  # the same plan again, after it has come
    assert place.counters("A") == (6, 4, 0, 0)
    place.change("o1", hold(("A", 4), supply="PO-1"), None, version=1)
    assert place.counters("A") == (10, 0, 0, 0)
    assert place.leftovers() == []


def test_a_part_that_comes_goes_first_to_those_that_ship_first(place):
    place.plan("A", 10)
    place.change("late", None, hold(("A", 4), supply="PO-1", ship_date=date(2026, 3, 9)))
    place.change("soon", None, hold(("A", 4), supply="PO-1"))
    assert place.receive("A", 5, "R-1") == ["late"]
    assert place.counters("A") == (0, 4, 2, 4)
    assert place.receive("A", 5, "R-2") == []
    assert place.counters("A") == (2, 8, 0, 0)


def test_a_short_last_receipt_names_the_orders_that_it_endangers(place):
    place.plan("A", 10)
    place.change("soon", None, hold(("A", 4), supply="PO-1"))
    place.change("late", None, hold(("A", 4), supply="PO-1", ship_date=date(2026, 3, 9)))
    assert place.receive("A", 5, final=True) == ["late"]
    assert place.counters("A") == (1, 4, -4, 4)
    place.change("late", hold(("A", 4), supply="PO-1"), None, version=1)
    assert place.counters("A") == (1, 4, 0, 0)
    place.plan("A", 10)
    assert place.counters("A") == (1, 4, 0, 0)


def test_more_than_planned_is_stock(place):
    place.plan("A", 3)
    place.receive("A", 5)
    assert place.counters("A") == (5, 0, 0, 0)


def test_a_changed_plan_counts_what_has_come_already(place):
    place.plan("A", 10)
    place.receive("A", 4)
    place.plan("A", 12)
    place.plan("A", 12)
    assert place.counters("A") == (4, 0, 8, 0)


def test_a_receipt_of_something_never_planned_is_refused(place):
    with pytest.raises(UnknownSupply, match="PO-1: A in leipzig"):
        place.receive("A", 4)


def many(count: int, quantity: int = 1) -> Promise:
    return hold(*((f"S{number:03}", quantity) for number in range(count)))


def test_an_order_larger_than_a_transaction_takes_all_and_gives_all_back(place):
    place.many(110, 2)
    place.change("o1", None, many(110))
    assert {place.counters(f"S{number:03}")[:2] for number in range(110)} == {(1, 1)}
    assert place.leftovers() == []
    with pytest.raises(AnchorRefused):
        place.change("o1", many(110), None, version=7)
    assert place.counters("S000")[:2] == (1, 1)
    place.change("o1", many(110), None, version=1)
    assert {place.counters(f"S{number:03}")[:2] for number in range(110)} == {(2, 0)}
    assert place.leftovers() == []


def test_a_large_order_that_cannot_have_all_has_nothing(place):
    place.many(105, 2)
    wanted = many(105, 2)
    greedy = wanted.allocations[-1].model_copy(update={"quantity": 3})
    with pytest.raises(OutOfStock, match="S104"):
        place.change("o1", None, Promise(allocations=(*wanted.allocations[:-1], greedy)))
    assert {place.counters(f"S{number:03}")[1] for number in range(105)} == {0}
    assert place.leftovers() == []


@pytest.mark.parametrize("after", range(4))
def test_a_large_change_cut_anywhere_and_run_again_is_done_once(place, after):
    place.many(104, 2)
    before = many(104)
    then = Promise(allocations=(*many(101, 2).allocations, *before.allocations[101:102]))
    place.change("o1", None, before)
    cut = Reservations(Cutting(place.client, after), place.table)
    with pytest.raises(Cut):
        cut.change("o1", place.anchor("o1", 1), before, then)
    if place.version("o1") == 1:
        place.change("o1", before, then, version=1)
    place.reservations.finish("o1")
    assert {place.counters(f"S{number:03}")[:2] for number in range(101)} == {(0, 2)}
    assert [place.counters(f"S{number:03}")[:2] for number in range(101, 104)] == [(1, 1), (2, 0), (2, 0)]
    assert place.leftovers() == []


def test_a_receipt_cut_anywhere_and_run_again_is_taken_in_once(place):
    for after in range(4):
        sku = f"A{after}"
        place.plan(sku, 10)
        for order in range(2):
            place.change(f"{sku}-{order}", None, hold((sku, 3), supply="PO-1"))
        cut = Receipts(Cutting(place.client, after), place.table)
        receipt = Receipt(document="R-1", supply="PO-1", sku=sku, location="leipzig", quantity=10)
        with pytest.raises(Cut):
            cut.receive(receipt)
        assert place.receive(sku, 10) == []
        assert place.counters(sku) == (4, 6, 0, 0)


def test_orders_that_come_and_go_at_the_same_time_leave_nothing_behind(dynamodb, tables):
    place = Place(OneByOne(dynamodb), tables["inventory"], tables["orders"])
    place.stock("A", 12, buckets=3)
    place.plan("A", 6)

    def visit(number: int) -> bool:
        supply, bucket = number % 4 == 3, number % 3
        wanted = hold(("A", 1), supply="PO-1") if supply else hold(("A", 1))
        if not supply:
            wanted = Promise(allocations=(wanted.allocations[0].model_copy(update={"bucket": bucket}),))
        try:
            place.change(f"o{number}", None, wanted)
        except OutOfStock:
            return False
        if number % 5 == 0:
            place.receive("A", 1, document=f"R-{number}")
        if number % 2:
            place.change(f"o{number}", wanted, None, version=1)
        return not number % 2

    with ThreadPoolExecutor(6) as clients:
        staying = sum(clients.map(visit, range(30)))
    stock_available, stock_reserved, supply_available, supply_reserved = place.counters("A")
    assert stock_reserved + supply_reserved == staying
    assert stock_available + stock_reserved + supply_available + supply_reserved == 18


def test_what_an_offer_holds_is_there_for_the_choice_and_goes_back_when_it_expires(place):
    place.stock("A", 2)
    place.plan("A", 9, due_on=date(2026, 5, 4))
    place.stock("B", 1)
    order, store = verified(("A", 5), ("B", 1)), settings(longest_wait_days=10)
    for order_id, key in (("o1", "in_parts"), ("o2", "")):
        stock, supply = place.inventory.read(["A", "B"])
        shortage = promise(order, stock, supply, store, ordered_at=MONDAY_NOON)
        assert isinstance(shortage, Shortage)
        offer = make_offer(
            order,
            shortage,
            stock,
            supply,
            store,
            substitutes={},
            ordered_at=MONDAY_NOON,
        )
        place.change(order_id, None, offer.hold)
        if key:
            assert place.counters("A") == (0, 2, 6, 3)
            chosen = choose(offer, key, at=MONDAY_NOON).alternative
            place.change(order_id, offer.hold, chosen.promise, version=1)
            assert place.counters("A") == (0, 2, 6, 3)
            assert place.counters("B")[:2] == (0, 1)
        else:
            place.change(order_id, offer.hold, None, version=1)
            assert place.counters("A") == (0, 2, 6, 3)


def test_an_endangered_order_is_promised_anew_from_what_it_holds_and_what_else_there_is(place):
    place.stock("A", 1)
    place.plan("A", 6)
    place.plan("A", 9, document="PO-2", due_on=date(2026, 3, 6))
    order, store = verified(("A", 5)), settings()
    held = promise(order, *place.inventory.read(["A"]), store, ordered_at=MONDAY_NOON)
    place.change("o1", None, held)
    assert place.receive("A", 2, final=True) == ["o1"]
    stock, supply = given_back(*place.inventory.read(["A"]), held, place.reservations.came("o1", held))
    anew = promise(order, stock, supply, store, ordered_at=MONDAY_NOON)
    assert isinstance(anew, Promise)
    assert anew.delivery_date > held.delivery_date
    place.change("o1", held, anew, version=1)
    assert [(c.document, c.quantity) for c in place.receipts.claims("leipzig", "PO-2")] == [("PO-2", 2)]
    assert place.receipts.claims("leipzig", "PO-1") == []
    assert place.counters("A")[1] == 3


def test_an_order_whose_supply_came_is_promised_anew_from_stock(place):
    place.plan("A", 6)
    order, store = verified(("A", 5)), settings()
    held = promise(order, *place.inventory.read(["A"]), store, ordered_at=MONDAY_NOON)
    place.change("o1", None, held)
    place.receive("A", 6)
    stock, supply = given_back(*place.inventory.read(["A"]), held, place.reservations.came("o1", held))
    anew = promise(order, stock, supply, store, ordered_at=MONDAY_NOON)
    assert [a.kind for a in anew.allocations] == ["stock"]
    place.change("o1", held, anew, version=1)
    assert place.counters("A") == (1, 5, 0, 0)
