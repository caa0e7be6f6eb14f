"""Stage 3: has the customer been told, in writing, what they get, for how much, and when?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from order_processing.approval import Case
from order_processing.approval_rules import grounds, needs_history, outstanding
from order_processing.errors import ApprovalNeeded, OrderEnded, PromiseLost
from order_processing.mail.messages import confirmation
from order_processing.orders import Orders
from order_processing.post import Post
from order_processing.settings import Settings
from order_processing.stored_order import APPROVAL_NEEDED, Confirmation, Status, StoredOrder
from order_processing.verified_order import VerifiedOrder


class Accounts(Protocol):
    """What customers have ordered before."""

    def orders_before(self, customer_id: str) -> int:
        """How many orders stand in an account."""
        ...


def confirm_order(
    order_id: str,
    *,
    orders: Orders,
    accounts: Accounts,
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

    An order that a rule asks about waits for approval first: ApprovalNeeded. The account is read only for an order
    that a rule on new customers concerns.
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
    if stored.confirmation is None:
        _ask_where_needed(stored, stored.verified, orders, accounts, settings, now)
    message = confirmation(order_id, stored.verified, stored.promise, settings, status_url(order_id))
    begun = orders.note_confirmation(stored, Confirmation(attempt_at=now), at=now)
    message_id = post.send(message, to=stored.verified.order.customer.email, order_id=order_id, kind="confirmation")
    sent = Confirmation(attempt_at=now, sent_at=now, message_id=message_id)
    orders.note_confirmation(begun, sent, at=now)


def _ask_where_needed(
    stored: StoredOrder, verified: VerifiedOrder, orders: Orders, accounts: Accounts, settings: Settings, now: datetime
) -> None:
    """Raise ApprovalNeeded for reasons that nobody has answered yet, once they are kept."""
    rules = settings.approvals.rules
    before = accounts.orders_before(verified.customer_id) if needs_history(rules, verified.order) else None
    if asked := outstanding(grounds(rules, verified, orders_before=before), stored.approvals):
        orders.ask_approval(stored, Case(grounds=asked), at=now)
        raise ApprovalNeeded(APPROVAL_NEEDED.code)
