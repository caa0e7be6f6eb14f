"""The sweep that makes "stored before it is started" safe: whatever was stored and not started is started."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from order_processing.decisions import Executions

GRACE = timedelta(minutes=2)


class ReceivedOrders(Protocol):
    """Orders by the time they came in."""

    def received_between(self, first: datetime, last: datetime) -> list[str]:
        """The ids of the orders that came in between two times, both counted."""
        ...

    def has_head(self, order_id: str) -> bool:
        """Whether the order was reserved, or somebody was asked about it, or it ended."""
        ...


def start_orders(*, orders: ReceivedOrders, executions: Executions, now: datetime, minutes: int) -> list[str]:
    """Start the orders of the last `minutes` that have come to nothing yet, and return their ids.

    Orders younger than the grace period are left to the intake. Starting one that runs does nothing.
    """
    untouched = [
        order_id
        for order_id in orders.received_between(now - GRACE - timedelta(minutes=minutes), now - GRACE)
        if not orders.has_head(order_id)
    ]
    for order_id in untouched:
        executions.start(order_id)
    return untouched
