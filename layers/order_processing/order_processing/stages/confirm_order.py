"""Stage 3: has the customer been told, in writing, what they get, for how much, and when?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from order_processing.errors import ApprovalNeeded, OrderEnded, PromiseLost
from order_processing.mail.messages import confirmation
from order_processing.orders import Orders
from order_processing.post import Post
from order_processing.settings import Settings
from order_processing.stored_order import Confirmation, Status


def confirm_order(
    order_id: str,
    *,
    orders: Orders,
    post: Post,
    settings: Settings,
    status_url: Callable[[str], str],
    now: datetime,
) -> None:
    """Send the confirmation and move the order to CONFIRMED.

    That sending begins is written down first: from then on the order cannot be cancelled unseen. If a
    run is cut between SES's answer and the note of it, the next run sends again, since a customer who
    hears twice is told the truth twice, and one who hears nothing is not told at all.
    Raises PromiseLost when what was promised will not come.
    """
    stored = orders.load(order_id)
    if stored.ended:
        raise OrderEnded(stored.status)
    if stored.has_reached(Status.CONFIRMED):
        return
    if stored.status is Status.APPROVAL_PENDING and stored.reason:
        raise ApprovalNeeded(stored.reason.code)
    if stored.verified is None:
        raise ValueError(f"order {order_id} is {stored.status} but has no verified lines")
    if stored.promise is None:
        raise PromiseLost("SUPPLY_FAILED")
    message = confirmation(order_id, stored.verified, stored.promise, settings, status_url(order_id))
    begun = orders.note_confirmation(stored, Confirmation(attempt_at=now), at=now)
    message_id = post.send(message, to=stored.verified.order.customer.email, order_id=order_id, kind="confirmation")
    sent = Confirmation(attempt_at=now, sent_at=now, message_id=message_id)
    orders.note_confirmation(begun, sent, at=now)
