"""Packing: what was promised, as shipments and parcels; nothing is lost and nothing is doubled.

Allocations that leave one location on one day are one shipment. Its pieces are put into boxes (`cartons`),
dangerous goods apart. What fits no box, or has no known size, is spread over parcels so that none is heavier
than the service carries. A piece that alone is too heavy gets a parcel of its own with a remark, because
somebody must find a carrier for it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby

from order_processing.cartons import cartonize
from order_processing.delivery import Parcel, Shipment
from order_processing.goods import Goods, PackedParcel, stacked_size, weight_of
from order_processing.order import Record, Text
from order_processing.promise import Allocation, Promise
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder


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
            parcels = tuple(_parcels(goods, settings, settings.services[verified.service].max_weight_g))
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
                yield Goods(
                    line_id=item.line_id, quantity=quantity, **item.part(sku).model_dump(exclude={"hs_code", "origin"})
                )
    for line_id, sku in quantities:
        raise PackingError(f"allocation of {sku}: {line_id!r} is not a line of the order")


def _parcels(goods: Iterable[Goods], settings: Settings, max_weight_g: int) -> Iterator[PackedParcel]:
    """Parcels of at most `max_weight_g`, dangerous goods apart: in boxes, and what fits none by its weight."""
    for dangerous, alike in groupby(sorted(goods, key=lambda g: g.dangerous), key=lambda g: g.dangerous):
        remarks = (f"dangerous goods: {dangerous}",) if dangerous else ()
        boxed, unboxed = cartonize(list(alike), settings.boxes, max_weight_g)
        loose = [_by_weight(load, max_weight_g) for load in _loads(unboxed, max_weight_g)]
        for parcel in [*boxed, *loose]:
            yield parcel.model_copy(update={"remarks": (*parcel.remarks, *remarks)})


def _loads(goods: Iterable[Goods], max_weight_g: int) -> list[list[Goods]]:
    """The goods in loads of at most `max_weight_g`, heaviest pieces first."""
    loads: list[list[Goods]] = []
    for group in sorted(goods, key=lambda g: (-g.weight_g, g.line_id, g.sku)):
        _spread(group, loads, max_weight_g)
    return loads


def _spread(group: Goods, loads: list[list[Goods]], max_weight_g: int) -> None:
    """Put all of a group's pieces into the first loads that have room for them, then into new ones."""
    left = group.quantity
    for load in loads:
        room = max_weight_g - weight_of(load)
        fitting = min(left, room // group.weight_g if group.weight_g else left) if room >= 0 else 0
        if fitting:
            load.append(group.pieces(fitting))
            left -= fitting
        if not left:
            return
    per_parcel = max(1, max_weight_g // group.weight_g) if group.weight_g else left
    while left:
        quantity = min(left, per_parcel)
        loads.append([group.pieces(quantity)])
        left -= quantity


def _by_weight(load: list[Goods], max_weight_g: int) -> PackedParcel:
    """A parcel without a box type, as large as its pieces stacked."""
    weight = weight_of(load)
    heavy = f"heavier than the service carries: {weight} g, at most {max_weight_g} g"
    return PackedParcel(
        contents=tuple(group.packed for group in load),
        weight_g=weight,
        size_mm=stacked_size(load),
        remarks=(heavy,) if weight > max_weight_g else (),
    )
