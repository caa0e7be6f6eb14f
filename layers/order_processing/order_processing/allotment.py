"""Allotment: which pieces of which source go to which line, once locations and days are chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from order_processing.lead_time import Route
from order_processing.promise import Allocation
from order_processing.sources import Source
from order_processing.verified_order import VerifiedOrder


class Need(NamedTuple):
    """Pieces of one SKU for one line. of_bundle: they must travel with the line's other components."""

    line_id: str
    sku: str
    quantity: int
    of_bundle: bool = False


class Take(NamedTuple):
    """Pieces of a source for a need."""

    need: Need
    source: Source
    quantity: int


def needs_of(verified: VerifiedOrder) -> list[Need]:
    """What has to be shipped: each line's product, or its components, in the order's sequence.

    Nothing for a digital product, nor for a line that needs no shipping.
    """
    needs = []
    for line in verified.order.lines:
        item = verified.item(line.line_id)
        if item.digital or not line.requires_shipping:
            continue
        if not item.components:
            needs.append(Need(line.line_id, item.sku, line.quantity))
        pieces: dict[str, int] = {}
        for sku, each in item.components:
            pieces[sku] = pieces.get(sku, 0) + each * line.quantity
        needs += [Need(line.line_id, sku, quantity, of_bundle=True) for sku, quantity in pieces.items()]
    return needs


def pieces_by_sku(needs: Iterable[Need]) -> dict[str, int]:
    """How many of each SKU are needed."""
    wanted: dict[str, int] = {}
    for need in needs:
        wanted[need.sku] = wanted.get(need.sku, 0) + need.quantity
    return wanted


def allot(
    needs: Sequence[Need],
    by: Sequence[date],
    sources: Mapping[str, Sequence[Source]],
    routes: Sequence[Route],
    *,
    together: bool,
    turn: int,
) -> tuple[Allocation, ...]:
    """The allocations that meet every need by its day from these locations, the preferred one first.

    A line comes whole from one location where one has it. The most urgent need chooses first; as
    whatever is there for an earlier day is there for a later one, every need finds its pieces.
    together: one delivery: what is there early waits. turn: at which of several buckets to begin.
    """
    takes: list[Take] = []
    lines: dict[str, list[Need]] = {}
    days = {need.line_id: day for need, day in zip(needs, by, strict=True)}
    for need in needs:
        lines.setdefault(need.line_id, []).append(need)
    for line_id in sorted(lines, key=lambda line: days[line]):
        takes += _take_line(lines[line_id], days[line_id], sources, routes, turn)
    place = {need: number for number, need in enumerate(needs)}
    takes.sort(key=lambda take: place[take.need])
    return _dated(takes, {route.location_id: route for route in routes}, together)


def _take_line(
    parts: Sequence[Need], day: date, sources: Mapping[str, Sequence[Source]], routes: Sequence[Route], turn: int
) -> list[Take]:
    for route in routes:
        if all(_held(part, day, sources, route) >= part.quantity for part in parts):
            return [take for part in parts for take in _take(part, part.quantity, day, sources, route, turn)]
    takes = []
    for part in parts:
        missing = part.quantity
        for route in sorted(routes, key=lambda at: _held(part, day, sources, at) < part.quantity):
            from_here = _take(part, missing, day, sources, route, turn)
            missing -= sum(take.quantity for take in from_here)
            takes += from_here
        if missing:
            raise AssertionError(f"{missing} of {part.quantity} {part.sku} were chosen for and are not there")
    return takes


def _at(part: Need, day: date, sources: Mapping[str, Sequence[Source]], route: Route) -> list[Source]:
    here = route.location_id
    return [s for s in sources[part.sku] if s.location == here and s.arrives <= day and s.left > 0]


def _held(part: Need, day: date, sources: Mapping[str, Sequence[Source]], route: Route) -> int:
    return sum(source.left for source in _at(part, day, sources, route))


def _take(
    part: Need, quantity: int, day: date, sources: Mapping[str, Sequence[Source]], route: Route, turn: int
) -> list[Take]:
    """Up to `quantity` pieces of what is here, the earliest first; of stock's buckets one that has it all."""
    here = _at(part, day, sources, route)
    buckets = 1 + max((source.bucket for source in here), default=0)
    here.sort(key=lambda s: (s.ready, s.kind != "stock", s.source_id, s.left < quantity, (s.bucket - turn) % buckets))
    takes = []
    for source in here:
        taken = min(quantity, source.left)
        if taken:
            source.left -= taken
            quantity -= taken
            takes.append(Take(part, source, taken))
    return takes


def _dated(takes: Sequence[Take], routes: Mapping[str, Route], together: bool) -> tuple[Allocation, ...]:
    """The takes with their dates: each its own, or its bundle's, or (together) its location's."""

    def group(take: Take) -> tuple[str, ...]:
        here = take.source.location
        if together:
            return (here,)
        return (here, take.need.line_id) if take.need.of_bundle else (here, take.need.line_id, str(take.source.ready))

    ships: dict[tuple[str, ...], date] = {}
    for take in takes:
        ships[group(take)] = max(ships.get(group(take), take.source.ships), take.source.ships)
    arrives = {key: routes[key[0]].arrives_on(day) for key, day in ships.items()}
    if together and arrives:
        last = max(arrives.values())
        for key, day in ships.items():
            if arrives[key] == last:  # nothing to wait for: the sooner it leaves, the safer the date
                continue
            ships[key] = routes[key[0]].latest_departure(day, last)
            arrives[key] = routes[key[0]].arrives_on(ships[key])
    return tuple(
        Allocation(
            line_id=take.need.line_id,
            sku=take.need.sku,
            quantity=take.quantity,
            kind=take.source.kind,
            location=take.source.location,
            source_id=take.source.source_id,
            bucket=take.source.bucket,
            ship_date=ships[group(take)],
            delivery_date=arrives[group(take)],
            reason=routes[take.source.location].in_words(take.quantity, take.source.words, ships[group(take)]),
        )
        for take in takes
    )
