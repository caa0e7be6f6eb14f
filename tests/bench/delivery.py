"""What stage 5 takes: `make delivery`.

CPU time of preparing the delivery of random orders of three parcels, warm: packing, SSCCs and every document, made as
the stage makes them, with the orders and documents kept in memory, so that the AWS client's own time is not in it
(`make bill` has it). Then the CPU time and the memory of importing the function's package, each in a process of its
own, and whether that has loaded a font. It fails when an order takes more than 300 ms.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from typing import Any

from order_processing import settings
from order_processing.delivery import Delivery
from order_processing.order_number import derive
from order_processing.packing import pack
from order_processing.stages.prepare_delivery import prepare_delivery
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verified_order import Item, VerifiedOrder
from tests.delivery_orders import promised_from_stock, verified_order

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
LIMIT_MS = 300
SETTINGS = settings.current()


class Memory:
    """The ports Orders and Documents as far as the stage uses them."""

    def __init__(self, stored: StoredOrder) -> None:
        self.stored = stored
        self.documents: list[tuple[str, int]] = []

    def load(self, order_id: str) -> StoredOrder:
        """The one order."""
        return self.stored

    def claim_sscc(self, sscc: str, parcel: str) -> bool:
        """Every number is free."""
        return True

    def list_numbers(self, location: str, day: date, beginning: str) -> None:
        """The list of the day is nobody's concern here."""

    def ready(self, seen: StoredOrder, delivery: Delivery, *, at: datetime) -> StoredOrder:
        """Kept."""
        self.stored = seen.model_copy(update={"delivery": delivery, "status": Status.READY_TO_SHIP})
        return self.stored

    def put(self, document: Any, body: bytes) -> None:
        """Kept."""
        self.documents.append((document.kind, len(body)))


def drawn(chance: random.Random) -> VerifiedOrder:
    """An order of 3 to 24 pieces of up to 8 kinds."""
    return verified_order(
        *(
            (
                Item(
                    line_id=str(line),
                    sku=f"SKU-{line}",
                    description=f"Product number {line}, in a colour of its own",
                    weight_g=chance.randint(200, 6000),
                    size_mm=(chance.randint(100, 350), chance.randint(80, 280), chance.randint(40, 180)),
                    fragile=chance.random() < 0.15,
                    keep_upright=chance.random() < 0.15,
                ),
                chance.randint(1, 4),
            )
            for line in range(1, chance.randint(2, 8))
        )
    )


def of_three_parcels(chance: random.Random, count: int) -> list[VerifiedOrder]:
    """So many orders that make three parcels."""
    found: list[VerifiedOrder] = []
    while len(found) < count:
        verified = drawn(chance)
        shipments = pack(verified, promised_from_stock(verified), SETTINGS)
        if sum(len(shipment.parcels) for shipment in shipments) == 3:
            found.append(verified)
    return found


def prepared(number: int, verified: VerifiedOrder) -> tuple[float, Memory]:
    """The CPU time of the stage for one order, in milliseconds."""
    stored = StoredOrder(
        order_id=derive(f"bench {number}"),
        placed=verified.order,
        received_at=NOW,
        status=Status.RECORDED,
        verified=verified,
        promise=promised_from_stock(verified),
    )
    memory: Any = Memory(stored)
    began = time.process_time()
    prepare_delivery(
        stored.order_id,
        orders=memory,
        documents=memory,
        carriers=lambda name: memory,
        hand_out=lambda order: order,
        tell=lambda order: order,
        settings=SETTINGS,
        now=NOW,
    )
    return 1000 * (time.process_time() - began), memory


_IMPORT = """
import resource, sys, time
before = time.process_time()
import {module}
fonts = sys.modules.get("order_processing.documents.fonts")
print(round(1000 * (time.process_time() - before)), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
      fonts._load.cache_info().currsize if fonts else 0)
"""


def imported(module: str) -> tuple[int, int, int]:
    """CPU time (ms), memory (MiB) and loaded fonts after importing a module in a process of its own; the best of 3."""
    path = f"import sys; sys.path[:0] = {sys.path!r}\n"
    runs = [
        subprocess.run(
            [sys.executable, "-c", path + _IMPORT.format(module=module)], capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(3)
    ]
    best = min(runs, key=lambda words: int(words[0]))
    return int(best[0]), int(best[1]), int(best[2])


def main(count: int = 60) -> int:
    """Print both; returns 1 when an order took longer than it may."""
    chance = random.Random(20261)  # noqa: S311 - examples, not secrets
    orders = of_three_parcels(chance, count)
    prepared(0, orders[0])
    times, documents = [], 0
    for number, verified in enumerate(orders, 1):
        spent, memory = prepared(number, verified)
        times.append(spent)
        documents += len(memory.documents)
    times.sort()
    pieces = statistics.mean(sum(line.quantity for line in verified.order.lines) for verified in orders)
    print(
        f"{count} orders of three parcels ({pieces:.0f} pieces on average, {documents / count:.1f} documents), warm:"
        f" {statistics.median(times):.0f} ms CPU in the middle, {times[int(0.95 * count)]:.0f} ms for all but 5 %,"
        f" {times[-1]:.0f} ms the slowest"
    )
    for module in ("boto3, aws_lambda_powertools", "order_processing.stages.prepare_delivery", "packvium"):
        spent_ms, memory_mib, fonts = imported(module)
        print(f"import {module}: {spent_ms} ms CPU, {memory_mib} MiB, {fonts} fonts loaded")
    return int(times[-1] > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
