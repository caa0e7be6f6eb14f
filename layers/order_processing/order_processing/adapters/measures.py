"""What was counted of each day, in the orders table: partition `measures`, sort key the day; one item a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import TYPE_CHECKING

from order_processing.adapters.attributes import document, read_document, text
from order_processing.adapters.order_items import RECEIVED_INDEX, SHARDS, key
from order_processing.adapters.queried import each_item, each_page
from order_processing.measures import DayMeasures
from order_processing.orders import Orders
from order_processing.stored_order import StoredOrder

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MEASURES = "measures"
_READERS = 8
_AT_ONCE = 200


class DynamoMeasures:
    """The port `Measures`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def keep(self, day: DayMeasures) -> None:
        item = {**key(_MEASURES, day.day.isoformat()), "document": document(day)}
        self._client.put_item(TableName=self._table, Item=item)

    def between(self, first: date, last: date) -> list[DayMeasures]:
        found = each_item(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="order_id = :list AND part BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":list": text(_MEASURES),
                ":first": text(first.isoformat()),
                ":last": text(last.isoformat()),
            },
        )
        return [read_document(item["document"], DayMeasures) for item in found]


class OrdersOfDay:
    """Every order that came on a day (UTC): its key from the index, then the order, some at a time."""

    def __init__(self, client: DynamoDBClient, table: str, orders: Orders) -> None:
        self._client = client
        self._table = table
        self._orders = orders

    def __call__(self, day: date) -> Iterator[StoredOrder]:
        with ThreadPoolExecutor(_READERS) as readers:
            for some in self._ids(day):
                yield from readers.map(self._orders.load, some)

    def _ids(self, day: date) -> Iterator[Sequence[str]]:
        for shard in range(SHARDS):
            found = each_page(
                self._client.query,
                TableName=self._table,
                IndexName=RECEIVED_INDEX,
                KeyConditionExpression="received_day = :day",
                ExpressionAttributeValues={":day": text(f"{day.isoformat()}#{shard}")},
                Limit=_AT_ONCE,
            )
            for page in found:
                yield [item["order_id"]["S"] for item in page]
