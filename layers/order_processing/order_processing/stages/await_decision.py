"""Off the path: ask a person, and keep what the execution waits for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from order_processing.errors import OrderEnded
from order_processing.mail.messages import question
from order_processing.orders import Orders
from order_processing.post import Post
from order_processing.settings import Settings
from order_processing.stored_order import Question, Status


def await_decision(
    order_id: str,
    task_token: str,
    *,
    orders: Orders,
    post: Post,
    settings: Settings,
    status_url: Callable[[str], str],
    expires_at: datetime,
    now: datetime,
) -> None:
    """Ask whoever must decide, and keep the token with which the execution goes on.

    The customer is asked by e-mail for a correction or the choice of an offer. An approval, or a customer
    who cannot be written to, waits for staff.
    """
    stored = orders.load(order_id)
    if stored.ended:
        raise OrderEnded(stored.status)
    if stored.question and stored.question.token == task_token:
        return
    asks_customer = stored.status is not Status.APPROVAL_PENDING and "@" in stored.placed.customer.email
    if asks_customer and stored.reason:
        message = question(
            order_id, stored.placed, stored.discrepancies, settings, status_url(order_id), expires_at=expires_at
        )
        post.send(message, to=stored.placed.customer.email, order_id=order_id, kind="question")
    asked = Question(kind=stored.status.value, token=task_token, asked_at=now, expires_at=expires_at)
    orders.ask(stored, asked)
