"""The sweep that makes "stored before it is started" safe: whatever was stored and not started is started."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from order_processing.decisions import Executions
from order_processing.status import Status

GRACE = timedelta(minutes=2)
SWEEP = "started"
_BACK = timedelta(hours=1)
_OVERLAP = timedelta(minutes=1)
_STEP = timedelta(minutes=5)


class ReceivedOrders(Protocol):
    """Orders by the time they came in."""

    def received_between(self, first: datetime, last: datetime) -> list[str]:
        """The ids of the orders that came in between two times, both counted."""
        ...


class OrderLists(Protocol):
    """Many orders at once, by key."""

    def states(self, order_ids: Sequence[str]) -> dict[str, tuple[Status, bool]]:
        """Status and whether it has left, of those of up to 100 orders that a stage has touched."""
        ...


class Progress(Protocol):
    """How far a sweep has come."""

    def progress(self, sweep: str) -> str: ...

    def keep_progress(self, sweep: str, place: str) -> None: ...


def start_orders(
    *, orders: ReceivedOrders, lists: OrderLists, executions: Executions, progress: Progress, now: datetime
) -> list[str]:
    """Start the orders that have come to nothing yet since the last sweep that got through, and return their ids.

    Orders younger than the grace period are left to the intake. Starting one that runs does nothing. Where one cannot
    be started (NotStarted), the next sweep goes on from the same place: none is passed over however long that lasts.
    """
    last = progress.progress(SWEEP)
    first = datetime.fromisoformat(last) - _OVERLAP if last else now - _BACK
    started: list[str] = []
    while first < now - GRACE:
        until = min(first + _STEP, now - GRACE)
        for order_id in _untouched(orders.received_between(first, until), lists):
            executions.start(order_id)
            started.append(order_id)
        progress.keep_progress(SWEEP, until.isoformat())
        first = until
    return list(dict.fromkeys(started))


def _untouched(order_ids: Sequence[str], lists: OrderLists) -> list[str]:
    """Those that were not reserved, of whom nobody was asked, and that did not end: half a read unit for each."""
    found: list[str] = []
    for start in range(0, len(order_ids), 100):
        batch = order_ids[start : start + 100]
        touched = lists.states(batch)
        found += [order_id for order_id in batch if order_id not in touched]
    return found
