"""Telling a customer something once, by e-mail: noted before and after, and left to staff where no mail arrives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from order_processing.mail.message import Message
from order_processing.mail_reports import UnreachedCustomers
from order_processing.order_parts import Confirmation, Unreached
from order_processing.post import AddressRefused, Post
from order_processing.stored_order import StoredOrder


def tell(
    stored: StoredOrder,
    message: Message,
    address: str,
    *,
    kind: str,
    post: Post,
    unreached: UnreachedCustomers,
    note: Callable[[StoredOrder, Confirmation], StoredOrder],
    now: datetime,
    left: Callable[[StoredOrder], object] = lambda stored: None,
) -> None:
    """Send a message that was not sent yet. note: keeps with the order that sending began, then that it was sent.
    left: is called with the order where telling is left to staff.

    Only a cut between SES's answer and the note of it makes the customer read it twice.
    """

    def left_to_staff(why: str, seen: StoredOrder) -> None:
        unreached.add(Unreached(order_id=stored.order_id, kind=kind, why=why, at=now))
        left(seen)

    if why := post.refuses(address):
        left_to_staff(why, stored)
        return
    begun = note(stored, Confirmation(attempt_at=now))
    try:
        message_id = post.send(message, to=address, order_id=stored.order_id, kind=kind)
    except AddressRefused as refused:
        left_to_staff(refused.why, begun)
        return
    note(begun, Confirmation(attempt_at=now, sent_at=now, message_id=message_id))
