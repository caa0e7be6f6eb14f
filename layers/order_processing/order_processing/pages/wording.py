"""An order's fields and what is wrong with them, in the customer's language and words."""

from __future__ import annotations

import re

from order_processing import order_number
from order_processing.discrepancy import Discrepancy
from order_processing.mail.plain import one_line
from order_processing.mail.writer import Writer
from order_processing.money import minor_units
from order_processing.order import Order
from order_processing.pages import texts
from order_processing.places import country_code
from order_processing.proposal import Mistake
from order_processing.settings import Settings
from order_processing.verification.corrections import proposed

_LINE = re.compile(r"lines\[(\d+)\]\.?(\w*)")
_QUANTITIES = re.compile(r"(?:a multiple of (?P<multiple>\d+)|a quantity) from (?P<least>\d+)(?: to (?P<most>\d+)| on)")
_EXAMPLE = re.compile(r"such as (.+)$")


class Wording:
    """Words about one order."""

    def __init__(self, order_id: str, order: Order, settings: Settings) -> None:
        self.order = order
        self.mail = Writer(order_id, order, settings)
        self.page = texts.of(self.mail.text.language)
        self.number = order_number.display(order_id)

    def say(self, key: str) -> str:
        """One of the pages' texts that names at most the order's number and the store."""
        return self.page(key, number=self.number, store=one_line(self.mail.store.name))

    def section(self, path: str) -> str:
        """The part of the order that a field belongs to: "Delivery address", or a line's product."""
        if match := _LINE.match(path):
            number = int(match[1])
            return self.mail.line(self.order.lines[number]).description if number < len(self.order.lines) else ""
        part = path.partition(".")[0]
        if part == "shipping":
            return self.page("section.shipping")
        return self.mail.text(f"field.{part}" if f"field.{part}" in self.mail.text else "field.order")

    def label(self, path: str) -> str:
        """A field's name within its part."""
        return self.page(f"label.{path.rpartition('.')[2]}")

    def place(self, path: str) -> str:
        """Part and field: "Delivery address: City"."""
        return self.mail.text("discrepancy.part_field", part=self.section(path), field=self.label(path))

    def problem(self, discrepancy: Discrepancy) -> str:
        """What is wrong."""
        for text, key in (
            (self.page, f"problem.{discrepancy.code}"),
            (self.mail.text, f"discrepancy.{discrepancy.code}"),
        ):
            if key in text:
                return text(key)
        return self.page("problem.other")

    def hint(self, discrepancy: Discrepancy) -> str:
        """What would be right, as far as it can be said in the customer's language; "" where it cannot."""
        if discrepancy.code == "QUANTITY_NOT_ALLOWED":
            return self._quantities(discrepancy.expected)
        if discrepancy.code in ("PRICE_ABOVE_LIST", "SHIPPING_PRICE_ABOVE"):
            return ""
        if value := one_line(proposed(discrepancy) or ""):
            return self.page("hint.proposed", value=value)
        example = _EXAMPLE.search(one_line(discrepancy.expected))
        return self.page("hint.example", example=example[1]) if example else ""

    def mistake(self, mistake: Mistake) -> str:
        """Why a value cannot stand in its field."""
        if mistake.path == "lines":
            return self.page("problem.nothing_left")
        return self.page("problem.number" if mistake.path.endswith(".quantity") else "problem.too_long")

    def value(self, path: str, value: str) -> str:
        """A field's value as the preview shows it."""
        if path.endswith(".quantity") and value == "0":
            return self.page("preview.out")
        if path.endswith((".unit_price", ".price")):
            return self.price(value)
        if path.endswith(".country") and (code := country_code(value)):
            return str(self.mail.figures.locale.territories.get(code, code))
        return one_line(value) or self.page("preview.empty")

    def price(self, value: str) -> str:
        """An amount that stands as text in major units."""
        return self.mail.amount(minor_units(value, self.order.currency))

    def _quantities(self, expected: str) -> str:
        match = _QUANTITIES.fullmatch(expected)
        if not match:
            return ""
        kind = "multiple" if match["multiple"] else "within" if match["most"] else "least"
        kind += "_within" if match["multiple"] and match["most"] else ""
        figures = {k: self.mail.figures.number(int(v)) for k, v in match.groupdict().items() if v}
        return self.page(f"quantity.{kind}", **figures)
