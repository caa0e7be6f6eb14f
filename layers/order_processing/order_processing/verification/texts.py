"""Texts as a person wrote them: HTML entities and stray spaces are put right."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TypeVar

from order_processing.order import Address, Line, Order, Record
from order_processing.verification.findings import Findings

R = TypeVar("R", bound=Record)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_ADDRESS = ("name", "company", "line1", "line2", "city", "region", "postal_code", "country")


def tidy(text: str) -> str:
    """Entities resolved (also those that were escaped twice), one space between words, composed (NFC), and without
    what does not print: control characters and those that turn the direction of the text around it."""
    if text.isascii() and "&" not in text and "  " not in text and text.isprintable():
        return text
    for _ in range(3):
        resolved = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
        if resolved == text:
            break
        text = resolved
    text = _UNPRINTABLE.sub("", unicodedata.normalize("NFC", " ".join(text.split())))
    return " ".join(text.split())


def tidy_texts(order: Order, findings: Findings) -> Order:
    """The order with its texts in their normal form."""
    tidier = _Tidier(findings)
    lines = tuple(tidier.line(line, f"lines[{i}]") for i, line in enumerate(order.lines))
    return order.model_copy(
        update={
            "customer": tidier.tidied(order.customer, ("name", "company"), "customer"),
            "shipping_address": tidier.address(order.shipping_address, "shipping_address"),
            "billing_address": tidier.address(order.billing_address, "billing_address"),
            "shipping": tidier.tidied(order.shipping, ("title",), "shipping"),
            "lines": lines,
        }
    )


class _Tidier:
    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def text(self, text: str, path: str) -> str:
        tidied = tidy(text)
        if tidied == text or self._findings.add("TEXT_FORM", path, found=text, expected=tidied) != "corrected":
            return text
        return tidied

    def tidied(self, record: R, fields: tuple[str, ...], path: str) -> R:
        """The record with these fields tidied; itself where they are."""
        changes = {f: t for f in fields if (t := self.text(getattr(record, f), f"{path}.{f}")) != getattr(record, f)}
        return record.model_copy(update=changes) if changes else record

    def address(self, address: Address | None, path: str) -> Address | None:
        return address and self.tidied(address, _ADDRESS, path)

    def line(self, line: Line, path: str) -> Line:
        line = self.tidied(line, ("title",), path)
        if not line.options:
            return line
        options = (self.tidied(o, ("name", "value"), f"{path}.options[{i}]") for i, o in enumerate(line.options))
        return line.model_copy(update={"options": tuple(options)})
