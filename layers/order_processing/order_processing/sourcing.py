"""Sourcing: from which locations an order is delivered. The store's strategy, all of it in this module.

Fewest shipments first; between equals the cheapest, then the nearest, then the settings' order. `choose` is
what the promise calls: another strategy is another function with its signature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, islice
from typing import NamedTuple

from order_processing.lead_time import Route

_MOST_SETS = 5000


class Requirement(NamedTuple):
    """`quantity` pieces of a SKU are needed by some date; `held` is what each location can deliver by then."""

    quantity: int
    held: Mapping[str, int]


def choose(requirements: Sequence[Requirement], routes: Mapping[str, Route]) -> tuple[str, ...]:
    """The locations that together meet every requirement, the preferred one first.

    Exact while there are at most a few thousand sets of locations to look at; beyond that the location
    that adds most is taken until all is met. The requirements must be such that all locations together
    meet them.
    """
    order = sorted(routes, key=lambda location: preference(routes[location]))
    hardest_first = sorted(requirements, key=lambda requirement: len(requirement.held))
    looked_at = 0
    for size in range(1, len(order) + 1):
        sets = list(islice(combinations(order, size), _MOST_SETS + 1))
        looked_at += len(sets)
        if looked_at > _MOST_SETS:
            return _greedy(hardest_first, order)
        enough = [chosen for chosen in sets if meets(chosen, hardest_first)]
        if enough:
            return min(enough, key=lambda chosen: _total(chosen, routes))
    return tuple(order)


def meets(locations: Sequence[str], requirements: Sequence[Requirement]) -> bool:
    """Whether these locations together meet every requirement."""
    return all(
        sum(requirement.held.get(location, 0) for location in locations) >= requirement.quantity
        for requirement in requirements
    )


def preference(route: Route) -> tuple[int, tuple[int, int, int]]:
    """What makes one location better than another that does as well: cost, then distance."""
    return route.zone.cost, distance(route)


def distance(route: Route) -> tuple[int, int, int]:
    """How far a destination is, by its address: another country, another region, fewer digits of the
    postal code in common. Postal codes are given out by area, so no map is needed to tell near from far."""
    here, there = route.location.address, route.destination
    if here.country != there.country:
        return (1, 1, 0)
    common = 0
    for ours, theirs in zip(here.postal_code, there.postal_code, strict=False):
        if ours != theirs:
            break
        common += 1
    return (0, int(here.region != there.region), -common)


def _total(chosen: Sequence[str], routes: Mapping[str, Route]) -> tuple[int, list[tuple[int, int, int]]]:
    return sum(routes[location].zone.cost for location in chosen), sorted(distance(routes[lo]) for lo in chosen)


def _greedy(requirements: Sequence[Requirement], order: Sequence[str]) -> tuple[str, ...]:
    missing = [requirement.quantity for requirement in requirements]
    chosen: list[str] = []
    while any(quantity > 0 for quantity in missing) and len(chosen) < len(order):
        rest = [location for location in order if location not in chosen]
        adds = {
            location: sum(
                min(requirement.held.get(location, 0), max(quantity, 0))
                for requirement, quantity in zip(requirements, missing, strict=True)
            )
            for location in rest
        }
        best = max(rest, key=lambda location: adds[location])
        chosen.append(best)
        missing = [
            quantity - requirement.held.get(best, 0)
            for requirement, quantity in zip(requirements, missing, strict=True)
        ]
    return tuple(location for location in order if location in chosen)
