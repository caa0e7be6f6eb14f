"""Reservations as differences: what has to be taken from which source, and what given back.

An order holds the pieces of its promise (or of an offer's hold). From one promise to another only the difference
moves, so what it keeps is never up for grabs in between.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Literal

from order_processing.inventory import Stock, Supply
from order_processing.order import Record, Text
from order_processing.promise import Allocation, Promise

SourceKey = tuple[Literal["stock", "supply"], str, str, str, int]
SupplyKey = tuple[str, str, str]


class Move(Record):
    """What an order holds of one source, before and after.

    ship_date: the first day on which any of it is to leave; None when nothing of it is held after.
    material: none of it is shipped itself: on its `ship_date` something begins to be made from it.
    """

    kind: Literal["stock", "supply"]
    sku: Text
    location: Text
    source_id: Text = ""
    bucket: int = 0
    before: int = 0
    after: int = 0
    ship_date: date | None = None
    material: bool = False

    @property
    def quantity(self) -> int:
        """How many are taken; below zero: given back."""
        return self.after - self.before

    @property
    def source(self) -> SourceKey:
        """By what the source is known."""
        return self.kind, self.sku, self.location, self.source_id, self.bucket

    @property
    def supply(self) -> SupplyKey:
        """(SKU, location, document) of a supply."""
        return self.sku, self.location, self.source_id

    @property
    def reverse(self) -> "Move":
        """The move that undoes this one."""
        return self.model_copy(update={"before": self.after, "after": self.before})


class Claim(Record):
    """What one order holds of one supply that has not come yet. ship_date, material: see Move."""

    order_id: Text
    sku: Text
    location: Text
    document: Text
    quantity: int
    ship_date: date
    material: bool = False


def moves(before: Promise | None, after: Promise | None) -> list[Move]:
    """One move for each source that the order holds, or held, anything of."""
    sources: dict[SourceKey, tuple[int, int, date | None]] = {}
    for allocation in _held_by(before):
        held, wanted, day = sources.get(_key(allocation), (0, 0, None))
        sources[_key(allocation)] = held + allocation.quantity, wanted, day
    for allocation in _held_by(after):
        held, wanted, day = sources.get(_key(allocation), (0, 0, None))
        first = min(day or allocation.ship_date, allocation.ship_date)
        sources[_key(allocation)] = held, wanted + allocation.quantity, first
    shipped = {_key(allocation) for allocation in (after.allocations if after else ())}
    return [
        Move(
            kind=kind,
            sku=sku,
            location=location,
            source_id=source_id,
            bucket=bucket,
            before=held,
            after=wanted,
            ship_date=day,
            material=wanted > 0 and (kind, sku, location, source_id, bucket) not in shipped,
        )
        for (kind, sku, location, source_id, bucket), (held, wanted, day) in sources.items()
    ]


def received(changes: Iterable[Move], missing: Collection[SupplyKey]) -> list[Move]:
    """The moves after supply has come: what the order held of it is now stock, in bucket 0.

    missing: the supplies on which the order has no claim any more, because they have come.
    """
    found: dict[SourceKey, Move] = {}
    for move in changes:
        parts = [move]
        if move.kind == "supply" and move.before and move.supply in missing:
            kept = min(move.after, move.before) if move.after <= move.before else 0
            stock = {"kind": "stock", "source_id": "", "bucket": 0, "after": kept}
            parts = [move.model_copy(update=stock)]
            if move.after > move.before:
                parts.append(move.model_copy(update={"before": 0}))
        for part in parts:
            same = found.get(part.source)
            total = {"before": same.before + part.before, "after": same.after + part.after} if same else {}
            found[part.source] = part.model_copy(update=total)
    return list(found.values())


def endangered(claims: Iterable[Claim], *, coming: int, leaves_on: date, usable_on: date | None = None) -> list[Claim]:
    """The claims on a supply that cannot be kept, when `coming` pieces come and can leave from a day on.

    Those who are to ship first are served first, and whole or not at all.
    usable_on: from when something can be made of it; as `leaves_on` unless given.
    """
    lost = []
    for claim in sorted(claims, key=_rank):
        day = (usable_on or leaves_on) if claim.material else leaves_on
        if claim.quantity > coming or claim.ship_date < day:
            lost.append(claim)
        if claim.quantity <= coming:
            coming -= claim.quantity
    return lost


def may_keep(claims: Iterable[Claim], order_id: str, *, coming: int) -> int:
    """How many of its claimed pieces an order may keep when `coming` come: what those before it leave."""
    for claim in sorted(claims, key=_rank):
        if claim.order_id == order_id:
            return max(0, min(claim.quantity, coming))
        if claim.quantity <= coming:
            coming -= claim.quantity
    return 0


def given_back(
    stock: Iterable[Stock], supply: Iterable[Supply], held: Promise, came: Collection[SupplyKey]
) -> tuple[list[Stock], list[Supply]]:
    """What there would be if the order gave back what it holds: from this it can be promised anew.

    came: supplies that it was promised and that have come. A supply that will not come gives nothing back.
    """
    back = {move.source: move.before for move in received(moves(held, None), came)}
    stocks = []
    for there in stock:
        quantity = back.pop(("stock", there.sku, there.location, "", there.bucket), 0)
        change = {"available": there.available + quantity, "reserved": there.reserved - quantity}
        stocks.append(there.model_copy(update=change))
    supplies = []
    for coming in supply:
        quantity = back.pop(("supply", coming.sku, coming.location, coming.document, 0), 0)
        change = {"available": coming.available + quantity, "reserved": coming.reserved - quantity}
        supplies.append(coming.model_copy(update=change))
    return stocks, supplies


def _rank(claim: Claim) -> tuple[date, str]:
    return claim.ship_date, claim.order_id


def _held_by(promise: Promise | None) -> list[Allocation]:
    """All that is held for a promise: what is made to order is not there yet, but its materials are."""
    if promise is None:
        return []
    return [a for a in (*promise.allocations, *promise.materials) if a.kind != "production"]


def _key(allocation: Allocation) -> SourceKey:
    kind: Literal["stock", "supply"] = "stock" if allocation.kind == "stock" else "supply"
    return kind, allocation.sku, allocation.location, allocation.source_id, allocation.bucket
