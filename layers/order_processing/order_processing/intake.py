"""Intake: an order is stored first and started then, once, however often it is sent."""

from __future__ import annotations

from datetime import datetime

from order_processing.decisions import Executions, NotStarted
from order_processing.observe import count, logger, told_without_personal_data
from order_processing.order import Order
from order_processing.orders import Orders, Placed


def take_in(
    order: Order, raw: bytes, fingerprint: str, *, orders: Orders, executions: Executions, now: datetime
) -> Placed:
    """Store the order and start its execution.

    An order that was sent before is started again too: that does nothing when it was started, and
    makes up for a start that failed after the order was stored. Stored is enough to say yes to the sender:
    what could not be started now, the sweep starts.
    """
    placed = orders.place(order, raw, fingerprint, now)
    if placed.new or placed.same_body:
        try:
            executions.start(placed.order_id)
        except NotStarted as error:
            told = told_without_personal_data(error)
            count("OrderNotStarted")
            logger.error("stored but not started", extra={"order_id": placed.order_id, "fault": told})
    return placed
