"""A discrepancy in words that a customer understands: which part of the order, what was found, what would be right."""

from __future__ import annotations

import re

from order_processing.discrepancy import Discrepancy
from order_processing.mail.letter import Notice
from order_processing.mail.plain import one_line
from order_processing.mail.writer import Writer
from order_processing.order import Order

_LINE = re.compile(r"lines\[(\d+)\](?:\.(\w+))?")
_ENGLISH = re.compile(r"[a-z]{3}")
_WITHOUT_WORDS = frozenset({"NO_ANSWER", "CANCELLED", "REJECTED", "EXPIRED"})
_TECHNICAL = re.compile(r"\bfound .*, expected ")


def notice(discrepancy: Discrepancy, order: Order, writer: Writer, family: str = "discrepancy") -> Notice:
    """The discrepancy for its customer: in the language's own words where `family` has some for its code.

    found is the customer's own text. expected is verification's, in English: beside words of another
    language it is shown only when it holds none, as "199.00 USD" or "K2P 1L4".
    """
    details = []
    key = f"{family}.{discrepancy.code}"
    if key in writer.text:
        details.append(writer.text(key))
    if found := one_line(discrepancy.found):
        details.append(writer.text("discrepancy.found", value=found))
    expected = one_line(discrepancy.expected)
    if expected and (writer.text.language == "en" or not details[:1] or not _ENGLISH.search(expected)):
        details.append(writer.text(f"{family}.expected", value=expected))
    return Notice(title=_place(discrepancy.path, order, writer), details=tuple(details))


def asked(discrepancies: tuple[Discrepancy, ...], order: Order, writer: Writer) -> tuple[Notice, ...]:
    """What only the customer can answer."""
    return tuple(notice(d, order, writer) for d in discrepancies if d.resolution == "needs_customer")


def changed(discrepancies: tuple[Discrepancy, ...], order: Order, writer: Writer) -> tuple[Notice, ...]:
    """What was corrected and makes a difference to the customer; a postal code's missing space does not."""
    return tuple(
        notice(d, order, writer, "corrected")
        for d in discrepancies
        if d.resolution == "corrected" and f"corrected.{d.code}" in writer.text
    )


def reason(code: str, words: str, writer: Writer) -> str:
    """Why an order ended, or "" where the letter says it already or only field paths would.

    words: a person's own words are shown as they are; verification's are for staff.
    """
    key = f"discrepancy.{code}"
    if key in writer.text:
        return writer.text(key)
    return "" if code in _WITHOUT_WORDS or _TECHNICAL.search(words) else one_line(words)


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
