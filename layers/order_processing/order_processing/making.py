"""Products made to order: when a plant can have made them, and the materials that are reserved for it.

A product is made at one plant from the materials that are there or will come there (one level: a material is not
itself made to order). Making starts once its materials can be handled and takes the plant's working days.
The plant's capacity is not counted. Products made to order take their materials before the order's other
lines do, because theirs is the longest way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from order_processing.allotment import Need, pieces_by_sku
from order_processing.inventory import Recipe
from order_processing.lead_time import Route, short_date
from order_processing.promise import Allocation
from order_processing.sources import Source


class Batch(NamedTuple):
    """What can be made from one day on: the source that it is, and the materials of each piece of it."""

    source: Source
    quantity: int
    start: date
    done: date
    materials: tuple[tuple[Source, int], ...]
    pieces: Mapping[str, int]


def batches(
    needs: Iterable[Need],
    sources: dict[str, list[Source]],
    recipes: Iterable[Recipe],
    routes: Mapping[str, Route],
) -> list[Batch]:
    """What can be made of what is needed beyond the stock of finished products.

    Adds a source for each batch to `sources`, and takes the materials out of them.
    """
    wanted = pieces_by_sku(needs)
    found = []
    for recipe in recipes:
        route = routes.get(recipe.location)
        there = sum(source.left for source in sources.get(recipe.sku, ()) if source.kind != "supply")
        missing = wanted.get(recipe.sku, 0) - there
        if route is None or missing <= 0:
            continue
        made = _make(recipe, missing, sources, route)
        found += made
        of_sku = sources.setdefault(recipe.sku, [])
        of_sku += [batch.source for batch in made]
        of_sku.sort(key=lambda source: (source.arrives, source.ready, source.kind, source.source_id))
    return found


def materials_of(made: Iterable[Batch], allocations: Sequence[Allocation]) -> tuple[Allocation, ...]:
    """The materials of what was promised from the batches."""
    held = []
    for batch in made:
        used = batch.quantity - batch.source.left
        if not used:
            continue
        key = (batch.source.sku, batch.source.location, batch.source.source_id)
        line = next(a.line_id for a in allocations if (a.sku, a.location, a.source_id) == key)
        needed = {sku: each * used for sku, each in batch.pieces.items()}
        for source, quantity in batch.materials:
            taken = min(quantity, needed[source.sku])
            needed[source.sku] -= taken
            if taken:
                held.append(_material(line, batch, source, taken))
    return tuple(held)


def _make(recipe: Recipe, missing: int, sources: Mapping[str, list[Source]], route: Route) -> list[Batch]:
    """Batches of up to `missing` pieces, as early as the materials at the plant allow."""
    pieces = dict(recipe.materials)
    at_plant = {
        sku: sorted(
            (s for s in sources.get(sku, ()) if s.location == recipe.location and s.kind != "production"),
            key=lambda source: source.ready,
        )
        for sku in pieces
    }
    days = {route.first_day, *(source.ready for of in at_plant.values() for source in of)}
    found: list[Batch] = []
    for start in sorted(days):
        if missing <= 0:
            break
        ready = {sku: [source for source in of if source.ready <= start] for sku, of in at_plant.items()}
        possible = min((sum(s.left for s in ready[sku]) // each for sku, each in pieces.items()), default=missing)
        count = min(missing, possible)
        if count:
            missing -= count
            taken = [part for sku, each in pieces.items() for part in _take(ready[sku], count * each)]
            found.append(_batch(recipe, len(found), count, start, taken, route))
    return found


def _batch(
    recipe: Recipe, number: int, count: int, start: date, taken: list[tuple[Source, int]], route: Route
) -> Batch:
    done = route.made_on(start, recipe.working_days)
    ships = route.ships_on(done)
    source = Source(
        sku=recipe.sku,
        location=recipe.location,
        kind="production",
        source_id=f"made-{number + 1}",
        bucket=0,
        left=count,
        ready=done,
        ships=ships,
        arrives=route.arrives_on(ships),
        words=f"made from {short_date(start)} to {short_date(done)}",
    )
    return Batch(source, count, start, done, tuple(taken), dict(recipe.materials))


def _take(sources: Iterable[Source], quantity: int) -> list[tuple[Source, int]]:
    taken = []
    for source in sources:
        part = min(source.left, quantity)
        if part:
            source.left -= part
            quantity -= part
            taken.append((source, part))
    return taken


def _material(line_id: str, batch: Batch, source: Source, quantity: int) -> Allocation:
    return Allocation(
        line_id=line_id,
        sku=source.sku,
        quantity=quantity,
        kind=source.kind,
        location=source.location,
        source_id=source.source_id,
        bucket=source.bucket,
        ship_date=batch.start,
        delivery_date=batch.done,
        reason=f"to make {batch.source.sku} {batch.source.words[len('made ') :]}",
    )
