"""Cartonization: every box is right by our own check, whatever the search proposed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from order_processing.cartons import cartonize
from order_processing.delivery import Parcel, Placement
from order_processing.goods import Goods, PackedParcel
from order_processing.packing import pack
from order_processing.packing_check import faults
from order_processing.settings import Box
from order_processing.verified_order import Item
from tests.delivery_orders import SETTINGS, packed, promised_from_stock, verified_order

LIMIT = 30_000
BY_TITLE = {box.title: box for box in SETTINGS.boxes.values()}
SMALL = Box(title="Cube", inner_mm=(100, 100, 100), weight_g=50, max_weight_g=5000, cost=1)


def goods(sku: str = "A", quantity: int = 1, size: tuple[int, int, int] = (50, 50, 50), **more: object) -> Goods:
    return Goods.model_validate(
        {"line_id": sku, "sku": sku, "description": sku, "quantity": quantity, "weight_g": 100, "size_mm": size, **more}
    )


@st.composite
def orders(draw: st.DrawFn) -> list[Goods]:
    return [
        goods(
            sku=f"SKU-{place}",
            quantity=draw(st.integers(1, 6)),
            size=draw(st.tuples(st.integers(0, 500), st.integers(1, 400), st.integers(1, 300))),
            weight_g=draw(st.integers(0, 9000)),
            fragile=draw(st.booleans()),
            keep_upright=draw(st.booleans()),
        )
        for place in range(draw(st.integers(1, 5)))
    ]


def contents(parcel: PackedParcel, ordered: list[Goods]) -> list[Goods]:
    by_sku = {group.sku: group for group in ordered}
    return [by_sku[line.sku].pieces(line.quantity) for line in parcel.contents]


def placed_in(parcel: PackedParcel | Parcel) -> int:
    """How many pieces have a place in a box."""
    return sum(placed.pieces for placed in parcel.placements)


@given(orders())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_every_box_is_right_and_every_piece_is_boxed_or_handed_back(ordered: list[Goods]) -> None:
    parcels, left = cartonize(ordered, SETTINGS.boxes, LIMIT)
    found = Counter({group.sku: 0 for group in ordered})
    for parcel in parcels:
        box = BY_TITLE[parcel.box]
        inside = contents(parcel, ordered)
        assert list(faults(inside, parcel.placements, box)) == []
        assert parcel.weight_g == box.weight_g + sum(g.weight_g * g.quantity for g in inside) <= LIMIT
        found.update({group.sku: group.quantity for group in inside})
    found.update({group.sku: group.quantity for group in left})
    assert found == Counter({group.sku: group.quantity for group in ordered})
    assert (parcels, left) == cartonize(ordered, SETTINGS.boxes, LIMIT)


def test_eight_cubes_fill_a_box_and_the_ninth_takes_another() -> None:
    parcels, left = cartonize([goods(quantity=9)], {"cube": SMALL}, LIMIT)
    assert sorted(placed_in(parcel) for parcel in parcels) == [1, 8]
    assert left == []


def test_takes_the_cheapest_box_that_holds_everything() -> None:
    (parcel,), _ = cartonize([goods(size=(300, 250, 30), quantity=2)], SETTINGS.boxes, LIMIT)
    assert parcel.box == "Mailer"
    assert parcel.size_mm == (324, 264, 64)


@pytest.mark.parametrize("size", [(0, 10, 10), (900, 900, 900)])
def test_hands_back_what_has_no_size_or_fits_no_box(size: tuple[int, int, int]) -> None:
    thing = goods(size=size)
    assert cartonize([thing], SETTINGS.boxes, LIMIT) == ([], [thing])
    assert cartonize([thing], {}, LIMIT) == ([], [thing])


def test_such_things_are_packed_all_the_same() -> None:
    wardrobe = Item(line_id="1", sku="W", description="Wardrobe", weight_g=28_000, size_mm=(2000, 900, 600))
    verified = verified_order((wardrobe, 2))
    (shipment,) = pack(verified, promised_from_stock(verified), SETTINGS)
    assert [(p.box, p.weight_g, p.size_mm) for p in shipment.parcels] == [("", 28_000, (2000, 900, 600))] * 2


@pytest.mark.parametrize("pieces", [150, 3000])
def test_any_number_of_pieces_has_its_places(pieces: int) -> None:
    ordered = [goods(quantity=pieces, size=(90, 40, 40))]
    parcels, left = cartonize(ordered, SETTINGS.boxes, LIMIT)
    assert left == []
    assert sum(line.quantity for parcel in parcels for line in parcel.contents) == pieces
    assert all(parcel.weight_g <= LIMIT for parcel in parcels)
    assert sum(map(placed_in, parcels)) == pieces
    for parcel in parcels:
        assert list(faults(contents(parcel, ordered), parcel.placements, BY_TITLE[parcel.box])) == []


def test_a_parcels_places_stay_with_it_when_it_is_numbered() -> None:
    verified = verified_order((Item(line_id="1", sku="A", description="A", weight_g=10, size_mm=(90, 80, 70)), 3))
    (shipment,) = packed(verified).shipments
    assert [placed_in(parcel) for parcel in shipment.parcels] == [3]


def at(content: int, place: tuple[int, int, int], size: tuple[int, int, int] = (50, 50, 50)) -> Placement:
    return Placement(content=content, at_mm=place, size_mm=size) if min(place) >= 0 else Placement.model_construct(
        content=content, at_mm=place, size_mm=size
    )  # fmt: skip


def block(place: tuple[int, int, int], grid: tuple[int, int, int]) -> Placement:
    return Placement(content=0, at_mm=place, size_mm=(50, 50, 50), grid=grid)


@pytest.mark.parametrize(
    ("contents", "placements", "fault"),
    [
        ([goods(quantity=2)], [at(0, (0, 0, 0)), at(0, (49, 0, 0))], "overlap"),
        ([goods()], [at(0, (51, 0, 0))], "sticks out"),
        ([goods()], [at(0, (-1, 0, 0))], "sticks out"),
        ([goods()], [at(0, (0, 0, 10))], "hangs in the air"),
        ([goods(quantity=2)], [at(0, (0, 0, 0)), at(0, (40, 0, 50))], "hangs in the air"),
        ([goods(quantity=2)], [at(0, (0, 0, 0))], "not every piece"),
        ([goods()], [at(0, (0, 0, 0)), at(0, (50, 0, 0))], "not every piece"),
        ([goods()], [at(0, (0, 0, 0), (50, 50, 40))], "is not the size"),
        ([goods(size=(50, 50, 80), keep_upright=True)], [at(0, (0, 0, 0), (80, 50, 50))], "upright"),
        ([goods(fragile=True), goods("B")], [at(0, (0, 0, 0)), at(1, (0, 0, 50))], "fragile piece is covered"),
        ([goods(weight_g=6000)], [at(0, (0, 0, 0))], "more than the 5000 g"),
        ([goods(quantity=3)], [at(0, (0, 0, 0)), block((50, 0, 0), (1, 3, 1))], "not every piece"),
        ([goods(quantity=4)], [at(0, (0, 0, 0)), block((50, 0, 0), (1, 3, 1))], "sticks out"),
        ([goods(quantity=4)], [block((0, 0, 0), (2, 1, 1)), block((50, 0, 0), (1, 2, 1))], "overlap"),
        ([goods(quantity=2, fragile=True)], [block((0, 0, 0), (1, 1, 2))], "fragile piece is covered"),
        ([goods(size=(100, 100, 96))], [at(0, (0, 0, 0), (100, 100, 96))], "no room for padding"),
    ],
)
def test_the_check_finds(contents: list[Goods], placements: list[Placement], fault: str) -> None:
    box = SMALL.model_copy(update={"padding_percent": 5}) if "padding" in fault else SMALL
    assert any(fault in found for found in faults(contents, placements, box))


def test_the_check_finds_nothing_in_a_good_box() -> None:
    placements = [at(0, (x, y, z)) for z in (0, 50) for y in (0, 50) for x in (0, 50)]
    assert list(faults([goods(quantity=8)], placements, SMALL)) == []


@given(st.data())
@settings(max_examples=40)
def test_a_piece_pushed_into_another_is_noticed(data: st.DataObject) -> None:
    placements = [at(0, (x, y, z)) for z in (0, 50) for y in (0, 50) for x in (0, 50)]
    moved = data.draw(st.integers(0, 7))
    shift = data.draw(st.tuples(*[st.integers(-50, 50)] * 3).filter(any))
    place = tuple(a + b for a, b in zip(placements[moved].at_mm, shift, strict=True))
    placements[moved] = Placement.model_construct(content=0, at_mm=place, size_mm=(50, 50, 50))
    assert list(faults([goods(quantity=8)], placements, SMALL))
