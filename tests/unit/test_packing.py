"""Packing: every promised piece is in one parcel, and no parcel is heavier than the service carries."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.packing import PackedShipment, PackingError, pack
from order_processing.promise import Promise
from order_processing.verified_order import Item, Part
from tests.delivery_orders import BEANIE, GUIDE, POLO, SETTINGS, allocation, promised_from_stock, verified_order

WITHOUT_BOXES = SETTINGS.model_copy(update={"boxes": {}})
LIMIT = SETTINGS.services["standard"].max_weight_g
DAYS = [date(2026, 11, 24), date(2026, 12, 1)]


@st.composite
def items(draw: st.DrawFn) -> tuple[Item, ...]:
    return tuple(
        Item(
            line_id=str(place),
            sku=f"SKU-{place}",
            description=f"Product {place}",
            digital=draw(st.integers(0, 9)) == 0,
            weight_g=draw(st.one_of(st.just(0), st.integers(1, 2 * LIMIT))),
            size_mm=draw(st.tuples(*[st.integers(1, 1500)] * 3)),
            dangerous=draw(st.sampled_from(["", "", "UN3481"])),
        )
        for place in range(draw(st.integers(1, 6)))
    )


@st.composite
def promises(draw: st.DrawFn, of: tuple[Item, ...]) -> Promise:
    return Promise(
        allocations=tuple(
            allocation(item.line_id, item.sku, quantity, location, day)
            for item in of
            for location, day, quantity in draw(
                st.lists(
                    st.tuples(st.sampled_from(["louisville", "leipzig"]), st.sampled_from(DAYS), st.integers(1, 300)),
                    max_size=3,
                )
            )
        )
    )


def pieces(shipments: tuple[PackedShipment, ...]) -> Counter[tuple[str, str, date, str]]:
    """How many pieces of a line leave each location on each day."""
    found: Counter[tuple[str, str, date, str]] = Counter()
    for shipment in shipments:
        for parcel in shipment.parcels:
            for content in parcel.contents:
                found[content.line_id, shipment.location, shipment.ship_date, content.sku] += content.quantity
    return found


@given(st.data())
def test_every_piece_is_packed_once_where_and_when_it_was_promised(data: st.DataObject) -> None:
    of = data.draw(items())
    promise = data.draw(promises(of))
    promised: Counter[tuple[str, str, date, str]] = Counter()
    for a in promise.allocations:
        if not of[int(a.line_id)].digital:
            promised[a.line_id, a.location, a.ship_date, a.sku] += a.quantity
    shipments = pack(verified_order(*((item, 1) for item in of)), promise, WITHOUT_BOXES)
    assert pieces(shipments) == promised
    assert all(shipment.parcels for shipment in shipments)
    assert shipments == pack(verified_order(*((item, 1) for item in of)), promise, WITHOUT_BOXES)


@given(st.data())
def test_parcels_weigh_what_they_hold_and_dangerous_goods_travel_apart(data: st.DataObject) -> None:
    of = data.draw(items())
    by_line = {item.line_id: item for item in of}
    for shipment in pack(verified_order(*((item, 1) for item in of)), data.draw(promises(of)), WITHOUT_BOXES):
        for parcel in shipment.parcels:
            inside = [(by_line[c.line_id], c.quantity) for c in parcel.contents]
            assert parcel.weight_g >= sum(item.weight_g * quantity for item, quantity in inside)
            assert len({item.dangerous for item, _ in inside}) == 1
            if parcel.weight_g > LIMIT:
                assert sum(quantity for _, quantity in inside) == 1
                assert any("heavier than the service carries" in remark for remark in parcel.remarks)


def test_a_bundle_is_packed_as_its_components() -> None:
    bundle = Item(
        line_id="1",
        sku="SET",
        description="Breakfast set",
        weight_g=1000,
        components=(("CUP", 2), ("PLATE", 1)),
        parts=(Part(sku="PLATE", description="Plate, 27 cm", weight_g=520, fragile=True),),
    )
    promise = Promise(allocations=(allocation("1", "CUP", 4), allocation("1", "PLATE", 2)))
    ((parcel,),) = [s.parcels for s in pack(verified_order((bundle, 2)), promise, SETTINGS)]
    assert {c.sku: (c.quantity, c.description) for c in parcel.contents} == {
        "CUP": (4, "Breakfast set: CUP"),
        "PLATE": (2, "Plate, 27 cm"),
    }
    assert parcel.weight_g >= 2 * 520 + 4 * 334


def test_what_leaves_from_two_places_is_two_shipments() -> None:
    promise = Promise(
        allocations=(allocation("1", "BEANIE", 2, "leipzig", DAYS[1]), allocation("1", "BEANIE", 3, "louisville"))
    )
    shipments = pack(verified_order((BEANIE, 5)), promise, SETTINGS)
    assert [(s.location, s.ship_date, s.service) for s in shipments] == [
        ("louisville", DAYS[0], "standard"),
        ("leipzig", DAYS[1], "standard"),
    ]


def test_digital_items_are_not_packed() -> None:
    verified = verified_order((GUIDE, 1))
    assert pack(verified, promised_from_stock(verified), SETTINGS) == ()
    ((shipment,)) = pack(
        verified_order((GUIDE, 1), (POLO, 1)), promised_from_stock(verified_order((POLO, 1))), SETTINGS
    )
    assert [c.sku for parcel in shipment.parcels for c in parcel.contents] == ["POLO-M-RED"]


def test_numbers_its_parcels_within_the_shipment() -> None:
    heavy = BEANIE.model_copy(update={"weight_g": LIMIT})
    (shipment,) = pack(verified_order((heavy, 3)), promised_from_stock(verified_order((heavy, 3))), WITHOUT_BOXES)
    codes = ["006141410000000012", "006141410000000029", "006141410000000036"]
    assert [(p.number, p.of, p.sscc) for p in shipment.numbered(codes).parcels] == [
        (1, 3, codes[0]),
        (2, 3, codes[1]),
        (3, 3, codes[2]),
    ]
    with pytest.raises(ValueError, match="argument"):
        shipment.numbered(codes[:2])


def test_refuses_an_allocation_of_a_line_that_is_not_there() -> None:
    with pytest.raises(PackingError, match="'7' is not a line"):
        pack(verified_order((BEANIE, 1)), Promise(allocations=(allocation("7", "BEANIE", 1),)), SETTINGS)
