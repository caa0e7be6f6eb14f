"""Reading stock and supply: what stage 2, a quote and staff look at. Its items: see `inventory`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from order_processing.adapters.attributes import number, read_document, text
from order_processing.adapters.inventory_items import Item, partition_of, read_stock, read_supply
from order_processing.adapters.queried import each_item
from order_processing.inventory import Recipe, Stock, Supply

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_READERS = 8
_SEEN = 4


class StockReader:
    """The port `Inventory` on a DynamoDB table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

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


def _seen_buckets(buckets: int, turn: int | None) -> set[int]:
    """The buckets that are looked at: all, or of many just a few from the order's turn on."""
    if turn is None or buckets <= _SEEN:
        return set(range(buckets))
    return {(turn + number) % buckets for number in range(_SEEN)}
