"""How good the boxes are: `PYTHONPATH=layers/order_processing:. python tests/bench/packing.py [ROUNDS]`.

Three comparisons, each printed with its gap:
- instances of known optimum: one box cut into pieces by random straight cuts, so one box is enough;
- the classes of Martello, Pisinger and Vigo (The three-dimensional bin packing problem, 2000), drawn anew from
  their distributions, against the continuous lower bound: no packing can use fewer boxes. Theirs may not be
  turned, ours may, so the numbers are not theirs;
- random orders in the store's own boxes: each box checked, and its volume used.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

from order_processing import settings
from order_processing.cartons import cartonize
from order_processing.goods import Goods
from order_processing.packing_check import faults
from order_processing.settings import Box

CUBE = {"cube": Box(title="Cube", inner_mm=(100, 100, 100), weight_g=0, max_weight_g=10**9, cost=1)}
LIMIT = 2 * 10**9
Size = tuple[int, int, int]


def goods(sizes: list[Size], weight_g: int = 1) -> list[Goods]:
    """One group a piece."""
    return [
        Goods(line_id=str(i), sku=str(i), description="", quantity=1, weight_g=weight_g, size_mm=size)
        for i, size in enumerate(sizes)
    ]


def cut(chance: random.Random, pieces: int) -> list[Size]:
    """The cube of 100 mm cut into pieces."""
    parts: list[Size] = [(100, 100, 100)]
    while len(parts) < pieces:
        part = parts.pop(max(range(len(parts)), key=lambda i: parts[i][0] * parts[i][1] * parts[i][2]))
        axis = max(range(3), key=lambda i: part[i])
        at = chance.randint(part[axis] // 4, part[axis] - part[axis] // 4)
        for side in (at, part[axis] - at):
            parts.append(tuple(side if i == axis else part[i] for i in range(3)))  # type: ignore[arg-type]
    return parts


def martello(chance: random.Random, kind: int, pieces: int) -> list[Size]:
    """Class `kind` (1 to 5) of Martello, Pisinger and Vigo: 60% of its own type, 10% of each other type."""
    bounds = [
        ((1, 50), (67, 100), (67, 100)),
        ((67, 100), (1, 50), (67, 100)),
        ((67, 100), (67, 100), (1, 50)),
        ((50, 100), (50, 100), (50, 100)),
        ((1, 50), (1, 50), (1, 50)),
    ]
    weights = [60 if place == kind - 1 else 10 for place in range(5)]
    kinds = chance.choices(bounds, weights, k=pieces)
    return [tuple(chance.randint(*side) for side in sides) for sides in kinds]  # type: ignore[misc]


def berkey(side: int, most: int) -> Callable[[random.Random, int], list[Size]]:
    """Classes 6 to 8: sides from 1 to `most` in a cube of `side`, scaled to the cube of 100 mm."""

    def drawn(chance: random.Random, pieces: int) -> list[Size]:
        return [tuple(chance.randint(1, most) * 100 // side for _ in range(3)) for _ in range(pieces)]  # type: ignore[misc]

    return drawn


def compared(name: str, instances: list[tuple[list[Size], int]]) -> None:
    """Print the boxes used against the least possible."""
    used = least = 0
    began = time.process_time()
    for sizes, bound in instances:
        parcels, left = cartonize(goods(sizes), CUBE, LIMIT)
        used += len(parcels) + len(left)
        least += bound
    spent = (time.process_time() - began) / len(instances)
    print(
        f"{name:34} {used:5} boxes, at least {least:5}, gap {100 * (used - least) / least:6.1f} %, {spent:6.3f} s each"
    )


def by_volume(sizes: list[Size]) -> int:
    """The continuous lower bound, and the bound by pieces that no two share a cube (each side over 50)."""
    large = sum(1 for size in sizes if min(size) > 50)
    return max(-(-sum(a * b * c for a, b, c in sizes) // 100**3), large)


def random_orders(chance: random.Random, rounds: int) -> None:
    """Print how the store's own boxes are used, and that the check finds nothing."""
    boxes = settings.current().boxes
    by_title = {box.title: box for box in boxes.values()}
    wrong = pieces = handed_back = filled = room = parcels_made = 0
    for _ in range(rounds):
        ordered = [
            Goods(
                line_id=str(i),
                sku=str(i),
                description="",
                quantity=chance.randint(1, 4),
                weight_g=chance.randint(20, 3000),
                size_mm=(chance.randint(20, 350), chance.randint(20, 280), chance.randint(10, 180)),
                fragile=chance.random() < 0.2,
                keep_upright=chance.random() < 0.2,
            )
            for i in range(chance.randint(1, 6))
        ]
        by_sku = {group.sku: group for group in ordered}
        parcels, left = cartonize(ordered, boxes, 30_000)
        pieces += sum(group.quantity for group in ordered)
        handed_back += sum(group.quantity for group in left)
        for parcel in parcels:
            inside = [by_sku[line.sku].pieces(line.quantity) for line in parcel.contents]
            wrong += any(faults(inside, parcel.placements, by_title[parcel.box]))
            filled += sum(g.quantity * g.size_mm[0] * g.size_mm[1] * g.size_mm[2] for g in inside)
            room += parcel.inner_mm[0] * parcel.inner_mm[1] * parcel.inner_mm[2]
            parcels_made += 1
    print(
        f"{rounds} random orders: {pieces} pieces in {parcels_made} boxes, {wrong} boxes wrong by the check,"
        f" {handed_back} pieces handed back, {100 * filled / room:.0f} % of the boxes' volume used"
    )


def main(rounds: int) -> None:
    """Print all comparisons."""
    chance = random.Random(20260)  # noqa: S311 - instances, not secrets
    for count in (8, 15, 30):
        compared(f"one box cut into {count}", [(cut(chance, count), 1) for _ in range(10)])
    for kind in range(1, 6):
        drawn = [martello(chance, kind, 50) for _ in range(5)]
        compared(f"Martello-Pisinger-Vigo class {kind}", [(sizes, by_volume(sizes)) for sizes in drawn])
    for kind, side, most in ((6, 10, 10), (7, 40, 35), (8, 100, 100)):
        drawn = [berkey(side, most)(chance, 50) for _ in range(5)]
        compared(f"Martello-Pisinger-Vigo class {kind}", [(sizes, by_volume(sizes)) for sizes in drawn])
    random_orders(chance, rounds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
