"""The check is no ornament: a packer that is wrong in any of these ways is caught by it, and no wrong box gets out."""

from __future__ import annotations

import random
import types
from collections import Counter
from pathlib import Path

import pytest

from order_processing import blocks, box_choice
from order_processing.cartons import cartonize
from order_processing.goods import Goods
from order_processing.packing_check import faults
from order_processing.settings import Box
from tests.delivery_orders import SETTINGS

SOURCE = Path(blocks.__file__).read_text(encoding="utf-8")
BY_TITLE = {box.title: box for box in SETTINGS.boxes.values()}
LIMIT = 30_000
MUTATIONS = {
    "overlaps beside": ("_Space((x + used[0], y, z)", "_Space((x + used[0] - 1, y, z)"),
    "overlaps before": ("_Space((x, y + used[1], z)", "_Space((x, y + used[1] - 1, z)"),
    "sinks in": ("_Space((x, y, z + used[2])", "_Space((x, y, z + used[2] - 1)"),
    "hangs in the air": ("_Space((x, y, z + used[2])", "_Space((x, y, z + used[2] + 1)"),
    "sticks out": ("= (space.size[axis] // piece[axis]", "= (-(-space.size[axis] // piece[axis])"),
    "covers fragile pieces": ("and not covered", ""),
    "stacks fragile pieces": ("high = min(high, 1)", "pass"),
    "lays down what must stand": ("if not group.keep_upright or c == 2", ""),
    "overloads": ("payload_g // group.weight_g if group.weight_g else left[place]", "left[place]"),
    "leaves no padding": ("min(left[place], room // volume, ", "min(left[place], "),
    "packs pieces twice": ("left[best.place] -= pieces\n", "left[best.place] -= pieces - (pieces > 1)\n"),
}  # fmt: skip


def orders() -> list[list[Goods]]:
    """Sixty orders, the same each time, that touch every rule."""
    chance = random.Random(7)  # noqa: S311 - examples, not secrets
    return [
        [
            Goods(
                line_id=str(line),
                sku=str(line),
                description="",
                quantity=chance.randint(1, 30),
                weight_g=chance.choice([10, 400, 3000]),
                size_mm=(chance.randint(20, 200), chance.randint(20, 150), chance.randint(10, 120)),
                fragile=chance.random() < 0.3,
                keep_upright=chance.random() < 0.3,
            )
            for line in range(chance.randint(1, 5))
        ]
        for _ in range(60)
    ]


def mutated(old: str, new: str) -> types.ModuleType:
    assert SOURCE.count(old) == 1, f"{old!r} is not there once: adapt the mutation"
    module = types.ModuleType("order_processing.blocks_mutated")
    exec(compile(SOURCE.replace(old, new), "blocks_mutated", "exec"), module.__dict__)  # noqa: S102
    return module


def found_by_the_check(packer: types.ModuleType, ordered: list[Goods], box: Box) -> list[str]:
    placements = packer.filled(ordered, box, min(box.max_weight_g, LIMIT - box.weight_g))
    counts = Counter()
    for placed in placements:
        counts[placed.content] += placed.pieces
    inside = sorted(counts)
    contents = [ordered[place].pieces(min(counts[place], ordered[place].quantity)) for place in inside]
    moved = [placed.model_copy(update={"content": inside.index(placed.content)}) for placed in placements]
    return list(faults(contents, moved, box))


def test_the_packer_as_it_is_has_no_faults() -> None:
    for ordered in orders():
        for box in BY_TITLE.values():
            assert found_by_the_check(blocks, ordered, box) == []


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutated_packer_is_caught_and_no_wrong_box_gets_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    packer = mutated(*MUTATIONS[name])
    assert any(found_by_the_check(packer, ordered, box) for ordered in orders() for box in BY_TITLE.values())
    monkeypatch.setattr(box_choice, "filled", packer.filled)
    monkeypatch.setattr(box_choice, "turned", packer.turned)
    for ordered in orders()[:15]:
        by_sku = {group.sku: group for group in ordered}
        parcels, left = cartonize(ordered, SETTINGS.boxes, LIMIT)
        packed: Counter[str] = Counter()
        for group in left:
            packed.update({group.sku: group.quantity})
        for parcel in parcels:
            inside = [by_sku[line.sku].pieces(line.quantity) for line in parcel.contents]
            assert list(faults(inside, parcel.placements, BY_TITLE[parcel.box])) == []
            packed.update({line.sku: line.quantity for line in parcel.contents})
        assert packed == Counter({group.sku: group.quantity for group in ordered})
