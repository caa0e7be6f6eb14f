"""Cancellation: until the label is printed it is possible; after that the customer hears what to do instead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from order_processing.decisions import CANCELLED, Executions, let_go_on
from order_processing.errors import OrderChanged
from order_processing.order_parts import LateCancellation, Reason
from order_processing.orders import Orders
from order_processing.status import Status
from order_processing.stored_order import StoredOrder

BY_CUSTOMER = Reason.model_construct(code="CANCELLED_BY_CUSTOMER", text="cancelled by the customer")
IN_STORE = Reason.model_construct(code="CANCELLED_IN_STORE", text="cancelled in the store")
BY_STAFF = "CANCELLED_BY_STAFF"
TOO_LATE_TO_CANCEL = "TOO_LATE_TO_CANCEL"
TOO_LATE = "TOO_LATE"
"""What `Executions.finish` is asked for when a cancellation came too late."""
_TRIES = 5


class CannotCancel(Exception):
    """The order cannot be cancelled; code: stable, the message says what to do instead."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def cancel(
    order_id: str,
    *,
    orders: Orders,
    executions: Executions,
    reason: Reason,
    now: datetime,
    check: Callable[[StoredOrder], None] = lambda _: None,
) -> StoredOrder:
    """Cancel an order: give back what it holds, take it out of the account, and let the customer be told.

    The running execution sees it at its next step and tells the customer; where none runs, one is started that
    does. Cancelled twice, it is cancelled once. Raises CannotCancel.
    check: looks at the very order that would be cancelled, and raises what speaks against it.
    """
    for _ in range(_TRIES):
        stored = orders.load(order_id)
        if stored.ended:
            _let_be_told(stored, executions)
            return stored
        check(stored)
        if why := refusal(stored, now):
            raise why
        try:
            cancelled = orders.release(stored, Status.CANCELLED, at=now, reason=reason)
        except OrderChanged:
            continue
        _let_be_told(cancelled, executions)
        return cancelled
    raise OrderChanged(order_id)


def refusal(stored: StoredOrder, now: datetime) -> CannotCancel | None:
    """Why an order that has not ended cannot be cancelled now; None when it can."""
    handling = stored.handling
    if handling.printed_at or handling.packed_at or handling.handed_over_at:
        return CannotCancel(
            TOO_LATE_TO_CANCEL,
            "the parcel is labelled already: refuse it when it comes, send it back once it has come, or write to us",
        )
    if stored.handed_out:
        return CannotCancel(
            TOO_LATE_TO_CANCEL,
            "what needs no parcel has been sent by e-mail, and keys cannot be given back: write to us",
        )
    confirmation = stored.confirmation
    if confirmation and confirmation.on_its_way(now):
        # Else the customer could be told that all is well of an order that is given up already.
        return CannotCancel("CONFIRMATION_UNDER_WAY", "the order is just being confirmed: try again in a minute")
    return None


def can_cancel(stored: StoredOrder, now: datetime) -> bool:
    """Whether the order can be cancelled now."""
    return not stored.ended and refusal(stored, now) is None


def cancel_for_store(order_id: str, *, orders: Orders, executions: Executions, now: datetime) -> StoredOrder:
    """Cancel an order that its store has cancelled; where that comes too late, note it.

    Raises CannotCancel only while the order is being confirmed: the store sends its notice again.
    """
    try:
        return cancel(order_id, orders=orders, executions=executions, reason=IN_STORE, now=now)
    except CannotCancel as error:
        if error.code != TOO_LATE_TO_CANCEL:
            raise
    return note_too_late(order_id, orders=orders, executions=executions, reason=IN_STORE, now=now)


def note_too_late(
    order_id: str, *, orders: Orders, executions: Executions, reason: Reason, now: datetime
) -> StoredOrder:
    """Keep a cancellation that came too late, once: staff see it in their list, and the customer is written to."""
    for _ in range(_TRIES):
        stored = orders.load(order_id)
        if not stored.late_cancellation:
            try:
                stored = orders.note_late_cancellation(stored, LateCancellation(at=now, reason=reason))
            except OrderChanged:
                continue
        executions.finish(order_id, TOO_LATE, stored.runs)
        return stored
    raise OrderChanged(order_id)


def _let_be_told(stored: StoredOrder, executions: Executions) -> None:
    """An execution that has begun its last stage may end without another look; any other sees the end of the order."""
    if stored.notice and stored.notice.sent_at:
        return
    if stored.question:
        let_go_on(stored.question, CANCELLED, executions)
    was_ready = Status.READY_TO_SHIP.value in stored.times
    if was_ready or not executions.runs(stored.order_id, stored.runs):
        executions.finish(stored.order_id, stored.status.value, stored.runs)
