"""Front ends that send orders at a rate or all at once, and ask again where they are refused for now."""

from __future__ import annotations

import contextlib
import http.client
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from local import LocalStack
from tests.stack.senders import api_order, place

NO_ANSWER = 0
_CLIENTS = 16
_TRIES = 40
_ASKING = 8  # every so many orders is one of which somebody must be asked


@dataclass(frozen=True)
class Phase:
    """rate: orders a second, 0 for all at once. squeezed: for how many seconds AWS refuses a part of all calls."""

    name: str
    orders: int
    rate: float
    squeezed: float = 0.0


@dataclass
class Answered:
    """An order and what its sender heard. statuses: of each request, 0 for no answer. seconds: of the last request."""

    phase: str
    number: str
    asks: bool
    order_id: str = ""
    statuses: list[int] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def accepted(self) -> bool:
        return bool(self.order_id)


def send_phase(stack: LocalStack, phase: Phase, sku: str) -> list[Answered]:
    """Send a phase's orders, each until it is accepted or its sender gives up."""
    began = time.monotonic()

    def one(number: int) -> Answered:
        if phase.rate:
            time.sleep(max(0.0, began + number / phase.rate - time.monotonic()))
        asks = number % _ASKING == _ASKING - 1
        answered = Answered(phase.name, f"load-{sku.lower()}-{phase.name}-{number}", asks)
        _send(stack, answered, "NO-SUCH-SKU" if asks else sku)
        return answered

    with ThreadPoolExecutor(_CLIENTS) as clients:
        return list(clients.map(one, range(phase.orders)))


def _send(stack: LocalStack, answered: Answered, sku: str) -> None:
    for attempt in range(_TRIES):
        began = time.monotonic()
        status = NO_ANSWER
        with contextlib.suppress(OSError, http.client.HTTPException):
            answer = place(stack, api_order(answered.number, sku=sku))
            status, answered.seconds = answer.status, time.monotonic() - began
            if status in (200, 202):
                answered.order_id = answer.json()["id"]
        answered.statuses.append(status)
        if answered.accepted or (400 <= status < 500 and status != 429):
            return
        time.sleep(min(0.5 * (attempt + 1), 5))


def table(answered: Sequence[Answered], ready_after: Mapping[str, float]) -> str:
    """A line a phase: orders, answers by status, how long an answer took, and until an order was ready."""
    lines = [f"{'phase':10} {'orders':>6} {'answers':34} {'answered p50/p95':>18} {'ready p50/p95':>18}"]
    for phase in dict.fromkeys(each.phase for each in answered):
        of = [each for each in answered if each.phase == phase]
        statuses = Counter(status for each in of for status in each.statuses)
        said = ", ".join(f"{count} x {status or 'none'}" for status, count in sorted(statuses.items()))
        took = _percentiles(each.seconds for each in of)
        ready = _percentiles(ready_after[each.order_id] for each in of if each.order_id in ready_after)
        lines.append(f"{phase:10} {len(of):6} {said:34} {took:>18} {ready:>18}")
    return "\n".join(lines)


def _percentiles(seconds: Iterable[float]) -> str:
    ordered = sorted(seconds)
    if not ordered:
        return "-"
    return " / ".join(f"{ordered[min(len(ordered) - 1, int(len(ordered) * part))]:.1f} s" for part in (0.5, 0.95))
