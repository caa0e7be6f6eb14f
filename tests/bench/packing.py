"""How good the boxes are: `python -m tests.bench.packing [ROUNDS]`, or `make packing` for 10,000 rounds.

Four comparisons, each printed with its gap:
- instances of known optimum: one box cut into pieces by random straight cuts, so one box is enough;
- the classes of Martello, Pisinger and Vigo (The three-dimensional bin packing problem, 2000), drawn anew from
  their distributions, against a lower bound that holds for pieces that may be turned (dual feasible functions,
  the same one along each side; Fekete and Schepers, 2004). Theirs may not be turned, ours may, so the numbers are
  not theirs;
- the classes of Bischoff and Ratcliff (Issues in the development of approaches to container loading, 1995), drawn
  anew: one container, more goods than it holds, and the part of its room that is filled; no packing fills more than
  all of it;
- random orders in the store's own boxes: each box checked, its cost against the least that any boxes could cost.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from functools import partial

from order_processing import settings
from order_processing.blocks import filled, volume_of
from order_processing.box_choice import least_cost
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


def least_boxes(sizes: list[Size], side: int = 100) -> int:
    """As few cubes as could do: the best of many dual feasible functions, the same one along each side."""
    functions: list[Callable[[int], Fraction]] = [lambda x: Fraction(x, side)]
    functions += [partial(_large_ones, side=side, small=small) for small in range(1, side // 2 + 1)]
    functions += [partial(_stepped, side=side, k=k) for k in range(1, 11)]
    best = 0
    for f in functions:
        total = sum((f(a) * f(b) * f(c) for a, b, c in sizes), Fraction(0))
        best = max(best, -(-total.numerator // total.denominator))
    return best


def _large_ones(x: int, *, side: int, small: int) -> Fraction:
    """What is longer than the side less `small` counts as the whole side, what is shorter than `small` as nothing."""
    return Fraction(1) if x > side - small else Fraction(x, side) if x >= small else Fraction(0)


def _stepped(x: int, *, side: int, k: int) -> Fraction:
    """Rounded down to steps of which the side has one less than it could."""
    return Fraction(x, side) if x * (k + 1) % side == 0 else Fraction(x * (k + 1) // side, k)


CONTAINER = Box(title="Container", inner_mm=(587, 233, 220), weight_g=0, max_weight_g=10**9, cost=1)


def bischoff(chance: random.Random, types: int) -> list[Goods]:
    """So many types of pieces, as many of each as are drawn until the container could not hold them.

    A side may stand upright when it is less than twice the shortest; where only the height may, ours stay upright.
    """
    lowest, highest = (30, 25, 20), (120, 100, 80)
    drawn = []
    for _ in range(types):
        size = tuple(chance.randint(*sides) for sides in zip(lowest, highest, strict=True))
        upright = [side < 2 * min(size) for side in size]
        drawn.append((size, not (upright[0] or upright[1])))
    counts = [1] * types
    room = 587 * 233 * 220
    volumes = [a * b * c for (a, b, c), _ in drawn]
    while True:
        chosen = chance.randrange(types)
        if sum(v * n for v, n in zip(volumes, counts, strict=True)) + volumes[chosen] > room:
            break
        counts[chosen] += 1
    return [
        Goods(line_id=str(i), sku=str(i), description="", quantity=n, weight_g=1, size_mm=size, keep_upright=upright)
        for i, ((size, upright), n) in enumerate(zip(drawn, counts, strict=True))
    ]


def containers(chance: random.Random, types: int, instances: int) -> None:
    """Print how full one container becomes."""
    fullest = []
    began = time.process_time()
    wrong = 0
    for _ in range(instances):
        wanted = bischoff(chance, types)
        placements = filled(wanted, CONTAINER, 10**9)
        counts = Counter()
        for placed in placements:
            counts[placed.content] += placed.pieces
        inside = [wanted[i].pieces(counts[i]) for i in sorted(counts)]
        order = {place: n for n, place in enumerate(sorted(counts))}
        wrong += any(
            faults(inside, [p.model_copy(update={"content": order[p.content]}) for p in placements], CONTAINER)
        )
        fullest.append(sum(volume_of(wanted[i]) * n for i, n in counts.items()) / (587 * 233 * 220))
    spent = (time.process_time() - began) / instances
    print(
        f"Bischoff-Ratcliff, {types:2} types: {100 * sum(fullest) / instances:5.1f} % filled,"
        f" gap {100 - 100 * sum(fullest) / instances:4.1f} %, {wrong} wrong by the check, {spent:.3f} s each"
    )


def random_orders(chance: random.Random, rounds: int) -> int:
    """Print how the store's own boxes are used and what they cost; returns how many the check found wrong."""
    boxes = settings.current().boxes
    by_title = {box.title: box for box in boxes.values()}
    wrong = pieces = handed_back = room_used = room = parcels_made = cost = least = 0
    began = time.process_time()
    slowest = 0.0
    for _ in range(rounds):
        ordered = [
            Goods(
                line_id=str(i),
                sku=str(i),
                description="",
                quantity=chance.choice([1, 1, 2, 3, 4, 12, 40]),
                weight_g=chance.randint(20, 3000),
                size_mm=(chance.randint(20, 350), chance.randint(20, 280), chance.randint(10, 180)),
                fragile=chance.random() < 0.2,
                keep_upright=chance.random() < 0.2,
            )
            for i in range(chance.randint(1, 6))
        ]
        by_sku = {group.sku: group for group in ordered}
        order_began = time.process_time()
        parcels, left = cartonize(ordered, boxes, 30_000)
        slowest = max(slowest, time.process_time() - order_began)
        pieces += sum(group.quantity for group in ordered)
        handed_back += sum(group.quantity for group in left)
        boxed = Counter()
        spent = 0
        for parcel in parcels:
            inside = [by_sku[line.sku].pieces(line.quantity) for line in parcel.contents]
            boxed.update({line.sku: line.quantity for line in parcel.contents})
            wrong += any(faults(inside, parcel.placements, by_title[parcel.box]))
            room_used += sum(g.quantity * volume_of(g) for g in inside)
            room += parcel.inner_mm[0] * parcel.inner_mm[1] * parcel.inner_mm[2]
            spent += by_title[parcel.box].cost
        back = Counter({group.sku: group.quantity for group in left})
        wrong += any(boxed[sku] + back[sku] != group.quantity for sku, group in by_sku.items())
        cost += spent
        least += least_cost([by_sku[sku].pieces(n) for sku, n in boxed.items()], boxes, 30_000, spent)
        parcels_made += len(parcels)
    spent_s = time.process_time() - began
    print(
        f"{rounds} random orders: {pieces} pieces in {parcels_made} boxes, {wrong} wrong by the check,"
        f" {handed_back} pieces handed back, {100 * room_used / room:.0f} % of the boxes' volume used,"
        f" cost {cost}, at least {least}, gap {100 * (cost - least) / least:.1f} %,"
        f" {1000 * spent_s / rounds:.0f} ms each with the check, {1000 * slowest:.0f} ms the slowest"
    )
    return wrong


def main(rounds: int) -> int:
    """Print all comparisons; returns how many boxes the check found wrong."""
    chance = random.Random(20260)  # noqa: S311 - instances, not secrets
    if rounds <= 1000:
        for count in (8, 15, 30):
            compared(f"one box cut into {count}", [(cut(chance, count), 1) for _ in range(10)])
        for kind in range(1, 6):
            drawn = [martello(chance, kind, 50) for _ in range(5)]
            compared(f"Martello-Pisinger-Vigo class {kind}", [(sizes, least_boxes(sizes)) for sizes in drawn])
        for kind, side, most in ((6, 10, 10), (7, 40, 35), (8, 100, 100)):
            drawn = [berkey(side, most)(chance, 50) for _ in range(5)]
            compared(f"Martello-Pisinger-Vigo class {kind}", [(sizes, least_boxes(sizes)) for sizes in drawn])
        for types in (3, 5, 8, 10, 12, 15, 20):
            containers(chance, types, 10)
    return random_orders(chance, rounds)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200) > 0)
