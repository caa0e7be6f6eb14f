"""Mails to staff: that an order waits, why, and how long there is. Nothing about the customer stands in them."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Literal

from order_processing import order_number
from order_processing.mail.figures import Figures
from order_processing.mail.message import Message
from order_processing.mail.plain import one_line, subject
from order_processing.settings import Settings
from order_processing.stored_order import StoredOrder

_FIGURES = Figures("en", "en")
_FIRST = {
    "reminder": "An order waits for your decision.",
    "escalation": "An order waits for a decision and nobody has made one. It ends soon.",
}
_SUBJECT = {"reminder": "Order {number} waits for a decision", "escalation": "Order {number} is about to expire"}


def told_staff(
    stored: StoredOrder, kind: Literal["reminder", "escalation"], settings: Settings, url: str, now: datetime
) -> Message:
    """A reminder or an escalation. url: the order's page in the console, which asks for a login."""
    case, question = stored.approval, stored.question
    why = [ground.text for ground in case.grounds] if case else []
    why = why or [f"{d.code} ({d.path})" for d in stored.discrepancies if d.resolution == "needs_approval"]
    lines = [_FIRST[kind], *dict.fromkeys(one_line(each) for each in why)]
    if case and case.approvers > 1:
        lines.append(f"{len(case.consents)} of {case.approvers} approvals are given.")
    if question:
        until = _FIGURES.moment(question.expires_at, settings.store.time_zone)
        lines.append(f"Without a decision it expires: {until}.")
    number = order_number.display(stored.order_id)
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(number)}</title></head>"
        '<body style="font:16px/1.5 sans-serif;max-width:600px;margin:0 auto;padding:16px">'
        f'<h1 style="font-size:22px">Order {escape(number)}</h1>{paragraphs}'
        f'<p><a href="{escape(url)}">Open the order</a></p></body></html>'
    )
    text = "\n\n".join([f"Order {number}", *lines, url]) + "\n"
    return Message(subject=subject(_SUBJECT[kind].format(number=number)), html=html, text=text)
