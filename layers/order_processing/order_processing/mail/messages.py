"""The mails that a customer gets about an order; each is a pure function from the order to a Message."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from order_processing.discrepancy import Discrepancy
from order_processing.mail import explained, structured
from order_processing.mail import sums as order_sums
from order_processing.mail.letter import Labelled, Link, written
from order_processing.mail.message import Message
from order_processing.mail.writer import Writer
from order_processing.order import Order
from order_processing.promise import Promise
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder

_ENDINGS = ("REJECTED", "CANCELLED", "EXPIRED")


def confirmation(
    order_id: str,
    verified: VerifiedOrder,
    promise: Promise,
    settings: Settings,
    status_url: str,
    locale: str | None = None,
) -> Message:
    """What the customer gets, for how much, and when.

    locale: overrides the customer's. Raises `sums.DoesNotAddUp` when the order's amounts do not make its
    total, and `writer.NotPromised` when a line that has to travel is not promised in full.
    """
    order = verified.order
    writer = Writer(order_id, order, settings, locale)
    sums = order_sums.of_order(order)
    items = {item.line_id: item for item in verified.items}
    date = writer.figures.day(promise.delivery_date) if promise.delivery_date else ""
    address = writer.address() if date else ()
    letter = writer.letter(
        "confirmation" if date else "confirmation_digital",
        paragraphs=(writer.text("confirmation.intro"),),
        button=Link(writer.text("button.status"), status_url),
        total=writer.amount(sums.total),
        date=date,
    )
    letter = replace(
        letter,
        facts=writer.facts(*([Labelled(writer.text("fact.delivery"), date)] if date else [])),
        notices_heading=writer.text("confirmation.changes"),
        notices=explained.changed(verified.discrepancies, order, writer),
        lines_heading=writer.text("lines.heading"),
        lines=tuple(
            writer.line(line, items[line.line_id], writer.delivery(line, items[line.line_id], promise))
            for line in order.lines
        ),
        sums=writer.sums(sums),
        total=writer.total(sums),
        included=writer.included(sums),
        address_heading=writer.text("address.heading") if address else "",
        address=address,
        card=structured.order_card(order_id, verified, promise, sums, settings, status_url),
    )
    return written(letter)


def ended(
    order_id: str,
    order: Order,
    reason_code: str,
    reason: str,
    settings: Settings,
    status_url: str,
    *,
    status: str | None = None,
    locale: str | None = None,
) -> Message:
    """The order ended early and nothing will be delivered.

    status: REJECTED, CANCELLED or EXPIRED; None reads it from the code (`CANCELLED...`, `EXPIRED...`, else rejected).
    reason: a person's own words; shown where the texts have none for the code.
    """
    writer = Writer(order_id, order, settings, locale)
    kind = _ending(status, reason_code).lower()
    why = explained.reason(reason_code, reason, writer)
    letter = writer.letter(
        kind,
        paragraphs=(
            writer.text(f"{kind}.intro"),
            *([writer.text("ended.reason", reason=why)] if why else []),
            writer.text("ended.nothing_delivered"),
            writer.refund(),
        ),
        button=Link(writer.text("button.status"), status_url),
    )
    return written(writer.with_lines(letter))


def question(
    order_id: str,
    order: Order,
    discrepancies: tuple[Discrepancy, ...],
    settings: Settings,
    link: str,
    *,
    expires_at: datetime | None = None,
    locale: str | None = None,
) -> Message:
    """Something in the order needs the customer's answer: what it is, and the page on which to give it.

    expires_at: when the order ends without an answer; shown where given.
    """
    writer = Writer(order_id, order, settings, locale)
    until = (writer.text("question.until", time=writer.moment(expires_at)),) if expires_at else ()
    letter = writer.letter(
        "question",
        paragraphs=(writer.text("question.intro"), *until),
        button=Link(writer.text("button.answer"), link),
    )
    letter = replace(
        letter,
        notices_heading=writer.text("question.notices"),
        notices=explained.asked(discrepancies, order, writer),
        after_button=writer.text("question.after"),
    )
    return written(writer.with_lines(letter))


def _ending(status: str | None, reason_code: str) -> str:
    if status is None:
        return next((ending for ending in _ENDINGS if reason_code.startswith(ending)), "REJECTED")
    if status not in _ENDINGS:
        raise ValueError(f"status: {status!r} is not one of {', '.join(_ENDINGS)}")
    return status
