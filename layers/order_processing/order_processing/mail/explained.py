"""A discrepancy in words that a customer understands: which part of the order, what was found, what would be right."""

from __future__ import annotations

import re

from order_processing.discrepancy import Discrepancy
from order_processing.mail.letter import Notice
from order_processing.mail.plain import one_line
from order_processing.mail.writer import Writer
from order_processing.order import Order

_LINE = re.compile(r"lines\[(\d+)\](?:\.(\w+))?")


def notice(discrepancy: Discrepancy, order: Order, writer: Writer) -> Notice:
    """The discrepancy for its customer; the code's own words where the texts have some.

    found and expected are shown as verification left them: they are written for people.
    """
    details = []
    key = f"discrepancy.{discrepancy.code}"
    if key in writer.text:
        details.append(writer.text(key))
    for label, value in (("found", discrepancy.found), ("expected", discrepancy.expected)):
        if one_line(value):
            details.append(writer.text(f"discrepancy.{label}", value=one_line(value)))
    return Notice(title=_place(discrepancy.path, order, writer), details=tuple(details))


def _place(path: str, order: Order, writer: Writer) -> str:
    """The field's name as the customer knows it: "Cotton shirt: quantity", "Delivery address: postal code"."""
    match = _LINE.match(path)
    if match and int(match[1]) < len(order.lines):
        line = order.lines[int(match[1])]
        what = one_line(line.title) or one_line(line.sku)
        field = _field(match[2] or "", writer)
        return writer.text("discrepancy.part_field", part=what, field=field) if field and what else what or field
    part, _, field_name = path.rpartition(".")
    field = _field(field_name, writer)
    part_name = _field(part, writer) if part else ""
    if part_name and field:
        return writer.text("discrepancy.part_field", part=part_name, field=field)
    return field or part_name or writer.text("field.order")


def _field(name: str, writer: Writer) -> str:
    key = f"field.{name}"
    return writer.text(key) if key in writer.text else ""
