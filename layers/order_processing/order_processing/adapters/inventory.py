"""Stock and supply in DynamoDB.

Table: partition key `sku`, sort key `source`:
- `stock#<location>#<bucket>`: pieces at a location. Bucket 0 stands under the SKU itself and says how many
  `buckets` there are; bucket n stands under `<SKU>#<n>`, because what DynamoDB limits is writes to a partition.
- `supply#<location>#<document>`: pieces that will come.
- `count#<SKU>#<location>` under `document#<number>`: a count that was taken in.
Each source has `available` (what may still be promised) and `reserved`; a reservation moves pieces from one
to the other on the condition that they are there, so that no number of orders at once takes more than there is.
"""

from __future__ import annotations

import random
import time as clock
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from order_processing.adapters.attributes import Attribute, number, text
from order_processing.inventory import OutOfStock, PlannedSupply, Stock, StockCount, Supply, counted
from order_processing.promise import Allocation, Promise

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Write = dict[str, Any]
Item = dict[str, Attribute]
MOST_WRITES = 100
_TRIES = 8
_READERS = 8


class TooManySources(ValueError):
    """More sources than one transaction can hold."""


def reservation_writes(promise: Promise, *, table: str) -> list[Write]:
    """The transaction's writes that take what is promised, each on the condition that it is there."""
    return [_move(key, quantity, table) for key, quantity in _by_source(promise, table)]


def release_writes(promise: Promise, *, table: str) -> list[Write]:
    """The transaction's writes that give back what was reserved."""
    return [_move(key, -quantity, table) for key, quantity in _by_source(promise, table)]


def raise_if_out_of_stock(writes: Sequence[Write], codes: Sequence[str]) -> None:
    """Raise OutOfStock if the transaction was cancelled because a source held too little.

    codes: the cancellation's codes of these same writes, in their order.
    """
    for write, code in zip(writes, codes, strict=True):
        if code == "ConditionalCheckFailed":
            key = write["Update"]["Key"]
            raise OutOfStock(f"{key['sku']['S']}: {key['source']['S']} no longer holds what was promised from it")


class DynamoInventory:
    """The port `Inventory` on a DynamoDB table, and what keeps it up to date; see the module's text."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, skus: Iterable[str]) -> tuple[list[Stock], list[Supply]]:
        wanted = [(sku, 0) for sku in dict.fromkeys(skus)]
        stock: list[Stock] = []
        supply: list[Supply] = []
        more: list[tuple[str, int]] = []
        for (sku, _), items in zip(wanted, self._query(wanted), strict=True):
            buckets = 1
            for item in items:
                source = item["source"]["S"]
                if source.startswith("supply#"):
                    supply.append(_supply(item))
                elif source.startswith("stock#") and item["bucket"]["N"] == "0":
                    stock.append(_stock(sku, item))
                    buckets = max(buckets, int(item["buckets"]["N"]))
            more += [(sku, bucket) for bucket in range(1, buckets)]
        for (sku, bucket), items in zip(more, self._query(more), strict=True):
            stock += [_stock(sku, item) for item in items if item.get("bucket") == number(bucket)]
        return stock, supply

    def count(self, count: StockCount) -> list[Stock]:
        """Take in a count of stock, once for its document; the buckets as they are after it."""
        for attempt in range(_TRIES):
            held = sorted(
                (stock for stock in self.read([count.sku])[0] if stock.location == count.location),
                key=lambda stock: stock.bucket,
            )
            after = counted(held, count)
            try:
                writes: list[Any] = [self._once(count), *self._count_writes(held, after)]
                self._client.transact_write_items(TransactItems=writes)
                return after
            except self._client.exceptions.TransactionCanceledException as error:
                if error.response["CancellationReasons"][0].get("Code") == "ConditionalCheckFailed":
                    return held
            _pause(attempt)
        raise OutOfStock(f"{count.sku} in {count.location}: stock changed {_TRIES} times while it was counted")

    def plan_supply(self, planned: PlannedSupply) -> None:
        """Take in a receipt or production order as planned: a new one, or a change of the same document.

        A quantity below what is already reserved from it leaves `available` below zero.
        """
        key = {"sku": text(planned.sku), "source": text(f"supply#{planned.location}#{planned.document}")}
        for attempt in range(_TRIES):
            held = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
            before = int(held["planned"]["N"]) if held else 0
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=key,
                    UpdateExpression="SET #location = :location, document = :document, kind = :kind, due_on = :due, "
                    "planned = :quantity, reserved = if_not_exists(reserved, :zero) ADD available :difference",
                    ConditionExpression="planned = :before" if held else "attribute_not_exists(planned)",
                    ExpressionAttributeNames={"#location": "location"},
                    ExpressionAttributeValues={
                        ":location": text(planned.location),
                        ":document": text(planned.document),
                        ":kind": text(planned.kind),
                        ":due": text(planned.due_on.isoformat()),
                        ":quantity": number(planned.quantity),
                        ":zero": number(0),
                        ":difference": number(planned.quantity - before),
                        **({":before": number(before)} if held else {}),
                    },
                )
                return
            except self._client.exceptions.ConditionalCheckFailedException:
                _pause(attempt)
        raise OutOfStock(f"{planned.document}: it changed {_TRIES} times while it was being planned")

    def _query(self, partitions: Sequence[tuple[str, int]]) -> list[list[Item]]:
        if len(partitions) < 2:
            return [self._partition(*partition) for partition in partitions]
        with ThreadPoolExecutor(min(_READERS, len(partitions))) as readers:
            return list(readers.map(lambda partition: self._partition(*partition), partitions))

    def _partition(self, sku: str, bucket: int) -> list[Item]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="sku = :sku",
            ExpressionAttributeValues={":sku": text(_partition_of(sku, bucket))},
            ConsistentRead=True,
        )
        return [cast(Item, item) for page in pages for item in page["Items"]]

    def _once(self, count: StockCount) -> Write:
        return {
            "Put": {
                "TableName": self._table,
                "Item": {
                    "sku": text(f"document#{count.document}"),
                    "source": text(f"count#{count.sku}#{count.location}"),
                },
                "ConditionExpression": "attribute_not_exists(sku)",
            }
        }

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
                "Key": _stock_key(stock.sku, stock.location, stock.bucket),
                "UpdateExpression": "SET #location = :location, #bucket = :bucket, buckets = :buckets,"
                " safety = :safety, last_count = :document, reserved = if_not_exists(reserved, :zero)"
                " ADD available :difference",
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {"#location": "location", "#bucket": "bucket"},
                "ExpressionAttributeValues": values,
            }
            writes.append({"Update": update})
        return writes


def _by_source(promise: Promise, table: str) -> list[tuple[Item, int]]:
    totals: dict[tuple[str, str], int] = {}
    for allocation in promise.allocations:
        key = _key(allocation)
        place = key["sku"]["S"], key["source"]["S"]
        totals[place] = totals.get(place, 0) + allocation.quantity
    if len(totals) >= MOST_WRITES:
        raise TooManySources(f"{len(totals)} sources are more than the {MOST_WRITES - 1} that fit beside the order")
    return [({"sku": text(sku), "source": text(source)}, quantity) for (sku, source), quantity in totals.items()]


def _move(key: Item, quantity: int, table: str) -> Write:
    """From available to reserved, or back when the quantity is negative."""
    update = {
        "TableName": table,
        "Key": key,
        "UpdateExpression": "ADD available :out, reserved :in",
        "ConditionExpression": "available >= :needed" if quantity > 0 else "reserved >= :needed",
        "ExpressionAttributeValues": {
            ":out": number(-quantity),
            ":in": number(quantity),
            ":needed": number(abs(quantity)),
        },
    }
    return {"Update": update}


def _key(allocation: Allocation) -> Item:
    if allocation.kind == "stock":
        return _stock_key(allocation.sku, allocation.location, allocation.bucket)
    return {"sku": text(allocation.sku), "source": text(f"supply#{allocation.location}#{allocation.source_id}")}


def _stock_key(sku: str, location: str, bucket: int) -> Item:
    return {"sku": text(_partition_of(sku, bucket)), "source": text(f"stock#{location}#{bucket}")}


def _partition_of(sku: str, bucket: int) -> str:
    return f"{sku}#{bucket}" if bucket else sku


def _stock(sku: str, item: Item) -> Stock:
    return Stock(
        sku=sku,
        location=item["location"]["S"],
        bucket=int(item["bucket"]["N"]),
        available=int(item["available"]["N"]),
        reserved=int(item["reserved"]["N"]),
        safety=int(item["safety"]["N"]),
        last_count=item["last_count"]["S"],
    )


def _supply(item: Item) -> Supply:
    return Supply.model_validate(
        {
            "sku": item["sku"]["S"],
            "location": item["location"]["S"],
            "document": item["document"]["S"],
            "kind": item["kind"]["S"],
            "due_on": date.fromisoformat(item["due_on"]["S"]),
            "available": int(item["available"]["N"]),
            "reserved": int(item["reserved"]["N"]),
        }
    )


def _pause(attempt: int) -> None:
    clock.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, not a secret
