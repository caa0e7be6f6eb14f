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
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

from order_processing.adapters.attributes import document, number, read_document, text
from order_processing.adapters.inventory_items import Item, partition_of, read_stock, read_supply, stock_key
from order_processing.adapters.queried import each_item
from order_processing.adapters.receipts import Receipts
from order_processing.adapters.supply_writes import once, once_key
from order_processing.adapters.transactions import Refused, Write, pause, write_all
from order_processing.inventory import OutOfStock, PlannedSupply, Receipt, Recipe, Stock, StockCount, Supply, counted
from order_processing.inventory_documents import Taken, check_same

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 8
_READERS = 8
_SEEN = 4


class DynamoInventory:
    """The port `Inventory` on a DynamoDB table, and what keeps it up to date; see the module's text."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._receipts = Receipts(client, table)

    def read(self, skus: Iterable[str], *, turn: int | None = None) -> tuple[list[Stock], list[Supply]]:
        """All stock and all coming supply of these SKUs, as of now; turn: see the port."""
        stock, supply, _ = self._read(skus, turn)
        return stock, supply

    def read_with_materials(
        self, skus: Iterable[str], *, turn: int | None = None
    ) -> tuple[list[Stock], list[Supply], list[Recipe]]:
        wanted = list(dict.fromkeys(skus))
        stock, supply, recipes = self._read(wanted, turn)
        materials = dict.fromkeys(sku for recipe in recipes for sku, _ in recipe.materials)
        more_stock, more_supply, _ = self._read([sku for sku in materials if sku not in wanted], turn)
        return stock + more_stock, supply + more_supply, recipes

    def set_recipe(self, recipe: Recipe) -> None:
        """Keep how a product is made to order at a plant, in place of how it was made there before."""
        key = {"sku": text(recipe.sku), "source": text(f"recipe#{recipe.location}")}
        self._client.put_item(TableName=self._table, Item={**key, "document": document(recipe)})

    def _read(self, skus: Iterable[str], turn: int | None) -> tuple[list[Stock], list[Supply], list[Recipe]]:
        wanted = [(sku, 0) for sku in dict.fromkeys(skus)]
        stock: list[Stock] = []
        supply: list[Supply] = []
        recipes: list[Recipe] = []
        more: list[tuple[str, int]] = []
        for (sku, _), items in zip(wanted, self._query(wanted), strict=True):
            buckets = 1
            for item in items:
                source = item["source"]["S"]
                if source.startswith("supply#"):
                    supply.append(read_supply(item))
                elif source.startswith("recipe#"):
                    recipes.append(read_document(item["document"], Recipe))
                elif source.startswith("stock#") and item["bucket"]["N"] == "0":
                    of = int(item["buckets"]["N"])
                    buckets = max(buckets, of)
                    if 0 in _seen_buckets(of, turn):
                        stock.append(read_stock(sku, item))
            more += [(sku, bucket) for bucket in sorted(_seen_buckets(buckets, turn) - {0})]
        for (sku, bucket), items in zip(more, self._query(more), strict=True):
            stock += [read_stock(sku, item) for item in items if item.get("bucket") == number(bucket)]
        return stock, supply, recipes

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
        return self._receipts.plan(planned)

    def receive(self, receipt: Receipt) -> Taken:
        """Take in what came of a supply: see `Receipts.receive`."""
        return self._receipts.receive(receipt)

    def _query(self, partitions: Sequence[tuple[str, int]]) -> list[list[Item]]:
        if len(partitions) < 2:
            return [self._partition(*partition) for partition in partitions]
        with ThreadPoolExecutor(min(_READERS, len(partitions))) as readers:
            return list(readers.map(lambda partition: self._partition(*partition), partitions))

    def _partition(self, sku: str, bucket: int) -> list[Item]:
        found = each_item(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="sku = :sku",
            ExpressionAttributeValues={":sku": text(partition_of(sku, bucket))},
            ConsistentRead=True,
        )
        return list(found)

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


def _seen_buckets(buckets: int, turn: int | None) -> set[int]:
    """The buckets that are looked at: all, or of many just a few from the order's turn on."""
    if turn is None or buckets <= _SEEN:
        return set(range(buckets))
    return {(turn + number) % buckets for number in range(_SEEN)}
