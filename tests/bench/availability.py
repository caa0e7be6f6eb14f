"""What a promise costs in CPU, and how it grows: `python tests/bench/availability.py`.

Prints the CPU time (best of several) of a promise for lines x locations x receipts, and how it grows when lines
and receipts double: 2.0 would be linear, and n log n stays below about 2.3 at these sizes. Ends with status 1 when the
promise of 50 lines from 10 locations with 500 receipts takes 20 ms or more.
"""

# ruff: noqa: E402, S311 - runs without being installed; its chance is no secret
from __future__ import annotations

import random
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "layers" / "order_processing")]

from order_processing.availability import promise
from order_processing.inventory import Stock, Supply
from order_processing.promise import Promise
from tests.availability_orders import MONDAY_NOON, location, settings, verified

LIMIT_MS = 20.0


def case(lines: int, locations: int, receipts: int) -> tuple[object, ...]:
    """An order whose lines need stock and receipts of several locations."""
    chance = random.Random(7)
    places = [f"place-{n}" for n in range(locations)]
    skus = [f"SKU-{n}" for n in range(lines)]
    order = verified(*((sku, 10) for sku in skus))
    stock = [Stock(sku=sku, location=at, available=chance.randint(0, 3)) for sku in skus for at in places]
    supply = [
        Supply(
            sku=chance.choice(skus) if n >= lines else skus[n],
            location=chance.choice(places),
            document=f"PO-{n}",
            due_on=MONDAY_NOON.date() + timedelta(days=chance.randint(0, 40)),
            available=chance.randint(10, 20),
        )
        for n in range(receipts)
    ]
    store = settings(
        {at: location() for at in places}, {at: chance.randint(1, 4) for at in places}, longest_wait_days=90
    )
    return order, stock, supply, store


def cpu_ms(lines: int, locations: int, receipts: int, rounds: int = 15) -> float:
    """CPU milliseconds of one promise, the best of several rounds."""
    order, stock, supply, store = case(lines, locations, receipts)
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        outcome = promise(order, stock, supply, store, ordered_at=MONDAY_NOON)  # type: ignore[arg-type]
        best = min(best, time.process_time() - began)
        if not isinstance(outcome, Promise):
            sys.exit(f"no promise: {outcome}")
    return best * 1000


def main() -> int:
    """Print the table; the exit status says whether the limit held."""
    asked = cpu_ms(50, 10, 500)
    print(f"50 lines, 10 locations, 500 receipts: {asked:.1f} ms of CPU (limit {LIMIT_MS:.0f} ms)")
    print("\nlines receipts      ms  growth")
    before = None
    for lines, receipts in ((25, 500), (50, 1000), (100, 2000), (200, 4000), (400, 8000)):
        took = cpu_ms(lines, 10, receipts, rounds=5)
        print(f"{lines:5} {receipts:8} {took:7.1f}  {took / before if before else float('nan'):.2f}")
        before = took
    return int(asked >= LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
