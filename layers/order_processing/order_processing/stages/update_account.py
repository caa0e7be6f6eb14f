"""Stage 4: does the order stand in the order management system and in the customer's account?"""

from __future__ import annotations

from datetime import datetime

from order_processing.account import entry_for
from order_processing.errors import OrderEnded
from order_processing.orders import Orders
from order_processing.status import Status


def update_account(order_id: str, *, orders: Orders, now: datetime) -> None:
    """Count the order in its customer's account, once, with an entry, and move it to RECORDED."""
    stored = orders.load(order_id)
    if stored.ended:
        raise OrderEnded(stored.status)
    if not stored.has_reached(Status.RECORDED):
        orders.record(stored, entry_for(order_id, stored, now))
