"""The promise: per line, from what it is delivered and when, and the reservation that makes it true."""

from datetime import date
from typing import Literal

from order_processing.order import Quantity, Record, Text

DIGITAL = "digital"
"""The location of what is handed out by e-mail: licence keys. It is no warehouse, and nothing travels from it."""


class Allocation(Record):
    """A quantity of one SKU taken from one source.

    kind: `stock` (source_id is "") or `supply` (source_id is the receipt's document number), or
        `production`: it is made for this order from the promise's `materials`.
    bucket: which of the stock's counters it was taken from.
    ship_date, delivery_date: at the location, and at the destination.
    reason: the dates in words.
    """

    line_id: Text
    sku: Text
    quantity: Quantity
    kind: Literal["stock", "supply", "production"]
    location: Text
    source_id: Text = ""
    bucket: int = 0
    ship_date: date
    delivery_date: date
    reason: Text = ""


class Promise(Record):
    """All that is promised to an order. Digital lines are there at once: only those with licence keys
    have an allocation, of keys, at the location DIGITAL.

    materials: what is reserved to make products from and is never shipped itself.
    """

    allocations: tuple[Allocation, ...]
    materials: tuple[Allocation, ...] = ()

    @property
    def delivery_date(self) -> date | None:
        """The day on which everything is there; None when nothing travels."""
        return max((a.delivery_date for a in self.allocations if a.location != DIGITAL), default=None)

    def delivery_date_of(self, line_id: str) -> date | None:
        """The day on which the whole line is there."""
        return max(
            (a.delivery_date for a in self.allocations if a.line_id == line_id and a.location != DIGITAL), default=None
        )
