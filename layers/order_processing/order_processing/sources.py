"""What may still be promised to an order (available-to-promise), with the dates it would ship and arrive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from order_processing.inventory import Stock, Supply
from order_processing.lead_time import Route, short_date


@dataclass(slots=True)
class Source:
    """Pieces of one SKU at one location, and when they leave and arrive. `left` counts down as they are given out."""

    sku: str
    location: str
    kind: Literal["stock", "supply", "production"]
    source_id: str
    bucket: int
    left: int
    ready: date
    ships: date
    arrives: date
    words: str


def sources_by_sku(
    stock: Iterable[Stock], supply: Iterable[Supply], routes: Mapping[str, Route]
) -> dict[str, list[Source]]:
    """What there is of each SKU at the locations that have a route, the earliest to arrive first.

    A receipt that is overdue counts for nothing: nobody knows when it comes.
    """
    found: dict[str, list[Source]] = {}
    dates = _Dates(routes)
    for held in stock:
        route = routes.get(held.location)
        if route and held.available > 0:
            timing = dates.of(held.location, route.first_day)
            source = Source(held.sku, held.location, "stock", "", held.bucket, held.available, *timing, "today")
            found.setdefault(held.sku, []).append(source)
    for coming in supply:
        route = routes.get(coming.location)
        if route and coming.available > 0 and coming.due_on >= route.today:
            timing = dates.of(coming.location, dates.usable_on(coming.location, coming.due_on))
            words = f"from {coming.kind} {coming.document} due {short_date(coming.due_on)}"
            source = Source(coming.sku, coming.location, "supply", coming.document, 0, coming.available, *timing, words)
            found.setdefault(coming.sku, []).append(source)
    for of_sku in found.values():
        of_sku.sort(key=lambda source: (source.arrives, source.ready, source.kind, source.source_id))
    return found


class _Dates:
    """Dates by location and day, each worked out once."""

    def __init__(self, routes: Mapping[str, Route]) -> None:
        self._routes = routes
        self._timings: dict[tuple[str, date], tuple[date, date, date]] = {}
        self._usable: dict[tuple[str, date], date] = {}

    def of(self, location: str, ready: date) -> tuple[date, date, date]:
        """(ready, ships, arrives) of goods that can be handled from `ready` on."""
        if (location, ready) not in self._timings:
            ships = self._routes[location].ships_on(ready)
            self._timings[location, ready] = (ready, ships, self._routes[location].arrives_on(ships))
        return self._timings[location, ready]

    def usable_on(self, location: str, due_on: date) -> date:
        """The day from which a receipt due on a date can be handled."""
        if (location, due_on) not in self._usable:
            self._usable[location, due_on] = self._routes[location].usable_on(due_on)
        return self._usable[location, due_on]
