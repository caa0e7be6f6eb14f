"""Which boxes: at the least cost, and how little any choice could cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from order_processing.blocks import filled, turned, volume_of
from order_processing.delivery import Placement
from order_processing.goods import Goods, weight_of
from order_processing.settings import Box

_LARGEST_BUDGET = 100_000


class Filled(NamedTuple):
    """A box by its name in the settings, what it holds, and where; `content` is a place in `contents`."""

    box: str
    contents: list[Goods]
    placements: list[Placement]


def payload_of(box: Box, max_weight_g: int) -> int:
    """What a box may hold, in grams, for a parcel of at most `max_weight_g`."""
    return min(box.max_weight_g, max_weight_g - box.weight_g)


def chosen(
    goods: Sequence[Goods], boxes: Mapping[str, Box], max_weight_g: int, *, all_at_once: bool = True
) -> tuple[list[Filled], list[Goods]]:
    """Boxes for the goods, one after the other, and the goods that fit none.

    Each time the box that costs least for what it takes; all_at_once: a box that takes all that is left, the
    cheapest such one, comes before it. Then each box is changed for the cheapest one that holds the same.
    """
    by_cost = sorted(boxes.items(), key=lambda entry: (entry[1].cost, entry[0]))
    left = [group for group in goods if _fits_some(group, boxes, max_weight_g)]
    out = [group for group in goods if not _fits_some(group, boxes, max_weight_g)]
    found: list[Filled] = []
    while left:
        wanted = sum(volume_of(group) * group.quantity for group in left)
        tried: list[tuple[float, int, Filled]] = []
        for rank, (name, box) in enumerate(by_cost):
            placements = filled(left, box, payload_of(box, max_weight_g))
            taken = sum(volume_of(left[p.content]) * p.pieces for p in placements)
            if not taken:
                continue
            tried.append((max(box.cost, 0.001) / taken, rank, _held(name, left, placements)))
            if taken == wanted and all_at_once:
                tried = tried[-1:]
                break
        if not tried:
            out += left
            break
        best = min(tried)[2]
        found.append(best)
        left = _without(left, best.contents)
    return [_cheapest(each, by_cost, max_weight_g) for each in found], out


def cost_of(found: Sequence[Filled], boxes: Mapping[str, Box]) -> int:
    """What some boxes cost together."""
    return sum(boxes[each.box].cost for each in found)


def least_cost(goods: Sequence[Goods], boxes: Mapping[str, Box], max_weight_g: int, enough: int) -> int:
    """A cost below which no boxes hold all of it: too little room, or too little weight, whatever the packing.

    enough: no more than this is looked for. Of each budget the most room and the most weight that it buys are
    found apart (an unbounded knapsack each), so the bound is one of both relaxed.
    """
    room_needed = sum(volume_of(group) * group.quantity for group in goods)
    if not room_needed or enough > _LARGEST_BUDGET:
        return 0
    # A piece must fit into the cheapest box that it is put in.
    dearest = max((_cheapest_fit(group, boxes, max_weight_g) for group in goods), default=0)
    weight_needed = weight_of(goods)
    room, weight = [0] * (enough + 1), [0] * (enough + 1)
    offers = [
        (box.cost, box.inner_mm[0] * box.inner_mm[1] * box.inner_mm[2] * (100 - box.padding_percent) // 100,
         payload_of(box, max_weight_g))
        for box in boxes.values()
    ]  # fmt: skip
    for budget in range(enough + 1):
        for cost, space, payload in offers:
            if not cost:
                return 0
            if cost <= budget:
                room[budget] = max(room[budget], room[budget - cost] + space)
                weight[budget] = max(weight[budget], weight[budget - cost] + payload)
        if budget >= dearest and room[budget] >= room_needed and weight[budget] >= weight_needed:
            return budget
    return enough


def _cheapest_fit(group: Goods, boxes: Mapping[str, Box], max_weight_g: int) -> int:
    return min((box.cost for box in boxes.values() if _fits(group, box, max_weight_g)), default=0)


def _fits_some(group: Goods, boxes: Mapping[str, Box], max_weight_g: int) -> bool:
    return any(_fits(group, box, max_weight_g) for box in boxes.values())


def _fits(group: Goods, box: Box, max_weight_g: int) -> bool:
    """Whether one piece of it can be alone in the box."""
    length, width, height = box.inner_mm
    return (
        group.weight_g <= payload_of(box, max_weight_g)
        and volume_of(group) * 100 <= length * width * height * (100 - box.padding_percent)
        and any(all(side <= inside for side, inside in zip(way, box.inner_mm, strict=True)) for way in turned(group))
    )


def _held(name: str, goods: Sequence[Goods], placements: Sequence[Placement]) -> Filled:
    """A box with only what is in it."""
    counts: dict[int, int] = {}
    for placed in placements:
        counts[placed.content] = counts.get(placed.content, 0) + placed.pieces
    inside = sorted(counts)
    contents = [goods[place].pieces(counts[place]) for place in inside]
    return Filled(name, contents, [p.model_copy(update={"content": inside.index(p.content)}) for p in placements])


def _without(goods: Sequence[Goods], taken: Sequence[Goods]) -> list[Goods]:
    gone = {(group.line_id, group.sku): group.quantity for group in taken}
    rest = [group.pieces_or_none(group.quantity - gone.get((group.line_id, group.sku), 0)) for group in goods]
    return [group for group in rest if group]


def _cheapest(each: Filled, by_cost: Sequence[tuple[str, Box]], max_weight_g: int) -> Filled:
    pieces = sum(group.quantity for group in each.contents)
    for name, box in by_cost:
        if name == each.box:
            break
        placements = filled(each.contents, box, payload_of(box, max_weight_g))
        if sum(p.pieces for p in placements) == pieces:
            return _held(name, each.contents, placements)
    return each
