"""Cartonization: which pieces go into which type of box, and where in it, at the least cost.

Two ways of packing are tried: blocks of equal pieces (`box_choice`), which takes any number of them, and where that
may cost more than it must and the pieces are few, packvium's search, bounded by counted work and not by a clock, so
that the same order always gives the same boxes. `packing_check` judges every box that is proposed; what it does not
approve, what has no known size and what fits no box is handed back, to be packed by weight alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from order_processing.box_choice import Filled, chosen, cost_of, least_cost, payload_of
from order_processing.delivery import Placement
from order_processing.goods import Goods, PackedParcel, weight_of
from order_processing.packing_check import faults
from order_processing.settings import Box

if TYPE_CHECKING:
    from packvium import Dimensions, PackedContainer, PackingResult

_SEARCHED = 24
"""Pieces up to which packvium searches too: its work grows faster than their number."""
_SEARCHED_HARD = 10
"""Pieces up to which it tries many orders of packing, and not only one."""
_EFFORT = 20_000
_SUPPORT = 0.7
_TICKS_PER_MM = 16_000
_CLOCK_MS = 600_000


def cartonize(
    goods: Sequence[Goods], boxes: Mapping[str, Box], max_weight_g: int
) -> tuple[list[PackedParcel], list[Goods]]:
    """Boxes of at most `max_weight_g` gross, and the goods that no box took.

    Goods of all kinds are packed together: whoever calls keeps dangerous ones apart.
    """
    left = [group for group in goods if not _has_size(group)]
    sized = sorted((group for group in goods if _has_size(group)), key=lambda g: (-_volume(g), g.line_id, g.sku))
    usable = {name: box for name, box in boxes.items() if box.weight_g < max_weight_g}
    if not sized or not usable:
        return [], [*left, *sized]
    found, out = chosen(sized, usable, max_weight_g)
    if found and cost_of(found, usable) > _least(sized, out, found, usable, max_weight_g):
        ways = [(found, out), chosen(sized, usable, max_weight_g, all_at_once=False)]
        if sum(group.quantity for group in sized) <= _SEARCHED:
            ways.append(_searched(sized, usable, max_weight_g))
        found, out = min(ways, key=lambda way: _worth(way[0], way[1], usable))
    parcels = []
    for each in found:
        if any(faults(each.contents, each.placements, usable[each.box])):
            out = [*out, *each.contents]
        else:
            parcels.append(_parcel(each, usable[each.box]))
    return parcels, [*left, *out]


def _least(
    goods: Sequence[Goods], out: Sequence[Goods], found: Sequence[Filled], boxes: Mapping[str, Box], max_weight_g: int
) -> int:
    boxed = [group for group in goods if group not in out] if out else goods
    return least_cost(boxed, boxes, max_weight_g, cost_of(found, boxes))


def _worth(found: Sequence[Filled], out: Sequence[Goods], boxes: Mapping[str, Box]) -> tuple[int, int, int]:
    """Few pieces handed back, then low cost, then few boxes."""
    return sum(group.quantity for group in out), cost_of(found, boxes), len(found)


def _has_size(group: Goods) -> bool:
    return min(group.size_mm) > 0


def _volume(group: Goods) -> int:
    length, width, height = group.size_mm
    return length * width * height


def _parcel(each: Filled, box: Box) -> PackedParcel:
    return PackedParcel(
        contents=tuple(group.packed for group in each.contents),
        weight_g=weight_of(each.contents) + box.weight_g,
        size_mm=box.outer_mm,
        box=box.title,
        inner_mm=box.inner_mm,
        placements=tuple(sorted(each.placements, key=lambda p: (p.at_mm[2], p.at_mm[1], p.at_mm[0]))),
    )


def _searched(goods: list[Goods], boxes: Mapping[str, Box], max_weight_g: int) -> tuple[list[Filled], list[Goods]]:
    """Packvium's boxes, those that are right and not too heavy, and the goods in none of them."""
    result = _search(goods, boxes, max_weight_g)
    left = [group.quantity for group in goods]
    found = []
    for container in result.containers:
        placements = _placements(container)
        inside = sorted({p.content for p in placements})
        contents = [goods[i].pieces(sum(p.content == i for p in placements)) for i in inside]
        placements = [p.model_copy(update={"content": inside.index(p.content)}) for p in placements]
        box = boxes[container.container.id]
        if weight_of(contents) > payload_of(box, max_weight_g) or any(faults(contents, placements, box)):
            continue
        for place, group in zip(inside, contents, strict=True):
            left[place] -= group.quantity
        found.append(Filled(container.container.id, contents, placements))
    return found, [group.pieces(quantity) for group, quantity in zip(goods, left, strict=True) if quantity]


def _search(batch: list[Goods], boxes: Mapping[str, Box], max_weight_g: int) -> PackingResult:
    # Imported here, because only one stage packs, most orders need no search, and loading it takes a while.
    from packvium import Container, EffortBudget, Item, Packer, PackingConfig

    items = [
        Item.create(
            str(place),
            _dimensions(group.size_mm),
            f"{group.weight_g} g",
            quantity=group.quantity,
            keep_upright=group.keep_upright,
            stackable=not group.fragile,
        )
        for place, group in enumerate(batch)
    ]
    containers = [
        Container.create(
            name,
            _dimensions(box.inner_mm),
            f"{box.weight_g} g",
            max_payload=f"{payload_of(box, max_weight_g)} g",
            cost_minor=box.cost,
            void_fill_reserve_ratio=box.padding_percent / 100,
        )
        for name, box in sorted(boxes.items(), key=lambda entry: (entry[1].cost, entry[0]))
    ]
    effort = {"max_candidates_evaluated": _EFFORT}
    pieces = sum(group.quantity for group in batch)
    profile = PackingConfig.balanced if pieces <= _SEARCHED_HARD else PackingConfig.fast
    config = profile(
        time_limit_ms=_CLOCK_MS,
        objective="lowest_cost",
        minimum_support_ratio=_SUPPORT,
        effort_budget=EffortBudget(**effort),
    )
    return Packer(config).pack(items=items, containers=containers)


def _dimensions(size_mm: tuple[int, int, int]) -> Dimensions:
    from packvium import Dimensions

    length, width, height = map(str, size_mm)
    return Dimensions.mm(length, width, height)


def _placements(container: PackedContainer) -> list[Placement]:
    """Where each piece lies."""
    return [
        Placement(
            content=int(p.instance.item.id),
            at_mm=(p.position.x // _TICKS_PER_MM, p.position.y // _TICKS_PER_MM, p.position.z // _TICKS_PER_MM),
            size_mm=(
                p.dimensions.length.ticks // _TICKS_PER_MM,
                p.dimensions.width.ticks // _TICKS_PER_MM,
                p.dimensions.height.ticks // _TICKS_PER_MM,
            ),
        )
        for p in container.expand_placements()
    ]
