"""How many buckets a hot SKU needs: `python tests/bench/contention.py [orders a second]`.

A model, not a measurement. Orders come at random (Poisson) for one SKU and one piece each; each takes one bucket's
item in a transaction. What is assumed of DynamoDB, from its documentation: a transactional write costs 2 write units, a
partition gives 1,000 a second, and a transaction that meets another on the same item is cancelled. How long a
transaction keeps its item (8 ms) is an assumption of ours. A cancelled one pays all the same, and comes
again after the adapter's own random pause. For each number of buckets: how many orders a second came through, how
many gave up, and how long they took.

Last, as many orders a second of one customer: each reads the account's totals and writes them three calls later, one
write unit, and is refused when another has written them in between; 4 ms a call are assumed.
"""

# ruff: noqa: S311 - chance of a model
from __future__ import annotations

import heapq
import random
import sys
from zlib import crc32

KEEPS_MS = 8.0
UNITS_PER_SECOND = 1000
UNITS = 2
BETWEEN_MS = 12.0
TRIES = 10
FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 20.0, 1000.0
SECONDS = 3


class Bucket:
    """One item in a partition of its own: busy until a time, with write units that come back as time goes by.

    keeps_ms: for how long after a write any other is refused; units: what a write costs.
    """

    def __init__(self, keeps_ms: float, units: int) -> None:
        self.keeps_ms = keeps_ms
        self.cost = units
        self.busy_until = 0.0
        self.units = float(UNITS_PER_SECOND)
        self.at = 0.0

    def take(self, now: float) -> bool:
        """Whether a transaction that starts now comes through."""
        self.units = min(UNITS_PER_SECOND, self.units + (now - self.at) * UNITS_PER_SECOND / 1000)
        self.at = now
        if self.units < self.cost:
            return False
        self.units -= self.cost
        if now < self.busy_until:
            return False
        self.busy_until = now + self.keeps_ms
        return True


def run(
    buckets: int, orders_per_second: int, seed: int = 1, *, keeps_ms: float = KEEPS_MS, units: int = UNITS
) -> tuple[float, int, float, float]:
    """(orders a second that came through, gave up, median ms, 99th percentile ms)."""
    chance = random.Random(seed)
    held = [Bucket(keeps_ms, units) for _ in range(buckets)]
    events: list[tuple[float, int, int, float]] = []
    now, number = 0.0, 0
    while now < SECONDS * 1000:
        now += chance.expovariate(orders_per_second / 1000)
        heapq.heappush(events, (now, number, 0, now))
        number += 1
    took: list[float] = []
    gave_up, last = 0, 0.0
    while events:
        now, order, attempt, came = heapq.heappop(events)
        # A retry writes to the same bucket: the promise names it.
        if held[crc32(str(order).encode()) % buckets].take(now):
            took.append(now + keeps_ms - came)
            last = max(last, now + keeps_ms)
        elif attempt + 1 == TRIES:
            gave_up += 1
        else:
            pause = chance.uniform(0, min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2**attempt))
            heapq.heappush(events, (now + keeps_ms + pause, order, attempt + 1, came))
    took.sort()
    return len(took) / (last / 1000), gave_up, took[len(took) // 2], took[len(took) * 99 // 100]


def main() -> None:
    """Print the table."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(f"{wanted} orders a second for one SKU, {SECONDS} s, a transaction keeps its item {KEEPS_MS:.0f} ms\n")
    print("buckets  orders/s  gave up   median     99%")
    for buckets in (1, 2, 4, 8, 16, 24, 32, 48, 64):
        rate, gave_up, median, slow = run(buckets, wanted)
        print(f"{buckets:7} {rate:9.0f} {gave_up:8} {median:6.0f} ms {slow:4.0f} ms")
    rate, gave_up, median, slow = run(1, wanted, keeps_ms=BETWEEN_MS, units=1)
    print(f"account {rate:9.0f} {gave_up:8} {median:6.0f} ms {slow:4.0f} ms")


if __name__ == "__main__":
    main()
