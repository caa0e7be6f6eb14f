"""Answers that a waiting execution waits for, and the cancellation that anyone who may can ask for."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from order_processing.errors import OrderChanged
from order_processing.orders import Orders
from order_processing.stored_order import Reason, Status, StoredOrder

_TRIES = 3


class Executions(Protocol):
    """The running executions of the state machine."""

    def start(self, order_id: str) -> None:
        """Start the order's one execution; done before, it is done. Raises NotStarted."""
        ...

    def answer(self, token: str, decision: str) -> None:
        """Let a waiting execution go on; one that no longer waits is left alone."""
        ...


class NotStarted(RuntimeError):
    """An execution could not be started now; the sweep will do it."""


class CannotCancel(Exception):
    """The order is past the point where it can be cancelled; the message says what to do instead."""


def cancel(order_id: str, *, orders: Orders, executions: Executions, reason: Reason, now: datetime) -> StoredOrder:
    """Cancel an order that is not confirmed: give back what it holds, and let its execution end.

    Cancelled twice, it is cancelled once. Raises CannotCancel once the confirmation has begun.
    """
    for _ in range(_TRIES):
        stored = orders.load(order_id)
        token = stored.question.token if stored.question else None
        if stored.ended:
            return stored
        if stored.confirmation or stored.has_reached(Status.CONFIRMED):
            raise CannotCancel(
                "the order is confirmed and cannot be cancelled here any more: reply to the confirmation, "
                "or send the parcel back once it has come"
            )
        try:
            stored = orders.release(stored, Status.CANCELLED, at=now, reason=reason)
        except OrderChanged:
            continue
        if token:
            executions.answer(token, "cancelled")
        return stored
    raise OrderChanged(order_id)
