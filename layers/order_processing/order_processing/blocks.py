"""Filling one box with blocks of equal pieces, fast for any number of pieces.

A block is a grid of equal pieces, all turned alike. It is put into the corner of a free space, and what is left of
that space becomes three: beside it, before it and upon it. Spaces never overlap, and each rests on the floor or on
the flat top of one block, so whatever is put into them is borne wholly. After George and Robinson (A heuristic for
packing boxes into a container, 1980) and Eley (Solving container loading problems by block arrangement, 2002).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

from order_processing.delivery import Placement
from order_processing.goods import Goods
from order_processing.settings import Box

Size = tuple[int, int, int]
_KINDS = 16
"""How many kinds of pieces are tried in each space, so that the work does not grow with the square of the lines."""
_MANY = 40
"""Kinds from which on fewer ways of choosing are tried."""
_TURNS = tuple(permutations(range(3)))


class _Space(NamedTuple):
    at: Size
    size: Size


class _Block(NamedTuple):
    place: int
    piece: Size
    grid: Size
    size: Size
    volume: int


Choice = Callable[[_Block, _Space], tuple[int, ...]]


def filled(goods: Sequence[Goods], box: Box, payload_g: int) -> list[Placement]:
    """As many of the pieces as one box takes, by the best of a few ways of choosing blocks.

    payload_g: what it may hold. Each Placement's `content` is a place in `goods`. The same arguments give the same.
    """
    best: list[Placement] = []
    best_volume = -1
    wanted = sum(volume_of(group) * group.quantity for group in goods)
    few = len(goods) < _MANY
    for choice in _CHOICES if few else _CHOICES[:2]:
        for deep_first in (True, False) if few else (True,):
            placements = _filled(goods, box, payload_g, choice, deep_first)
            volume = sum(volume_of(goods[p.content]) * p.pieces for p in placements)
            if volume > best_volume:
                best, best_volume = placements, volume
            if volume == wanted:
                return best
    return best


def volume_of(group: Goods) -> int:
    """Of one piece, in cubic millimetres."""
    length, width, height = group.size_mm
    return length * width * height


def turned(group: Goods) -> list[Size]:
    """Every way in which a piece may lie, each once."""
    size = group.size_mm
    ways = {(size[a], size[b], size[c]) for a, b, c in _TURNS if not group.keep_upright or c == 2}
    return sorted(ways)


def _filled(goods: Sequence[Goods], box: Box, payload_g: int, choice: Choice, deep_first: bool) -> list[Placement]:
    left = [group.quantity for group in goods]
    ways = [turned(group) for group in goods]
    # No side of any piece is shorter, so a narrower space takes nothing.
    narrowest = min(min(group.size_mm) for group in goods)
    order = sorted(range(len(goods)), key=lambda place: -volume_of(goods[place]))
    length, width, height = box.inner_mm
    room = length * width * height * (100 - box.padding_percent) // 100
    spaces = [_Space((0, 0, 0), box.inner_mm)]
    placements: list[Placement] = []
    while spaces and order:
        spaces.sort(key=lambda space: (space.at[2], space.at[1], space.at[0]), reverse=True)
        space = spaces.pop()
        blocks = _blocks(goods, ways, order, left, space, payload_g, room)
        best = max(blocks, key=lambda block: choice(block, space), default=None)
        if best is None:
            continue
        group = goods[best.place]
        pieces = best.grid[0] * best.grid[1] * best.grid[2]
        left[best.place] -= pieces
        if not left[best.place]:
            order.remove(best.place)
        payload_g -= pieces * group.weight_g
        room -= best.volume
        placements.append(Placement(content=best.place, at_mm=space.at, size_mm=best.piece, grid=best.grid))
        rest = _rest(space, best.size, deep_first=deep_first, covered=group.fragile)
        spaces += [left_over for left_over in rest if min(left_over.size) >= narrowest]
    return placements


def _blocks(
    goods: Sequence[Goods],
    ways: Sequence[list[Size]],
    order: Sequence[int],
    left: Sequence[int],
    space: _Space,
    payload_g: int,
    room: int,
) -> Iterator[_Block]:
    """The largest block of each kind of piece, each way it may lie; of many kinds, of the largest that fit."""
    kinds = 0
    for place in order:
        if kinds == _KINDS:
            return
        group = goods[place]
        volume = volume_of(group)
        most = min(left[place], room // volume, payload_g // group.weight_g if group.weight_g else left[place])
        if most <= 0:
            continue
        fits = False
        for piece in ways[place]:
            across, deep, high = (space.size[axis] // piece[axis] for axis in range(3))
            if group.fragile:
                high = min(high, 1)
            if not across or not deep or not high:
                continue
            fits = True
            for grid in _grids(most, across, deep, high):
                size = (piece[0] * grid[0], piece[1] * grid[1], piece[2] * grid[2])
                yield _Block(place, piece, grid, size, volume * grid[0] * grid[1] * grid[2])
        kinds += fits


def _grids(most: int, across: int, deep: int, high: int) -> Iterator[Size]:
    """Grids of at most `most` pieces: first along the length, then back, then up; and first up, then back."""
    x = min(across, most)
    y = min(deep, most // x)
    yield x, y, min(high, most // (x * y))
    z = min(high, most)
    y = min(deep, most // z)
    yield min(across, most // (z * y)), y, z


def _rest(space: _Space, used: Size, *, deep_first: bool, covered: bool) -> Iterator[_Space]:
    """What a block leaves of a space: beside it, before it, upon it (unless nothing may lie on it)."""
    (x, y, z), (long, deep, high) = space.at, space.size
    beside = long - used[0], deep if deep_first else used[1]
    before = used[0] if deep_first else long, deep - used[1]
    if beside[0]:
        yield _Space((x + used[0], y, z), (*beside, high))
    if before[1]:
        yield _Space((x, y + used[1], z), (*before, high))
    if high > used[2] and not covered:
        yield _Space((x, y, z + used[2]), (used[0], used[1], high - used[2]))


def _most_volume(block: _Block, space: _Space) -> tuple[int, ...]:
    return block.volume, -(space.size[2] - block.size[2]), -block.place


def _fullest_floor(block: _Block, space: _Space) -> tuple[int, ...]:
    return block.size[0] * block.size[1], block.volume, -block.place


def _largest_piece(block: _Block, space: _Space) -> tuple[int, ...]:
    return block.piece[0] * block.piece[1] * block.piece[2], block.volume, -(space.size[2] - block.size[2])


def _snug(block: _Block, space: _Space) -> tuple[int, ...]:
    """Least waste of the narrowest way."""
    slack = sorted(space.size[axis] - block.size[axis] for axis in range(3))
    return -slack[0], -slack[1], block.volume


_CHOICES: tuple[Choice, ...] = (_most_volume, _fullest_floor, _largest_piece, _snug)
