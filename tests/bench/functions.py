"""What functions take: `make bench`.

Starting (imports and clients, against boto3 with the same clients), the first run and a warm one as the deployed local
stack ran them, memory, and the size of what is deployed. CPU time is this machine's; the ratio to boto3 hardly is.

    python -m tests.bench.functions [starts] [rounds] [function ...]

starts: without the deployed stack, so without first and warm runs.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence

from local import LocalStack, seeding
from local.build import BUILD, build
from local.meter import Invocation, Meter
from local.places import LOCAL
from tests.bench.starting import Package, Start, measure, package
from tests.functions import LAYERS, Function, functions
from tests.stack.scenarios import happy

HOME = LOCAL / "bench"
ROUNDS = 9
ORDERS = 6
NO_PDF = (
    "receive_order",
    "verify_order",
    "check_availability",
    "confirm_order",
    "update_account",
    "await_decision",
    "end_order",
)
LIMITS = dict.fromkeys(NO_PDF, 1.15)
LARGEST_MB = 5.0


def invocations(orders: int) -> dict[str, list[Invocation]]:
    """What the functions of the happy path used for so many orders, one after the other, by logical id."""
    folder = Meter.folder(HOME)
    stack, meter = LocalStack.start(HOME, meter=folder).deploy(), Meter(folder)
    try:
        seeding.load(stack)
        found: dict[str, list[Invocation]] = {}
        for number in range(orders):
            happy(stack, f"bench-{number}")
            for each in meter.until_quiet():
                found.setdefault(f"{each.function}Function", []).append(each)
        return found
    finally:
        stack.stop()


def row(function: Function, start: Start, ran: Sequence[Invocation], size: Package) -> str:
    """A function's line."""
    first = [each.cpu_ms for each in ran if each.first]
    warm = [each.cpu_ms for each in ran if not each.first]
    memory = [each.rss_mb for each in ran]
    return (
        f"{function.name:20}{start.ms:8.0f}{start.boto3_ms:8.0f}{start.clients_ms:9.0f}{start.ratio:7.2f}"
        + (f"{statistics.median(first):8.0f}" if first else f"{'':8}")
        + (f"{statistics.median(warm):7.1f}" if warm else f"{'':7}")
        + f"{max([start.rss_mb, *memory]):8.0f}{function.memory_mb:7}{size.unpacked:9.1f}{size.zipped:8.2f}"
    )


def main(*words: str) -> int:
    """Print the table; returns 1 when a function is over its limit."""
    rounds = next((int(word) for word in words if word.isdigit()), ROUNDS)
    names = [word for word in words if not word.isdigit() and word != "starts"]
    build()
    chosen = [each for each in functions() if not names or each.name in names]
    ran = invocations(ORDERS) if "starts" not in words else {}
    starts = {each.function: each for each in measure(chosen, rounds, lambda said: print(said, file=sys.stderr))}
    print(
        f"CPU ms, medians of {rounds} fresh processes and {ORDERS} orders. boto3: its import alone; +clients: and the"
        " clients that the function makes; ratio: the function to that.\n"
        f"{'':20}{'start':>8}{'boto3':>8}{'+clients':>9}{'ratio':>7}{'first':>8}{'warm':>7}{'MB':>8}{'given':>7}"
        f"{'unpacked':>9}{'zipped':>8}"
    )
    over = []
    for each in chosen:
        start, size = starts[each.name], package(BUILD / each.logical_id)
        print(row(each, start, ran.get(each.logical_id, ()), size))
        if round(start.ratio, 2) > LIMITS.get(each.name, float("inf")):
            over.append(
                f"{each.name}: {start.ratio:.2f} times boto3 with the same clients, {LIMITS[each.name]} allowed"
            )
        if size.zipped > LARGEST_MB:
            over.append(f"{each.name}: {size.zipped:.1f} MB zipped, {LARGEST_MB:g} allowed")
    for layer in LAYERS:
        size = package(BUILD / layer)
        print(f"{layer:76}{size.unpacked:9.1f}{size.zipped:8.2f}")
    for said in over:
        print(said)
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
