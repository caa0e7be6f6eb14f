"""Off the path: ask a person, and keep what the execution waits for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from order_processing.errors import OrderEnded
from order_processing.mail.messages import question
from order_processing.orders import Orders
from order_processing.post import Post
from order_processing.settings import Settings
from order_processing.stored_order import Question
from order_processing.verification.corrections import order_of


def await_decision(
    order_id: str,
    task_token: str,
    *,
    orders: Orders,
    post: Post,
    settings: Settings,
    decision_url: Callable[[str, datetime], str],
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
    order = order_of(stored)
    if stored.asks_customer and "@" in order.customer.email:
        asked = tuple(d for d in stored.discrepancies if d.resolution == "needs_customer")
        message = question(order_id, order, asked, settings, decision_url(order_id, expires_at), expires_at=expires_at)
        post.send(message, to=order.customer.email, order_id=order_id, kind="question")
    question_asked = Question(kind=stored.status.value, token=task_token, asked_at=now, expires_at=expires_at)
    orders.ask(stored, question_asked)
