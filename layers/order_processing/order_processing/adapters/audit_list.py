"""The orders that are open in the books, in the table of findings: each audit looks at them again.

Table: partition key `list`, sort key `entry`:
- `books`, `<time>#<number>`: up to 500 orders (`orders`, their ids) that came in from that time on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from order_processing.adapters.attributes import iso, text
from order_processing.adapters.queried import each_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LIST = "books"
_MOST = 500


class DynamoAuditList:
    """The port `AuditList`; see the module's text for its items."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, since: datetime, order_ids: Sequence[str]) -> None:
        """List orders that came in from a time on; done again it changes nothing but what was dropped meanwhile."""
        for number, start in enumerate(range(0, len(order_ids), _MOST)):
            self.keep(f"{iso(since)}#{number:04}", order_ids[start : start + _MOST])

    def pages(self) -> Iterator[tuple[str, list[str]]]:
        """Every entry with its orders, those that came first before others."""
        found = each_item(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="#list = :list",
            ExpressionAttributeNames={"#list": "list"},
            ExpressionAttributeValues={":list": text(_LIST)},
            ConsistentRead=True,
        )
        for item in found:
            yield item["entry"]["S"], item["orders"]["S"].split()

    def keep(self, entry: str, order_ids: Sequence[str]) -> None:
        """What is left of an entry; nothing removes it."""
        key = {"list": text(_LIST), "entry": text(entry)}
        if order_ids:
            self._client.put_item(TableName=self._table, Item={**key, "orders": text(" ".join(order_ids))})
        else:
            self._client.delete_item(TableName=self._table, Key=key)
