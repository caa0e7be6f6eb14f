"""Whether the books say what the orders say: the rules, without a book."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.auditing import (
    QUIET,
    StockBook,
    claim_subject,
    documents_due,
    gaps,
    hand_over_untold,
    held_by,
    sku_of,
    stray,
    total_of,
    wrong_with_document,
)
from order_processing.delivery import Delivery, Document, KeptDocument, Parcel, Shipment
from order_processing.inventory import Stock, Supply
from order_processing.order_parts import Confirmation, Erasure, Handling
from order_processing.promise import Allocation, Promise
from order_processing.reservation import Claim
from order_processing.settings import current
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from tests.orders import an_order

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
DAY = date(2026, 11, 30)
MINUTE = timedelta(minutes=1)


def stored(held: tuple[tuple[str, str, int], ...] = (), **changes: object) -> StoredOrder:
    """An order that holds so many pieces of a SKU, each of stock (`""`) or of a document of supply."""
    allocations = tuple(
        Allocation(
            line_id="1",
            sku=sku,
            quantity=quantity,
            kind="supply" if document else "stock",
            location="leipzig",
            source_id=document,
            ship_date=DAY,
            delivery_date=DAY,
        )
        for sku, document, quantity in held
    )
    fields = {
        "order_id": "A",
        "placed": an_order(),
        "received_at": NOW,
        "status": Status.READY_TO_SHIP,
        "times": {Status.READY_TO_SHIP.value: NOW},
        "promise": Promise(allocations=allocations) if allocations else None,
    }
    return StoredOrder(**{**fields, **changes})


def book(stock: int, supply: int = 0) -> StockBook:
    there = Stock(sku="MUG", location="leipzig", available=9, reserved=stock)
    coming = Supply(sku="MUG", location="leipzig", document="PO-1", due_on=DAY, available=9, reserved=supply)
    return StockBook((there,), (coming,), ())


HOLDS = st.lists(
    st.tuples(st.sampled_from(["MUG", "TEA"]), st.sampled_from(["", "PO-1"]), st.integers(1, 9)), max_size=4
)


@given(st.lists(st.tuples(HOLDS, st.booleans(), st.booleans()), max_size=6), st.integers(-3, 3), st.integers(-3, 3))
def test_only_what_is_reserved_beyond_what_the_open_orders_hold_is_a_gap(orders, more_stock, more_supply):
    """came: the supply is stock now, for an order that no longer has a claim on it."""
    held, right = [], Counter()
    for holds, came, left in orders:
        order = stored(tuple(holds), handling=Handling(handed_over_at=NOW if left else None))
        held.append(held_by(order, {("MUG", "leipzig", "PO-1"), ("TEA", "leipzig", "PO-1")} if came else ()))
        for sku, document, quantity in holds:
            if not left and sku == "MUG":
                right["supply" if document and not came else "stock"] += quantity
    if right["stock"] + more_stock < 0 or right["supply"] + more_supply < 0:
        return
    seen = book(right["stock"] + more_stock, right["supply"] + more_supply)
    found = {gap.source[0]: gap.reserved - gap.held for gap in gaps("MUG", seen, total_of(held))}
    assert found == {kind: more for kind, more in (("stock", more_stock), ("supply", more_supply)) if more}


def test_a_source_that_an_order_holds_and_the_inventory_does_not_have_is_a_gap():
    (gap,) = gaps("MUG", StockBook((), (), ()), held_by(stored((("MUG", "", 2),)), ()))
    assert (gap.reserved, gap.held, gap.subject, sku_of(gap.subject)) == (0, 2, "stock#leipzig#0#MUG", "MUG")


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED, Status.REJECTED])
def test_an_order_that_ended_holds_nothing(status):
    assert held_by(stored((("MUG", "", 2),), status=status), ()) == {}


def test_a_claim_is_stray_when_its_order_does_not_hold_that_supply():
    claims = [
        Claim(order_id=order, sku="MUG", location="leipzig", document=document, quantity=1, ship_date=DAY)
        for order, document in (("A", "PO-1"), ("A", "PO-2"), ("GONE", "PO-1"))
    ]
    held = {"A": held_by(stored((("MUG", "PO-1", 1),)), ())}
    assert stray(claims, held) == claims[1:]
    assert sku_of(claim_subject(claims[0])) == "MUG"


KEPT = KeptDocument(key="orders/A/label-1.pdf", put_at=NOW)
NAMED = Document(kind="label", key=KEPT.key, content_type="application/pdf", sha256="0" * 64, size=1)
PARCEL = Parcel(sscc="0" * 18, number=1, of=1, contents=(), weight_g=1, size_mm=(1, 1, 1))
SHIPMENTS = (Shipment(location="leipzig", ship_date=DAY, service="standard", parcels=(PARCEL,)),)


def delivered(*documents: Document) -> Delivery:
    return Delivery(shipments=SHIPMENTS, documents=documents)


@pytest.mark.parametrize(
    ("order", "after", "wrong"),
    [
        (None, MINUTE, "there is no such order"),
        (stored(delivery=delivered(NAMED)), QUIET, ""),
        (stored(delivery=delivered()), QUIET, "its order does not name it"),
        (stored(delivery=delivered()), QUIET - MINUTE, ""),
        (stored(status=Status.RECORDED, delivery=delivered()), QUIET, ""),
        (stored(status=Status.CANCELLED, times={"CANCELLED": NOW}), QUIET, "the order ended early"),
        (stored(status=Status.CANCELLED, times={"CANCELLED": NOW}), QUIET - MINUTE, ""),
        (stored(delivery=delivered(), erased=Erasure(at=NOW)), QUIET, ""),
    ],
)
def test_what_belongs_to_no_order(order, after, wrong):
    assert wrong_with_document(KEPT, order, NOW + after) == wrong


def test_a_return_label_is_named_by_no_order():
    label = KEPT.model_copy(update={"key": "orders/A/return-label-2.pdf"})
    assert wrong_with_document(label, stored(delivery=delivered()), NOW + QUIET) == ""


def test_documents_are_asked_for_when_an_order_became_ready_lately():
    order = stored(delivery=delivered(NAMED))
    assert documents_due(order, NOW + timedelta(hours=47)) == (NAMED.key,)
    assert documents_due(order, NOW + timedelta(hours=48)) == ()
    assert documents_due(order.model_copy(update={"status": Status.CANCELLED}), NOW) == ()


@pytest.mark.parametrize(
    ("changes", "shipped", "untold"),
    [
        ({"handling": Handling(handed_over_at=NOW)}, "hand_over", True),
        ({"handling": Handling(handed_over_at=NOW)}, "never", False),
        ({}, "hand_over", False),
        ({}, "ready", True),
        ({"handling": Handling(handed_over_at=NOW, told=Confirmation(attempt_at=NOW))}, "hand_over", True),
        (
            {"handling": Handling(handed_over_at=NOW, told=Confirmation(attempt_at=NOW, sent_at=NOW))},
            "hand_over",
            False,
        ),
        ({"handling": Handling(handed_over_at=NOW), "erased": Erasure(at=NOW)}, "hand_over", False),
        ({"handling": Handling(handed_over_at=NOW), "delivery": Delivery(shipments=())}, "hand_over", False),
        ({"status": Status.CANCELLED}, "ready", False),
    ],
)
def test_who_should_have_heard_that_parcels_are_on_their_way(changes, shipped, untold):
    settings = current().model_copy(update={"notices": current().notices.model_copy(update={"shipped": shipped})})
    order = stored(**{"delivery": delivered(NAMED), **changes})
    assert hand_over_untold(order, settings, NOW + QUIET) is untold
    assert not hand_over_untold(order, settings, NOW + QUIET - MINUTE)
