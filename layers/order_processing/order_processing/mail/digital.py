"""The mail with what needs no parcel: licence keys, where a download is, what was agreed for an appointment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from order_processing.mail.letter import Link, Notice, written
from order_processing.mail.message import Message
from order_processing.mail.plain import one_line
from order_processing.mail.writer import Writer
from order_processing.order import Line
from order_processing.settings import Settings
from order_processing.verified_order import Item, VerifiedOrder


def digital(
    order_id: str,
    verified: VerifiedOrder,
    keys: Mapping[str, Sequence[str]],
    settings: Settings,
    status_url: str,
    *,
    locale: str | None = None,
) -> Message:
    """Each line that has keys or instructions, with what the customer chose for it (as an appointment's time).

    keys: by line. Raises ValueError where there is nothing to hand out.
    """
    order = verified.order
    writer = Writer(order_id, order, settings, locale)
    handed = [(line, item) for line in order.lines if (item := verified.item(line.line_id)).digital]
    shown = tuple(_line(line, item, keys.get(line.line_id, ()), writer) for line, item in handed if _has(item))
    if not shown:
        raise ValueError(f"order {order_id}: no line is handed out by e-mail")
    parcels = any(not item.digital for item in verified.items)
    letter = writer.letter(
        "digital",
        paragraphs=(writer.text("digital.intro"), *([writer.text("digital.parcels")] if parcels else [])),
        button=Link(writer.text("button.status"), status_url),
    )
    return written(replace(letter, notices_heading=writer.text("digital.items"), notices=shown))


def _has(item: Item) -> bool:
    return item.licence_keys or bool(item.instructions)


def _line(line: Line, item: Item, keys: Sequence[str], writer: Writer) -> Notice:
    quantity, description = writer.figures.number(line.quantity), one_line(item.description)
    return Notice(
        title=writer.text("ready.content", quantity=quantity, description=description),
        details=(
            *writer.line(line, item).options,
            *([one_line(item.instructions)] if item.instructions else []),
            *(writer.text("digital.key", licence=one_line(key)) for key in keys),
        ),
    )
