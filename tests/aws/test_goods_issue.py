"""Goods that leave: reserved and on hand fall together, once, wherever it is cut."""

from __future__ import annotations

import pytest

from order_processing.adapters.reservations import AnchorRefused, Reservations
from order_processing.errors import OrderChanged
from order_processing.inventory import OutOfStock
from order_processing.order_parts import Handling, Reason
from order_processing.status import Status
from tests.aws.test_reservations import Place, hold
from tests.aws.test_stages import simple_order
from tests.clients import Cut, Cutting

MANY = 130


@pytest.fixture
def place(dynamodb, tables):
    return Place(dynamodb, tables["inventory"], tables["orders"])


def on_hand(place, sku: str) -> int:
    stock, _ = place.inventory.read([sku])
    return sum(held.on_hand for held in stock)


def test_what_leaves_is_neither_reserved_nor_there(place):
    place.stock("A", 5)
    place.change("o1", None, hold(("A", 2)))
    place.reservations.issue("o1", place.anchor("o1", 1), hold(("A", 2)))
    assert place.counters("A")[:2] == (3, 0)
    assert on_hand(place, "A") == 3
    with pytest.raises(AnchorRefused):
        place.reservations.issue("o1", place.anchor("o1", 1), hold(("A", 2)))
    assert place.counters("A")[:2] == (3, 0)


def test_what_nobody_holds_cannot_leave(place):
    place.stock("A", 5)
    with pytest.raises(OutOfStock, match="does not say that it holds"):
        place.reservations.issue("o1", place.anchor("o1"), hold(("A", 2)))
    assert on_hand(place, "A") == 5


def test_supply_that_has_come_leaves_from_stock(place):
    place.plan("A", 4)
    place.change("o1", None, hold(("A", 3), supply="PO-1"))
    place.receive("A", 4)
    place.reservations.issue("o1", place.anchor("o1", 1), hold(("A", 3), supply="PO-1"))
    assert place.counters("A") == (1, 0, 0, 0)
    assert place.leftovers() == []


@pytest.mark.parametrize("receipts", [(4,), (1, 3), (2, 2)])
def test_supply_that_leaves_before_its_receipt_is_noted_is_not_counted_twice(place, receipts):
    place.plan("A", 4)
    place.change("o1", None, hold(("A", 3), supply="PO-1"))
    place.reservations.issue("o1", place.anchor("o1", 1), hold(("A", 3), supply="PO-1"))
    assert place.leftovers() == []
    assert place.counters("A") == (0, 0, 1, 0)
    for number, quantity in enumerate(receipts):
        assert place.receive("A", quantity, f"R-{number}") == []
    assert place.counters("A") == (1, 0, 0, 0)


@pytest.mark.parametrize("after", range(6))
def test_a_large_order_leaves_once_wherever_it_is_cut(place, after):
    place.many(MANY, 5)
    wanted = hold(*((f"S{number:03}", 2) for number in range(MANY)))
    place.change("o1", None, wanted)
    version = place.version("o1")
    cut = Reservations(Cutting(place.client, after), place.table)
    try:
        cut.issue("o1", place.anchor("o1", version), wanted)
    except Cut:
        assert after < 3
    if place.version("o1") == version:
        place.reservations.issue("o1", place.anchor("o1", version), wanted)
    place.reservations.finish("o1")
    assert {place.counters(f"S{number:03}")[:2] for number in (0, 64, MANY - 1)} == {(3, 0)}
    assert place.leftovers() == []


def test_an_order_leaves_once_and_can_neither_leave_unseen_nor_come_back(shop):
    stored = shop.run(shop.place(simple_order()))
    stock, _ = shop.inventory.read(["TEST-123"])
    before = sum(held.on_hand for held in stock)
    left = Handling(handed_over_at=shop.now, manifest="M1")
    with pytest.raises(ValueError, match="issue_goods"):
        shop.orders.note_handling(stored, left)
    with pytest.raises(ValueError, match="expected the time"):
        shop.orders.issue_goods(stored, Handling(manifest="M1"))

    gone = shop.orders.issue_goods(stored, left)
    assert gone == shop.orders.load(stored.order_id)
    assert (gone.handling, gone.status) == (left, Status.READY_TO_SHIP)
    assert shop.orders.issue_goods(gone, left) == gone
    with pytest.raises(OrderChanged):
        shop.orders.issue_goods(stored, left)
    stock, _ = shop.inventory.read(["TEST-123"])
    assert (sum(held.reserved for held in stock), sum(held.on_hand for held in stock)) == (0, before - 1)
    with pytest.raises(ValueError, match="has left"):
        shop.orders.release(gone, Status.CANCELLED, at=shop.now, reason=Reason(code="X", text="x"))


def test_only_what_is_ready_to_ship_can_leave(shop):
    order_id = shop.place(simple_order())
    shop.verify(order_id)
    shop.check(order_id)
    with pytest.raises(ValueError, match="only what is ready to ship"):
        shop.orders.issue_goods(shop.orders.load(order_id), Handling(handed_over_at=shop.now))
