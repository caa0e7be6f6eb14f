"""Packing: what was promised, as shipments and parcels; nothing is lost and nothing is doubled.

Allocations that leave one location on one day are one shipment. Its pieces are spread over parcels so
that none is heavier than the service carries; dangerous goods travel apart. A piece that alone is too
heavy gets a parcel of its own with a remark, because somebody must find a carrier for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby

from order_processing.delivery import PackedLine, Parcel, Shipment
from order_processing.order import Quantity, Record, Text
from order_processing.promise import Allocation, Promise
from order_processing.settings import Settings
from order_processing.verified_order import Part, VerifiedOrder


class Goods(Record):
    """Equal pieces of one line, or of one component of a bundle. weight_g, size_mm: of one piece."""

    line_id: Text
    sku: Text
    description: Text
    quantity: Quantity
    weight_g: int
    size_mm: tuple[int, int, int]
    fragile: bool = False
    keep_upright: bool = False
    dangerous: Text = ""


class PackedParcel(Record):
    """A parcel that has no SSCC yet. weight_g: gross; size_mm: outer; remarks: for whoever packs it."""

    contents: tuple[PackedLine, ...]
    weight_g: int
    size_mm: tuple[int, int, int]
    box: Text = ""
    remarks: tuple[Text, ...] = ()


class PackedShipment(Record):
    """What leaves one location on one day, in parcels that have no SSCC yet."""

    location: Text
    ship_date: date
    service: Text
    parcels: tuple[PackedParcel, ...]

    def numbered(self, ssccs: Sequence[str]) -> Shipment:
        """The shipment with an SSCC for each parcel, in their order; parcels count from 1 in their shipment."""
        return Shipment(
            location=self.location,
            ship_date=self.ship_date,
            service=self.service,
            parcels=tuple(
                Parcel(sscc=sscc, number=number, of=len(self.parcels), **dict(parcel))
                for number, (sscc, parcel) in enumerate(zip(ssccs, self.parcels, strict=True), 1)
            ),
        )


class PackingError(ValueError):
    """What was promised does not fit the order; the message says where."""


def pack(verified: VerifiedOrder, promise: Promise, settings: Settings) -> tuple[PackedShipment, ...]:
    """The order's shipments by ship date and location; digital items are not packed.

    The same order gives the same parcels. A PackingError says which allocation names no line of the order.
    """
    shipments = []
    allocations = sorted(promise.allocations, key=_departure)
    for (ship_date, location), together in groupby(allocations, key=_departure):
        goods = tuple(_goods(verified, together))
        if goods:
            parcels = tuple(_parcels(goods, settings.services[verified.service].max_weight_g))
            shipments.append(
                PackedShipment(location=location, ship_date=ship_date, service=verified.service, parcels=parcels)
            )
    return tuple(shipments)


def _departure(allocation: Allocation) -> tuple[date, str]:
    return allocation.ship_date, allocation.location


def _goods(verified: VerifiedOrder, allocations: Iterable[Allocation]) -> Iterator[Goods]:
    """The pieces of some allocations, one Goods a line and SKU, in the order's order of lines."""
    quantities: dict[tuple[str, str], int] = {}
    for allocation in allocations:
        key = (allocation.line_id, allocation.sku)
        quantities[key] = quantities.get(key, 0) + allocation.quantity
    for item in verified.items:
        skus = [sku for line_id, sku in quantities if line_id == item.line_id]
        for sku in sorted(skus):
            quantity = quantities.pop((item.line_id, sku))
            if not item.digital:
                part = item.part(sku)
                yield _goods_of(item.line_id, part, quantity)
    for line_id, sku in quantities:
        raise PackingError(f"allocation of {sku}: {line_id!r} is not a line of the order")


def _goods_of(line_id: str, part: Part, quantity: int) -> Goods:
    return Goods(line_id=line_id, quantity=quantity, **dict(part))


def _parcels(goods: Iterable[Goods], max_weight_g: int) -> Iterator[PackedParcel]:
    """Parcels of at most `max_weight_g`, heaviest pieces first, dangerous goods apart."""
    ordered = sorted(goods, key=lambda g: (g.dangerous, -g.weight_g, g.line_id, g.sku))
    for _, alike in groupby(ordered, key=lambda g: g.dangerous):
        loads: list[list[Goods]] = []
        for group in alike:
            _spread(group, loads, max_weight_g)
        yield from (_parcel(load, max_weight_g) for load in loads)


def _spread(group: Goods, loads: list[list[Goods]], max_weight_g: int) -> None:
    """Put all of a group's pieces into the first loads that have room for them, then into new ones."""
    left = group.quantity
    for load in loads:
        room = max_weight_g - _weight(load)
        fitting = min(left, room // group.weight_g if group.weight_g else left) if room >= 0 else 0
        if fitting:
            load.append(group.model_copy(update={"quantity": fitting}))
            left -= fitting
        if not left:
            return
    per_parcel = max(1, max_weight_g // group.weight_g) if group.weight_g else left
    while left:
        quantity = min(left, per_parcel)
        loads.append([group.model_copy(update={"quantity": quantity})])
        left -= quantity


def _weight(load: Iterable[Goods]) -> int:
    return sum(group.weight_g * group.quantity for group in load)


def _parcel(load: list[Goods], max_weight_g: int) -> PackedParcel:
    weight = _weight(load)
    remarks = []
    if weight > max_weight_g:
        remarks.append(f"heavier than the service carries: {weight} g, at most {max_weight_g} g")
    if load[0].dangerous:
        remarks.append(f"dangerous goods: {load[0].dangerous}")
    return PackedParcel(
        contents=tuple(
            PackedLine(line_id=g.line_id, sku=g.sku, description=g.description, quantity=g.quantity) for g in load
        ),
        weight_g=weight,
        size_mm=stacked_size(load),
        remarks=tuple(remarks),
    )


def stacked_size(load: Iterable[Goods]) -> tuple[int, int, int]:
    """A size that surely holds the pieces: one upon the other, each standing or lying as it may."""
    length = width = height = 0
    for group in load:
        long, wide, high = group.size_mm
        if not group.keep_upright:
            high, wide, long = sorted(group.size_mm)
        long, wide = max(long, wide), min(long, wide)
        length, width, height = max(length, long), max(width, wide), height + high * group.quantity
    return length, width, height
