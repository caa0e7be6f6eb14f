"""Checks a packed box on its own account, whatever packed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from order_processing.delivery import Placement
from order_processing.goods import Goods, weight_of
from order_processing.settings import Box

LEAST_SUPPORT = 0.5
"""The part of a piece's underside that must rest on something, so that it does not tip over."""


def faults(contents: Sequence[Goods], placements: Sequence[Placement], box: Box) -> Iterator[str]:
    """What is wrong with a box: nothing when it is right.

    contents: what it holds; each Placement says by its `content` which of them it is. Checked: every piece is
    there once in one of its own orientations, inside, apart from the others, borne from below, upright and
    uncovered if it must be, and the box bears the weight and keeps its room for padding.
    """
    pieces = [piece for placement in placements for piece in placement.each()]
    if Counter(p.content for p in pieces) != Counter({i: goods.quantity for i, goods in enumerate(contents)}):
        yield "not every piece is placed once"
        return
    if weight_of(contents) > box.max_weight_g:
        yield f"{weight_of(contents)} g are more than the {box.max_weight_g} g that the box bears"
    used = sum(_volume(piece.size_mm) for piece in pieces)
    if used * 100 > _volume(box.inner_mm) * (100 - box.padding_percent):
        yield f"no room for padding: {used} of {_volume(box.inner_mm)} mm3 are filled"
    for number, piece in enumerate(pieces):
        yield from (f"piece {number}: {fault}" for fault in _placed_wrongly(contents[piece.content], piece, box))
    borne = [0] * len(pieces)
    for a, b in _side_by_side(pieces):
        first, second = pieces[a], pieces[b]
        if _overlap(first, second, range(3)):
            yield f"pieces {a} and {b} overlap"
        for below, above, number in ((first, second, b), (second, first, a)):
            if _rests_on(above, below):
                borne[number] += _shared_area(above, below)
                if contents[below.content].fragile:
                    yield f"pieces {a} and {b}: a fragile piece is covered"
    for number, piece in enumerate(pieces):
        if piece.at_mm[2] and borne[number] < LEAST_SUPPORT * piece.size_mm[0] * piece.size_mm[1]:
            yield f"piece {number}: hangs in the air"


def _side_by_side(pieces: Sequence[Placement]) -> Iterator[tuple[int, int]]:
    """Every pair of pieces that share a part of the box's length: only they can touch or bear each other."""
    by_start = sorted(range(len(pieces)), key=lambda number: pieces[number].at_mm[0])
    open_pieces: list[int] = []
    for number in by_start:
        start = pieces[number].at_mm[0]
        open_pieces = [other for other in open_pieces if pieces[other].at_mm[0] + pieces[other].size_mm[0] > start]
        yield from ((other, number) for other in open_pieces)
        open_pieces.append(number)


def _volume(size_mm: tuple[int, int, int]) -> int:
    return size_mm[0] * size_mm[1] * size_mm[2]


def _placed_wrongly(goods: Goods, placement: Placement, box: Box) -> Iterator[str]:
    if sorted(placement.size_mm) != sorted(goods.size_mm):
        yield f"{placement.size_mm} is not the size of {goods.sku}"
    if goods.keep_upright and placement.size_mm[2] != goods.size_mm[2]:
        yield "does not stand upright"
    for at, size, inside in zip(placement.at_mm, placement.size_mm, box.inner_mm, strict=True):
        if at < 0 or at + size > inside:
            yield "sticks out of the box"


def _rests_on(above: Placement, below: Placement) -> bool:
    return above.at_mm[2] == below.at_mm[2] + below.size_mm[2] and _overlap(above, below, range(2))


def _shared_area(a: Placement, b: Placement) -> int:
    sides = [min(a.at_mm[i] + a.size_mm[i], b.at_mm[i] + b.size_mm[i]) - max(a.at_mm[i], b.at_mm[i]) for i in range(2)]
    return sides[0] * sides[1]


def _overlap(a: Placement, b: Placement, axes: range) -> bool:
    return all(a.at_mm[i] < b.at_mm[i] + b.size_mm[i] and b.at_mm[i] < a.at_mm[i] + a.size_mm[i] for i in axes)
