"""Cartonization: which pieces go into which type of box, and where in it, at the least cost.

The search is packvium's, bounded by counted work and not by a clock, so that the same order always gives the
same boxes. `packing_check` judges every box that it proposes; what it does not approve, what has no known
size and what fits no box is handed back, to be packed by weight alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from order_processing.delivery import Placement
from order_processing.goods import Goods, PackedParcel, weight_of
from order_processing.packing_check import faults
from order_processing.settings import Box

if TYPE_CHECKING:
    from packvium import Dimensions, PackedContainer, PackingResult

_MOST_AT_ONCE = 60
"""Pieces in one search; more are packed in several, the largest pieces first."""
_SEARCHED_HARD = 10
"""Pieces up to which many orders of packing are tried, and not only one."""
_EFFORT = 20_000
_SUPPORT = 0.7
_TICKS_PER_MM = 16_000
_CLOCK_MS = 600_000
_MOST_DRAWN = 60
"""Pieces in a box up to which their places are kept: more cannot be drawn or followed."""


def cartonize(
    goods: Sequence[Goods], boxes: Mapping[str, Box], max_weight_g: int
) -> tuple[list[PackedParcel], list[Goods]]:
    """Boxes of at most `max_weight_g` gross, and the goods that no box took.

    Goods of all kinds are packed together: whoever calls keeps dangerous ones apart.
    """
    parcels: list[PackedParcel] = []
    left = [group for group in goods if not _has_size(group)]
    usable = {name: box for name, box in boxes.items() if box.weight_g < max_weight_g}
    for batch in _batches([group for group in goods if _has_size(group)]):
        packed, unpacked = _packed(batch, usable, max_weight_g) if usable else ([], batch)
        parcels += packed
        left += unpacked
    return parcels, left


def _has_size(group: Goods) -> bool:
    return min(group.size_mm) > 0


def _batches(goods: Sequence[Goods]) -> Iterator[list[Goods]]:
    """The goods in portions of at most `_MOST_AT_ONCE` pieces, the largest first."""
    batch: list[Goods] = []
    room = _MOST_AT_ONCE
    for group in sorted(goods, key=lambda g: (-_volume(g), g.line_id, g.sku)):
        left = group.quantity
        while left:
            taken = min(left, room)
            batch.append(group.pieces(taken))
            left, room = left - taken, room - taken
            if not room:
                yield batch
                batch, room = [], _MOST_AT_ONCE
    if batch:
        yield batch


def _volume(group: Goods) -> int:
    length, width, height = group.size_mm
    return length * width * height


def _packed(batch: list[Goods], boxes: Mapping[str, Box], max_weight_g: int) -> tuple[list[PackedParcel], list[Goods]]:
    result = _search(batch, boxes, max_weight_g)
    left = {place: group.quantity for place, group in enumerate(batch)}
    parcels = []
    for container in result.containers:
        box = boxes[container.container.id]
        placements = _placements(container)
        inside = sorted({p.content for p in placements})
        contents = [batch[i].pieces(sum(p.content == i for p in placements)) for i in inside]
        placements = [p.model_copy(update={"content": inside.index(p.content)}) for p in placements]
        gross = weight_of(contents) + box.weight_g
        if gross > max_weight_g or any(faults(contents, placements, box)):
            continue
        for place, group in zip(inside, contents, strict=True):
            left[place] -= group.quantity
        parcels.append(
            PackedParcel(
                contents=tuple(group.packed for group in contents),
                weight_g=gross,
                size_mm=box.outer_mm,
                box=box.title,
                inner_mm=box.inner_mm,
                placements=tuple(placements) if len(placements) <= _MOST_DRAWN else (),
            )
        )
    return parcels, [batch[place].pieces(quantity) for place, quantity in left.items() if quantity]


def _search(batch: list[Goods], boxes: Mapping[str, Box], max_weight_g: int) -> PackingResult:
    # Imported here, because only one stage packs, and loading it takes a while.
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
            max_payload=f"{min(box.max_weight_g, max_weight_g - box.weight_g)} g",
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
    """Where each piece lies, in the order of packing: from the bottom up, from the far corner forward."""
    placed = [
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
    return sorted(placed, key=lambda p: (p.at_mm[2], p.at_mm[1], p.at_mm[0]))
