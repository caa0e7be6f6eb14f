"""Checks a packed box on its own account, whatever packed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from order_processing.delivery import Placement
from order_processing.goods import Goods, weight_of
from order_processing.settings import Box

LEAST_SUPPORT = 0.5
"""The part of a piece's underside that must rest on something, so that it does not tip over."""


def faults(contents: Sequence[Goods], placements: Sequence[Placement], box: Box) -> Iterator[str]:
    """What is wrong with a box: nothing when it is right.

    contents: what it holds; each Placement says by its `content` which of them it is. Checked: every piece is
    there once in one of its own orientations, inside, apart from the others, borne from below, upright and
    uncovered if it must be, and the box bears the weight.
    """
    if Counter(p.content for p in placements) != Counter({i: goods.quantity for i, goods in enumerate(contents)}):
        yield "not every piece is placed once"
        return
    if weight_of(contents) > box.max_weight_g:
        yield f"{weight_of(contents)} g are more than the {box.max_weight_g} g that the box bears"
    for number, placement in enumerate(placements):
        goods = contents[placement.content]
        yield from (f"piece {number}: {fault}" for fault in _placed_wrongly(goods, placement, box))
        if _support(placement, placements) < LEAST_SUPPORT:
            yield f"piece {number}: hangs in the air"
    for (a, first), (b, second) in combinations(enumerate(placements), 2):
        if _overlap(first, second, range(3)):
            yield f"pieces {a} and {b} overlap"
        for below, above in ((first, second), (second, first)):
            if contents[below.content].fragile and _rests_on(above, below):
                yield f"pieces {a} and {b}: a fragile piece is covered"


def _placed_wrongly(goods: Goods, placement: Placement, box: Box) -> Iterator[str]:
    if sorted(placement.size_mm) != sorted(goods.size_mm):
        yield f"{placement.size_mm} is not the size of {goods.sku}"
    if goods.keep_upright and placement.size_mm[2] != goods.size_mm[2]:
        yield "does not stand upright"
    for at, size, inside in zip(placement.at_mm, placement.size_mm, box.inner_mm, strict=True):
        if at < 0 or at + size > inside:
            yield "sticks out of the box"


def _support(placement: Placement, placements: Sequence[Placement]) -> float:
    """The part of the underside that rests on the floor or on other pieces."""
    if placement.at_mm[2] == 0:
        return 1.0
    borne = sum(_shared_area(placement, other) for other in placements if _rests_on(placement, other))
    return borne / (placement.size_mm[0] * placement.size_mm[1])


def _rests_on(above: Placement, below: Placement) -> bool:
    return above.at_mm[2] == below.at_mm[2] + below.size_mm[2] and _overlap(above, below, range(2))


def _shared_area(a: Placement, b: Placement) -> int:
    sides = [min(a.at_mm[i] + a.size_mm[i], b.at_mm[i] + b.size_mm[i]) - max(a.at_mm[i], b.at_mm[i]) for i in range(2)]
    return sides[0] * sides[1]


def _overlap(a: Placement, b: Placement, axes: range) -> bool:
    return all(a.at_mm[i] < b.at_mm[i] + b.size_mm[i] and b.at_mm[i] < a.at_mm[i] + a.size_mm[i] for i in axes)
