"""Stage 3: has the customer been told, in writing, what they get, for how much, and when?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from order_processing.approval import Case
from order_processing.approval_rules import grounds, needs_history, outstanding
from order_processing.errors import ApprovalNeeded, OrderEnded, OrderReplaced, PromiseLost
from order_processing.mail.message import Message
from order_processing.mail.messages import confirmation
from order_processing.mail_reports import UnreachedCustomers
from order_processing.order_parts import APPROVAL_NEEDED, UNREACHABLE, Confirmation, Reason, Told, Unreached
from order_processing.orders import Orders
from order_processing.post import AddressRefused, Post
from order_processing.settings import Settings
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verified_order import VerifiedOrder


class Accounts(Protocol):
    """What customers have ordered before."""

    def orders_before(self, customer_id: str) -> int:
        """How many orders stand in an account."""
        ...


KIND = "confirmation"


def confirm_order(
    order_id: str,
    *,
    orders: Orders,
    accounts: Accounts,
    post: Post,
    unreached: UnreachedCustomers,
    settings: Settings,
    status_url: Callable[[str], str],
    now: datetime,
) -> None:
    """Send the confirmation and move the order to CONFIRMED.

    That sending begins is written down first: from then on the order cannot be cancelled unseen. If a
    run is cut between SES's answer and the note of it, the next run sends again, since a customer who
    hears twice is told the truth twice, and one who hears nothing is not told at all.
    Raises PromiseLost when what was promised will not come, and OrderReplaced when the store has changed the order: of
    its change and the note that sending begins the first one counts, and a change after it is for staff.

    An order that a rule asks about waits for approval first: ApprovalNeeded. The account is read only for an order
    that a rule on new customers concerns.
    Where no mail can be sent, staff tell the customer and say so; until then the order waits for them.
    """
    stored = orders.load(order_id)
    if stored.ended:
        raise OrderEnded(stored.status)
    if stored.has_reached(Status.CONFIRMED):
        _off_the_list(stored, unreached, now)  # a run that was cut may not have come to it
        return
    if stored.status is Status.APPROVAL_PENDING and stored.reason:
        raise ApprovalNeeded(stored.reason.code)
    if not stored.has_reached(Status.VERIFIED):
        raise OrderReplaced(stored.status)
    if stored.verified is None:
        raise ValueError(f"order {order_id} is {stored.status} but has no verified lines")
    if stored.promise is None:
        raise PromiseLost("SUPPLY_FAILED")
    if stored.confirmation is None:
        _ask_where_needed(stored, stored.verified, orders, accounts, settings, now)
    if told := _told_by_staff(stored):
        _off_the_list(
            orders.note_confirmation(stored, Confirmation(attempt_at=now, sent_at=now, told=told), at=now),
            unreached,
            now,
        )
        return
    if why := post.refuses(stored.mail_address):
        raise _left_to_staff(stored, why, orders, unreached, now)
    message = _message(stored, settings, status_url)
    last = stored.confirmation
    begun_before = last.attempt_at if last and last.on_its_way(now) else None
    begun = orders.note_confirmation(stored, Confirmation(attempt_at=now, before=begun_before), at=now)
    try:
        message_id = post.send(message, to=stored.mail_address, order_id=order_id, kind=KIND)
    except AddressRefused as refused:
        raise _left_to_staff(begun, refused.why, orders, unreached, now) from None
    sent = Confirmation(attempt_at=now, sent_at=now, message_id=message_id, before=begun_before)
    _off_the_list(orders.note_confirmation(begun, sent, at=now), unreached, now)


def confirm_again(
    order_id: str, *, orders: Orders, post: Post, settings: Settings, status_url: Callable[[str], str]
) -> str:
    """Send a confirmed order's confirmation once more, as to a corrected address; the message's id.

    Raises AddressRefused, and OrderEnded for an order that ended.
    """
    stored = orders.load(order_id)
    if stored.ended:
        raise OrderEnded(stored.status)
    if not stored.has_reached(Status.CONFIRMED):
        raise ValueError(f"order {order_id} is {stored.status}: there is no confirmation to send again")
    if why := post.refuses(stored.mail_address):
        raise AddressRefused(why)
    return post.send(_message(stored, settings, status_url), to=stored.mail_address, order_id=order_id, kind=KIND)


def _off_the_list(stored: StoredOrder, unreached: UnreachedCustomers, now: datetime) -> None:
    """Only who was told by staff, or has got another address since, can be on the list of the unreached."""
    if (stored.confirmation and stored.confirmation.told) or stored.contact:
        unreached.done(_not_told(stored, "", now))


def _told_by_staff(stored: StoredOrder) -> Told | None:
    """How staff have told the customer of this promise; of an earlier one does not count."""
    since = stored.times[Status.RESERVED.value]
    return next((answer.told for answer in stored.answers if answer.told and answer.at >= since), None)


def _message(stored: StoredOrder, settings: Settings, status_url: Callable[[str], str]) -> Message:
    if stored.verified is None or stored.promise is None:
        raise ValueError(f"order {stored.order_id} is {stored.status} but nothing is promised to it")
    return confirmation(stored.order_id, stored.verified, stored.promise, settings, status_url(stored.order_id))


def _left_to_staff(
    stored: StoredOrder, why: str, orders: Orders, unreached: UnreachedCustomers, now: datetime
) -> ApprovalNeeded:
    """Put the order on the list of the unreached, and let it wait until staff have told the customer."""
    unreached.add(_not_told(stored, why, now))
    reason = Reason(code=UNREACHABLE, text=f"no e-mail can be sent to the customer: {why}")
    orders.move(stored, Status.APPROVAL_PENDING, at=now, reason=reason)
    return ApprovalNeeded(UNREACHABLE)


def _not_told(stored: StoredOrder, why: str, now: datetime) -> Unreached:
    return Unreached(order_id=stored.order_id, kind=KIND, why=why, at=now)


def _ask_where_needed(
    stored: StoredOrder, verified: VerifiedOrder, orders: Orders, accounts: Accounts, settings: Settings, now: datetime
) -> None:
    """Raise ApprovalNeeded for reasons that nobody has answered yet, once they are kept."""
    rules = settings.approvals.rules
    before = accounts.orders_before(verified.customer_id) if needs_history(rules, verified.order) else None
    if asked := outstanding(grounds(rules, verified, orders_before=before), stored.approvals):
        orders.ask_approval(stored, Case(grounds=asked), at=now)
        raise ApprovalNeeded(APPROVAL_NEEDED.code)
