"""What one order costs: `make bill`.

Runs the stages of one order in this process against a fresh local stack, and counts what each really used:
read and write units as the emulator's DynamoDB returns them, S3 puts, mails, and the CPU time of a warm run.
The rest (transitions, invocations, API requests) follows from the template. CPU time is this machine's, not
AWS's; it stands for the duration of an invocation, which on AWS also waits for its calls.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import compile_mail
import compile_pages

from local import LocalStack, seeding
from order_processing.order import Line, Order
from tests.aws.shop import TABLES, Shop
from tests.orders import an_order

HOME = Path(__file__).parents[2] / ".local" / "bill"
PRICES_OF = "2026-11, us-east-1, without free tier"
PRICES = {  # dollars per million
    "transitions": 25.00,
    "write units": 0.625,
    "read units": 0.125,
    "S3 puts": 5.00,
    "API requests": 1.00,
    "invocations": 0.20,
}
MAIL = 100.00
GB_SECOND = 0.0000133334  # arm64
MEMORY_GB = {"prepare": 1.0}
LOG_BYTES = 1200  # an invocation's platform lines and our own, about
GB_OF_LOGS = 0.50
READS = {"Query", "GetItem", "BatchGetItem"}


class Counting:
    """Makes clients that count what their calls use."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self.used: Counter[str] = Counter()

    def __call__(self, service: str) -> Any:
        client = self._stack._client(service)
        if service == "dynamodb":
            client.meta.events.register("provide-client-params.dynamodb", self._ask)
        client.meta.events.register("after-call", self._count)
        return client

    def _ask(self, params: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def _count(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name == "PutObject":
            self.used["S3 puts"] += 1
        elif model.name == "SendEmail":
            self.used["mails"] += 1
        consumed = parsed.get("ConsumedCapacity") or []
        kind = "read units" if model.name in READS else "write units"
        for one in consumed if isinstance(consumed, list) else [consumed]:
            self.used[kind] += one["CapacityUnits"]


def order_of(lines: int, key: str) -> Order:
    """An order for some pieces of different products of the seed catalogue."""
    products = [("TEST-123", 15260), ("IPOD2008RED", 19900), ("IPOD2008GREEN", 19900), ("IPOD2008BLACK", 19900)]
    chosen = tuple(
        Line(line_id=str(i), sku=sku, quantity=1, unit_price=price)
        for i, (sku, price) in enumerate(products[:lines], 1)
    )
    return an_order(key, lines=chosen, total=sum(line.unit_price for line in chosen))


def bill(shop: Shop, counting: Counting, order: Order) -> dict[str, Counter[str]]:
    """What each step used for one order; the order's shop is warm."""
    used: dict[str, Counter[str]] = {}
    order_id = ""

    def place(_: str) -> None:
        nonlocal order_id
        order_id = shop.place(order, raw=order.model_dump_json().encode())

    steps: list[tuple[str, Callable[[str], None]]] = [
        ("receive", place),
        *((stage.__name__, stage) for stage in shop.stages),
    ]
    for name, step in steps:
        counting.used = Counter()
        began = time.process_time()
        step(order_id)
        counting.used["CPU ms"] = round((time.process_time() - began) * 1000)
        counting.used["invocations"] = 1
        counting.used["API requests" if name == "receive" else "transitions"] = 1
        used[name] = counting.used
    if shop.orders.load(order_id).status != "READY_TO_SHIP":
        raise RuntimeError(f"order {order_id} did not get through, so its bill says nothing")
    return used


def dollars(name: str, used: Counter[str]) -> float:
    """What a step costs for a million orders, without the mail itself."""
    per_use = sum(PRICES[what] * count for what, count in used.items() if what in PRICES)
    compute = used["CPU ms"] / 1000 * MEMORY_GB.get(name, 0.5) * GB_SECOND * 1e6
    return per_use + compute + LOG_BYTES / 1e9 * GB_OF_LOGS * 1e6


def show(title: str, used: dict[str, Counter[str]]) -> None:
    """Print the table of one order."""
    columns = ("transitions", "write units", "read units", "S3 puts", "mails", "CPU ms")
    print(f"\n{title}")
    print(f"{'':10}" + "".join(f"{column:>13}" for column in columns) + f"{'$ / million':>13}")
    total: Counter[str] = Counter()
    cost = 0.0
    for name, step in used.items():
        total.update(step)
        cost += dollars(name, step)
        print(f"{name:10}" + "".join(f"{step[c]:13g}" for c in columns) + f"{dollars(name, step):13.2f}")
    print(f"{'':10}" + "".join(f"{total[c]:13g}" for c in columns) + f"{cost:13.2f}")
    print(f"{'':10}and the mail: {total['mails'] * MAIL:.2f}")


def main() -> None:
    """See the module's text."""
    compile_mail.compile_if_stale()
    compile_pages.compile_if_stale()
    stack = LocalStack.start(HOME).deploy()
    try:
        seeding.load(stack)
        counting = Counting(stack)
        shop = Shop(
            client=counting,
            tables={name: stack.outputs[f"{name.title()}Table"] for name in TABLES},
            bucket=stack.outputs["DocumentsBucket"],
            configuration_set=stack.outputs["MailConfiguration"],
            now=datetime.now(UTC),
        )
        bill(shop, counting, order_of(1, "warm-up"))
        print(f"Prices: {PRICES_OF}. CPU time: this machine's.")
        for lines in (1, 4):
            show(
                f"An order with {lines} line{'s' if lines > 1 else ''}",
                bill(shop, counting, order_of(lines, f"of-{lines}")),
            )
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
