"""Off the path: staff is reminded of orders that wait for them, and admins hear of those that nobody looks at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, get_args

from order_processing.errors import OrderChanged
from order_processing.mail.staff import told_staff
from order_processing.observe import count
from order_processing.order_parts import Confirmation, Question
from order_processing.orders import Orders
from order_processing.post import Post
from order_processing.settings import Settings
from order_processing.stored_order import StoredOrder
from order_processing.waiting import Waiting, WaitingOrders, Whom

Kind = Literal["reminder", "escalation"]
# A run that was cut while it sent is taken up by a later one.
CUT = timedelta(minutes=15)


def remind_staff(
    *,
    waiting: WaitingOrders,
    orders: Orders,
    post: Post,
    settings: Settings,
    order_url: Callable[[str], str],
    now: datetime,
) -> int:
    """Send what is due of reminders (to approvers) and escalations (to admins), each once a question; how many.

    That sending begins is written down first, with the order's version, so of two runs one sends. A run that is cut
    between SES's answer and the note of it is taken up after CUT and sends again: staff rather hears twice than
    not at all.
    """
    _measure(waiting, now)
    sent = 0
    for each in waiting.waiting("staff"):
        for kind in due(each, settings, now):
            try:
                sent += _tell(each, kind, orders, post, settings, order_url, now)
            except OrderChanged:  # somebody decides, or another run is at it
                break
    return sent


def _measure(waiting: WaitingOrders, now: datetime) -> None:
    """How long the oldest order waits, each time anew and 0 where none does, so that its alarm goes out again."""
    for whom in get_args(Whom):
        since = waiting.oldest(whom)
        count("OldestWaitingOrder", (now - since).total_seconds() if since else 0, waits_for=whom)


def due(waiting: Waiting, settings: Settings, now: datetime) -> tuple[Kind, ...]:
    """Which mails should have gone out by now and have not."""
    asked = waiting.question
    if asked is None or now >= asked.expires_at:
        return ()
    rules = settings.approvals
    percent: dict[Kind, int] = {"reminder": rules.remind_percent, "escalation": rules.escalate_percent}
    passed = (now - asked.asked_at) / (asked.expires_at - asked.asked_at) * 100
    return tuple(
        kind for kind, from_percent in percent.items() if passed >= from_percent and _missing(asked, kind, now)
    )


def _missing(asked: Question, kind: Kind, now: datetime) -> bool:
    told = _told(asked, kind)
    return told is None or (told.sent_at is None and now - told.attempt_at >= CUT)


def _told(asked: Question, kind: Kind) -> Confirmation | None:
    return asked.reminder if kind == "reminder" else asked.escalation


def _tell(
    waiting: Waiting,
    kind: Kind,
    orders: Orders,
    post: Post,
    settings: Settings,
    order_url: Callable[[str], str],
    now: datetime,
) -> int:
    stored = orders.load(waiting.order_id)
    asked = stored.question
    still = stored.pending and not stored.asks_customer and asked and asked.kind == stored.status.value
    addresses = settings.approvals.approvers if kind == "reminder" else settings.approvals.admins
    if not still or asked is None or not _missing(asked, kind, now) or not addresses:
        return 0
    stored = _note(stored, asked, kind, Confirmation(attempt_at=now), orders)
    message = told_staff(stored, kind, settings, order_url(stored.order_id), now)
    ids = [post.send(message, to=address, order_id=stored.order_id, kind=kind) for address in addresses]
    asked = stored.question or asked
    _note(stored, asked, kind, Confirmation(attempt_at=now, sent_at=now, message_id=ids[0]), orders)
    return 1


def _note(stored: StoredOrder, asked: Question, kind: Kind, told: Confirmation, orders: Orders) -> StoredOrder:
    return orders.ask(stored, asked.model_copy(update={kind: told}))
