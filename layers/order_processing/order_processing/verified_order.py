"""The verified order: the order with its discrepancies put right, and what later stages need of each product."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from order_processing.discrepancy import Discrepancy
from order_processing.order import Order, Record, Text


class Item(Record):
    """The product behind a line, as the catalogue had it when the order was verified.

    weight_g: grams of one piece. size_mm: length, width, height of one piece in its own packing.
    hs_code: Harmonized System code; origin: ISO 3166-1 alpha-2. picture: https URL or "".
    components: for a bundle, (SKU, pieces per bundle): they are what is reserved and packed.
    """

    line_id: Text
    sku: Text
    description: Text
    digital: bool = False
    weight_g: Annotated[int, Field(ge=0)] = 0
    size_mm: tuple[int, int, int] = (0, 0, 0)
    hs_code: Text = ""
    origin: Text = ""
    picture: Text = ""
    components: tuple[tuple[str, int], ...] = ()
    fragile: bool = False
    keep_upright: bool = False
    dangerous: Text = ""


class VerifiedOrder(Record):
    """What verification leaves behind. `order` is as corrected; `items` holds one Item a line.

    customer_id: the account's id: the known customer's, or a keyed hash of a guest's e-mail.
    service: our delivery service that carries it ("" for digital-only orders).
    """

    order: Order
    customer_id: Text
    items: tuple[Item, ...]
    service: Text = ""
    discrepancies: tuple[Discrepancy, ...] = ()

    def item(self, line_id: str) -> Item:
        """The product behind a line."""
        return next(item for item in self.items if item.line_id == line_id)
