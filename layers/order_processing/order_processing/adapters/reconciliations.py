"""How far each store was compared with its own list of orders, in the orders table.

Partition `store#<source>#<store>`: sort key `reconciled`, the last comparison; `missed#<time>`, one that found
something, for the report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import Attribute, document, iso, read_document, text
from order_processing.reconciliation import Reconciled

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MOST_IN_REPORT = 100


class DynamoReconciliations:
    """The port `Reconciliations`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def last(self, source: str, store: str) -> Reconciled | None:
        found: Any = self._client.get_item(
            TableName=self._table, Key=_key(source, store, "reconciled"), ConsistentRead=True
        )
        return read_document(found["Item"]["document"], Reconciled) if "Item" in found else None

    def keep(self, reconciled: Reconciled) -> None:
        if reconciled.missed or reconciled.changed or reconciled.set_aside:
            self._put(f"missed#{iso(reconciled.at)}", reconciled)
        self._put("reconciled", reconciled)

    def report(self, source: str, store: str) -> list[Reconciled]:
        """The newest comparisons that found something, the newest first."""
        found: Any = self._client.query(
            TableName=self._table,
            KeyConditionExpression="order_id = :store AND begins_with(part, :missed)",
            ExpressionAttributeValues={":store": text(f"store#{source}#{store}"), ":missed": text("missed#")},
            ScanIndexForward=False,
            Limit=_MOST_IN_REPORT,
        )
        return [read_document(item["document"], Reconciled) for item in found["Items"]]

    def _put(self, part: str, reconciled: Reconciled) -> None:
        item = {**_key(reconciled.source, reconciled.store, part), "document": document(reconciled)}
        self._client.put_item(TableName=self._table, Item=item)


def _key(source: str, store: str, part: str) -> dict[str, Attribute]:
    return {"order_id": text(f"store#{source}#{store}"), "part": text(part)}
