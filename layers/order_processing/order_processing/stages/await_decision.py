"""Off the path: ask a person, and keep what the execution waits for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from order_processing.errors import DecisionMade, OrderEnded
from order_processing.mail.messages import question
from order_processing.mail.offers import choices_of, offer
from order_processing.mail_reports import UnreachedCustomers
from order_processing.order_parts import Question, Unreached
from order_processing.orders import Orders
from order_processing.post import AddressRefused, Post
from order_processing.settings import Settings
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verification.corrections import order_of

KIND = "question"


def await_decision(
    order_id: str,
    task_token: str,
    *,
    orders: Orders,
    post: Post,
    unreached: UnreachedCustomers,
    settings: Settings,
    decision_url: Callable[[str, datetime], str],
    expires_at: datetime,
    now: datetime,
) -> None:
    """Ask whoever must decide, and keep the token with which the execution goes on.

    The customer is asked by e-mail for a correction or the choice of an offer. An approval waits for staff, and
    so does the question to a customer who cannot be written to, which goes on the list of the unreached. The token
    is kept before anyone is asked, so that no answer can come before there is an execution to tell; a decision that
    was made even earlier raises DecisionMade. Whoever was asked is not asked again when the execution tries again.
    """
    stored = orders.load(order_id)
    if stored.ended:
        raise OrderEnded(stored.status)
    if not stored.pending:
        raise DecisionMade(stored.status)
    asked = _asked_before(stored)
    if asked is None or task_token not in asked.tokens:
        asked = (
            asked.with_token(task_token)
            if asked
            else Question(kind=stored.status.value, token=task_token, asked_at=now, expires_at=expires_at)
        )
        stored = orders.ask(stored, asked)
    email = order_of(stored).customer.email
    if asked.told_at or not stored.asks_customer:
        return
    if why := post.refuses(email):
        unreached.add(Unreached(order_id=order_id, kind=KIND, why=why, at=now))
        return
    link = decision_url(order_id, asked.expires_at)
    if stored.status is Status.OFFER_PENDING and stored.offer and stored.verified:
        choices, order = choices_of(stored.verified, stored.offer), stored.verified.order
        message, kind = offer(order_id, order, choices, settings, link, expires_at=asked.expires_at), "offer"
    else:
        order, found = order_of(stored), stored.discrepancies
        message, kind = question(order_id, order, found, settings, link, expires_at=asked.expires_at), KIND
    try:
        post.send(message, to=email, order_id=order_id, kind=kind)
    except AddressRefused as refused:
        unreached.add(Unreached(order_id=order_id, kind=KIND, why=refused.why, at=now))
        return
    orders.ask(stored, asked.model_copy(update={"told_at": now}))


def _asked_before(stored: StoredOrder) -> Question | None:
    """The question that was kept for what the order waits for now. Each try of the execution has a token of its own:
    that the customer was told, and until when they may answer, stays."""
    asked = stored.question
    since = stored.times.get(stored.status.value)
    if asked and since and asked.kind == stored.status.value and asked.asked_at >= since:
        return asked
    return None
