"""The mail with the link to all orders of an account."""

from __future__ import annotations

from order_processing.mail.letter import Link, written
from order_processing.mail.message import Message
from order_processing.mail.writer import Writer
from order_processing.order import Order
from order_processing.settings import Settings


def orders_link(
    order_id: str, order: Order, settings: Settings, url: str, *, minutes: int, locale: str | None = None
) -> Message:
    """order: the one from whose page the link was asked for. minutes: for how long it is good."""
    writer = Writer(order_id, order, settings, locale)
    shown = writer.figures.number(minutes)
    letter = writer.letter(
        "orders_link",
        paragraphs=(writer.text("orders_link.intro", minutes=shown), writer.text("orders_link.unasked")),
        button=Link(writer.text("button.orders"), url),
        minutes=shown,
    )
    return written(letter)
