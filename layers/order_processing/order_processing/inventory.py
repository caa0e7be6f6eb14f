"""Stock and supply: what there is, what may still be promised, and the port that holds it.

For every source: quantity = available + reserved (+ safety, for stock). `available` is what may still be
promised to anyone; it is negative where a count or a receipt came out below what is already reserved.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated, Literal, Protocol

from pydantic import Field, StringConstraints

from order_processing.order import Quantity, Record, Text

Count = Annotated[int, Field(ge=0, le=10**9)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Place = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^#]+$", max_length=80)]


class Stock(Record):
    """Pieces of one SKU that lie at a location.

    bucket: stock of a SKU that many orders want at once is spread over several counters; buckets: how many.
    safety: kept back, never promised. last_count: the document of the last count taken in.
    """

    sku: Text
    location: Text
    bucket: int = 0
    buckets: int = 1
    available: int
    reserved: Count = 0
    safety: Count = 0
    last_count: Text = ""

    @property
    def on_hand(self) -> int:
        """How many are there."""
        return self.available + self.reserved + self.safety


class Supply(Record):
    """Pieces of one SKU that will come: a purchase receipt or a production order.

    document: its number, by which it is known. due_on: the day on which it is at the location, there.
    """

    sku: Text
    location: Text
    document: Text
    kind: Literal["purchase", "production"] = "purchase"
    due_on: date
    available: int
    reserved: Count = 0

    @property
    def quantity(self) -> int:
        """How many will come."""
        return self.available + self.reserved


class Recipe(Record):
    """How a product is made to order at a plant: from which materials (SKU, pieces of it for one product).

    working_days: how long the plant takes once the materials are there; without materials they are always there.
    """

    sku: Text
    location: Place
    working_days: Annotated[int, Field(ge=0, le=366)]
    materials: tuple[tuple[Text, Quantity], ...] = ()


class StockCount(Record):
    """A count of one SKU at a location. document: its number; the same count given twice counts once.

    buckets: over how many counters the stock is to be spread from now on; it never becomes fewer.
    """

    document: Name
    sku: Name
    location: Place
    on_hand: Count
    safety: Count = 0
    buckets: Annotated[int, Field(ge=1, le=64)] = 1


class PlannedSupply(Record):
    """A purchase receipt or production order as planned, or planned anew under the same document number."""

    document: Name
    sku: Name
    location: Place
    kind: Literal["purchase", "production"] = "purchase"
    due_on: date
    quantity: Quantity


class Receipt(Record):
    """What came of a supply. document: the receipt's own number; supply: the document that planned it.

    final: no more will come of it. A receipt of 0 that is final says that nothing will.
    """

    document: Name
    supply: Name
    sku: Name
    location: Place
    quantity: Count
    final: bool = False


def counted(held: Sequence[Stock], count: StockCount) -> list[Stock]:
    """The stock of a SKU at a location after a count, spread evenly over its buckets.

    held: its buckets before, bucket 0 first; empty where none was kept. What is reserved stays reserved;
    where that is more than was counted, bucket 0 says by how much (`available` below zero). No more is kept back as
    safety than there is beyond what is reserved.
    """
    reserved = [stock.reserved for stock in held] + [0] * max(0, count.buckets - len(held))
    safety = min(count.safety, max(0, count.on_hand - sum(reserved)))
    free = count.on_hand - safety - sum(reserved)
    each, more = divmod(max(free, 0), len(reserved))
    after = []
    for bucket, of_bucket in enumerate(reserved):
        available = each + (bucket < more) + (min(free, 0) if bucket == 0 else 0)
        after.append(
            Stock(
                sku=count.sku,
                location=count.location,
                bucket=bucket,
                available=available,
                reserved=of_bucket,
                safety=safety if bucket == 0 else 0,
                last_count=count.document,
            )
        )
    return after


def seen_enough(stock: Iterable[Stock], wanted: Mapping[str, int]) -> bool:
    """Whether no bucket that was not looked at could change what is promised.

    stock: what was seen; wanted: pieces by SKU. So it is when every location whose buckets were not all seen holds in
    those that were as much as is wanted.
    """
    seen: dict[tuple[str, str], tuple[int, int, int]] = {}
    for held in stock:
        count, pieces, _ = seen.get((held.sku, held.location), (0, 0, 0))
        seen[held.sku, held.location] = count + 1, pieces + max(held.available, 0), held.buckets
    return all(count == of or pieces >= wanted.get(sku, 0) for (sku, _), (count, pieces, of) in seen.items())


class OutOfStock(RuntimeError):
    """A source no longer holds what was promised from it: read it again and promise anew."""


class Inventory(Protocol):
    """Stock and supply by SKU."""

    def read_with_materials(
        self, skus: Iterable[str], *, turn: int | None = None
    ) -> tuple[list[Stock], list[Supply], list[Recipe]]:
        """All stock and all coming supply of these SKUs and of the materials of what is made to order, as of now,
        and the recipes by which it is made.

        turn: an order's own number (`turn_of`): of a SKU with many buckets just a few are looked at, from there
        on. What is not found so may still be there: without a turn everything is read.
        """
        ...
