"""Stock and supply in DynamoDB.

Table: partition key `sku`, sort key `source`:
- `stock#<location>#<bucket>`: pieces at a location. Bucket 0 stands under the SKU itself and says how many
  `buckets` there are; bucket n stands under `<SKU>#<n>`, because what DynamoDB limits is writes to a partition.
- `supply#<location>#<document>`: pieces that will come.
- `recipe#<location>`: how the SKU is made to order there.
- under `document#<number>`: what was taken in of a count or a receipt, so that it is taken in once.
- under `claim#<location>#<document>`: what orders hold of supply; under `order#<id>`: parts of a large
  order's reservation (see `reservations`).
Each source has `available` (what may still be promised) and `reserved`; a reservation moves pieces from one
to the other on the condition that they are there, so that no number of orders at once takes more than there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from order_processing.adapters.attributes import document, number, read_document, text
from order_processing.adapters.inventory_items import Item, stock_key
from order_processing.adapters.receipts import Receipts
from order_processing.adapters.stock_reader import StockReader
from order_processing.adapters.supply_writes import once, once_key
from order_processing.adapters.transactions import Refused, Write, pause, write_all
from order_processing.inventory import OutOfStock, PlannedSupply, Receipt, Recipe, Stock, StockCount, counted
from order_processing.inventory_documents import Taken, check_same

_TRIES = 8


class DynamoInventory(StockReader):
    """Stock and supply as `StockReader` reads it, and what keeps it up to date; see the module's text."""

    def set_recipe(self, recipe: Recipe) -> None:
        """Keep how a product is made to order at a plant, in place of how it was made there before."""
        key = {"sku": text(recipe.sku), "source": text(f"recipe#{recipe.location}")}
        self._client.put_item(TableName=self._table, Item={**key, "document": document(recipe)})

    def count(self, count: StockCount) -> Taken:
        """Take in a count of stock, once for its document. Where less was counted than is reserved, it is `short`.

        Raises DocumentTaken when the document said something else before.
        """
        key = once_key(count.document, f"count#{count.sku}#{count.location}")
        for attempt in range(_TRIES):
            held = sorted(
                (stock for stock in self.read([count.sku])[0] if stock.location == count.location),
                key=lambda stock: stock.bucket,
            )
            after = counted(held, count)
            try:
                write_all(self._client, [once(self._table, key, count), *self._count_writes(held, after)])
                return Taken(outcome="new", short=_short(after))
            except Refused as refused:
                if 0 in refused.places:
                    check_same(count, self._said(key, count))
                    return Taken(outcome="unchanged", short=_short(held))
            pause(attempt)
        raise OutOfStock(f"{count.sku} in {count.location}: stock changed {_TRIES} times while it was counted")

    def plan_supply(self, planned: PlannedSupply) -> Taken:
        """Take in a receipt or production order as planned: see `Receipts.plan`."""
        return Receipts(self._client, self._table).plan(planned)

    def receive(self, receipt: Receipt) -> Taken:
        """Take in what came of a supply: see `Receipts.receive`."""
        return Receipts(self._client, self._table).receive(receipt)

    def _said(self, key: Item, count: StockCount) -> StockCount:
        """What the count's document said when it was taken in."""
        item = cast(Item, self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)["Item"])
        return read_document(item["content"], StockCount) if "content" in item else count

    def _count_writes(self, held: Sequence[Stock], after: Sequence[Stock]) -> list[Write]:
        """Each bucket's change as a difference: an order that reserves meanwhile moves pieces, but adds none.

        So only another count is in the way, or an order that takes what was to move to another bucket.
        """
        before = {stock.bucket: stock for stock in held}
        writes = []
        for stock in after:
            seen = before.get(stock.bucket)
            difference = stock.available - (seen.available if seen else 0)
            condition = "last_count = :seen" if seen else "attribute_not_exists(last_count)"
            values = {
                ":difference": number(difference),
                ":safety": number(stock.safety),
                ":location": text(stock.location),
                ":bucket": number(stock.bucket),
                ":buckets": number(len(after)),
                ":zero": number(0),
                ":document": text(stock.last_count),
                **({":seen": text(seen.last_count)} if seen else {}),
            }
            if difference < 0 <= stock.available:
                condition += " AND available >= :taken"
                values[":taken"] = number(-difference)
            update = {
                "TableName": self._table,
                "Key": stock_key(stock.sku, stock.location, stock.bucket),
                "UpdateExpression": "SET #location = :location, #bucket = :bucket, buckets = :buckets,"
                " safety = :safety, last_count = :document, reserved = if_not_exists(reserved, :zero)"
                " ADD available :difference",
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {"#location": "location", "#bucket": "bucket"},
                "ExpressionAttributeValues": values,
            }
            writes.append({"Update": update})
        return writes


def _short(stock: Iterable[Stock]) -> int:
    """How many pieces are reserved that are not there."""
    return -sum(min(held.available, 0) for held in stock)
