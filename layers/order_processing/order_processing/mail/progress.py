"""The mails on an order's way: what staff decided, a later date, ready to ship, too late to cancel."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from order_processing.delivery import Delivery, Parcel, Shipment
from order_processing.mail.letter import Labelled, Letter, LineShown, Link, Notice, written
from order_processing.mail.message import Message
from order_processing.mail.plain import one_line
from order_processing.mail.writer import Writer
from order_processing.order import Order
from order_processing.promise import Promise
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder


class NotLater(ValueError):
    """A delay in which no line comes later than it was promised: there is nothing to apologise for."""


def approved(order_id: str, order: Order, settings: Settings, status_url: str, *, locale: str | None = None) -> Message:
    """Staff have looked at the order and it goes ahead; its confirmation comes separately."""
    return _plain("approved", (), order_id, order, settings, status_url, locale)


def refused(
    order_id: str, order: Order, reason: str, settings: Settings, status_url: str, *, locale: str | None = None
) -> Message:
    """Staff have looked at the order and refuse it. reason: in words for the customer, "" for none."""
    keys = ("ended.nothing_delivered", "ended.paid")
    return _plain("refused", keys, order_id, order, settings, status_url, locale, reason=one_line(reason))


def too_late(
    order_id: str,
    order: Order,
    settings: Settings,
    status_url: str,
    *,
    by_email: bool = False,
    locale: str | None = None,
) -> Message:
    """The customer wanted to cancel after the label was printed, or after all of it went out by e-mail: what they can
    do instead."""
    kind = "too_late_digital" if by_email else "too_late"
    return _plain(kind, (f"{kind}.instead",), order_id, order, settings, status_url, locale)


def delay(
    order_id: str,
    verified: VerifiedOrder,
    previous: Promise,
    promise: Promise,
    settings: Settings,
    status_url: str,
    *,
    cause: str = "",
    can_cancel: bool = True,
    locale: str | None = None,
) -> Message:
    """A promised date cannot be kept: an apology, and per line the new date beside the one promised before.

    cause: what happened, in words for the customer, "" for none. can_cancel: False once it is labelled.
    Raises NotLater when no line comes later, and `writer.NotPromised` as the confirmation does.
    """
    order = verified.order
    writer = Writer(order_id, order, settings, locale)
    late = _late_lines(order, previous, promise)
    complete = promise.delivery_date
    if not late or complete is None:
        raise NotLater(f"order {order_id}: no line comes later than it was promised")
    letter = writer.letter(
        "delay",
        paragraphs=(
            writer.text("delay.intro"),
            *([writer.text("delay.cause", cause=one_line(cause))] if one_line(cause) else []),
            *([writer.text("delay.choice")] if can_cancel else []),
        ),
        button=Link(writer.text("button.status"), status_url),
        date=writer.figures.day(complete),
    )
    facts = [Labelled(writer.text("fact.delivery"), writer.figures.day(complete))]
    if previous.delivery_date and previous.delivery_date != complete:
        facts.append(Labelled(writer.text("fact.previous"), writer.figures.day(previous.delivery_date)))
    lines = tuple(_delayed(number, verified, promise, late, writer) for number in range(len(order.lines)))
    letter = replace(letter, facts=writer.facts(*facts), lines_heading=writer.text("lines.heading"), lines=lines)
    return written(letter)


def ready(
    order_id: str,
    verified: VerifiedOrder,
    promise: Promise,
    delivery: Delivery,
    settings: Settings,
    status_url: str,
    *,
    locale: str | None = None,
) -> Message:
    """Packed and labelled: each parcel with its number (SSCC), what is in it and when it leaves.

    Raises ValueError for a delivery without parcels.
    """
    order = verified.order
    writer = Writer(order_id, order, settings, locale)
    parcels = [(shipment, parcel) for shipment in delivery.shipments for parcel in shipment.parcels]
    if not parcels or promise.delivery_date is None:
        raise ValueError(f"order {order_id}: there is no parcel to tell of")
    date_text = writer.figures.day(promise.delivery_date)
    letter = writer.letter(
        "ready",
        paragraphs=(writer.text("ready.intro"),),
        button=Link(writer.text("button.status"), status_url),
        date=date_text,
    )
    letter = replace(
        letter,
        facts=writer.facts(
            Labelled(writer.text("fact.delivery"), date_text),
            Labelled(writer.text("fact.carrier"), ", ".join(_carriers(delivery, settings))),
            Labelled(writer.text("fact.parcels"), writer.figures.number(len(parcels))),
        ),
        notices_heading=writer.text("ready.parcels"),
        notices=tuple(
            _parcel(number, len(parcels), shipment, parcel, writer)
            for number, (shipment, parcel) in enumerate(parcels, 1)
        ),
        address_heading=writer.text("address.heading"),
        address=writer.address(),
    )
    return written(letter)


def _plain(
    kind: str,
    more: tuple[str, ...],
    order_id: str,
    order: Order,
    settings: Settings,
    status_url: str,
    locale: str | None,
    *,
    reason: str = "",
) -> Message:
    """A letter of paragraphs and the order's lines."""
    writer = Writer(order_id, order, settings, locale)
    because = (writer.text("ended.reason", reason=reason),) if reason else ()
    letter: Letter = writer.letter(
        kind,
        paragraphs=(writer.text(f"{kind}.intro"), *because, *(_said(key, writer) for key in more)),
        button=Link(writer.text("button.status"), status_url),
    )
    return written(writer.with_lines(letter))


def _said(key: str, writer: Writer) -> str:
    return writer.refund() if key == "ended.paid" else writer.text(key)


def _late_lines(order: Order, previous: Promise, promise: Promise) -> dict[str, tuple[date, date]]:
    """Per late line, the day promised before and the new one."""
    late = {}
    for line in order.lines:
        before, now = previous.delivery_date_of(line.line_id), promise.delivery_date_of(line.line_id)
        if before and now and now > before:
            late[line.line_id] = (before, now)
    return late


def _delayed(
    number: int, verified: VerifiedOrder, promise: Promise, late: dict[str, tuple[date, date]], writer: Writer
) -> LineShown:
    line = verified.order.lines[number]
    item = verified.item(line.line_id)
    when = writer.delivery(line, item, promise)
    if line.line_id in late:
        before, now = (writer.figures.day(day) for day in late[line.line_id])
        when = (*(when if len(when) > 1 else ()), writer.text("line.later", date=now, previous=before))
    elif day := promise.delivery_date_of(line.line_id):
        when = (writer.text("line.unchanged", date=writer.figures.day(day)),)
    return writer.line(line, item, when)


def _carriers(delivery: Delivery, settings: Settings) -> list[str]:
    """Each shipment's carrier, once; the service's own name where the settings do not know it."""
    names = (
        settings.services[shipment.service].carrier if shipment.service in settings.services else shipment.service
        for shipment in delivery.shipments
    )
    return list(dict.fromkeys(one_line(name) for name in names))


def _parcel(number: int, of: int, shipment: Shipment, parcel: Parcel, writer: Writer) -> Notice:
    contents = (
        writer.text(
            "ready.content", quantity=writer.figures.number(packed.quantity), description=one_line(packed.description)
        )
        for packed in parcel.contents
    )
    title = writer.text("ready.parcel", number=writer.figures.number(number), of=writer.figures.number(of))
    leaves = writer.text("ready.leaves", date=writer.figures.day(shipment.ship_date))
    return Notice(title=title, details=(*contents, leaves, *_tracking(parcel, writer)))


def _tracking(parcel: Parcel, writer: Writer) -> tuple[str, ...]:
    """The number under which the carrier knows the parcel, and where it is followed, if anywhere."""
    known = writer.text("ready.tracking", number=parcel.tracking) if parcel.tracking_number else ""
    number = known or writer.text("ready.sscc", sscc=parcel.sscc)
    return (number, writer.text("ready.track", url=parcel.tracking_url)) if parcel.tracking_url else (number,)
