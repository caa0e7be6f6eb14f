"""The confirmed promises that cannot be kept, in the orders' table.

Under `broken`, an item for each order (`Broken`), by its id. It comes and goes with the reason in the order's head.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from order_processing.adapters.attributes import document, read_document, text
from order_processing.adapters.order_items import key
from order_processing.adapters.queried import each_item
from order_processing.adapters.transactions import Write
from order_processing.renewal_port import Broken

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PARTITION = "broken"


class BrokenPromises:
    """Reads the list."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def broken(self) -> list[Broken]:
        """All of them, the oldest first."""
        found = each_item(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="order_id = :broken",
            ExpressionAttributeValues={":broken": text(_PARTITION)},
            ConsistentRead=True,
        )
        return sorted((read_document(item["document"], Broken) for item in found), key=lambda broken: broken.since)


def broken_write(broken: Broken, *, table: str) -> Write:
    """The transaction's write that puts an order on the list."""
    return {"Put": {"TableName": table, "Item": {**key(_PARTITION, broken.order_id), "document": document(broken)}}}


def mended_write(order_id: str, *, table: str) -> Write:
    """The transaction's write that takes an order from the list."""
    return {"Delete": {"TableName": table, "Key": key(_PARTITION, order_id)}}
