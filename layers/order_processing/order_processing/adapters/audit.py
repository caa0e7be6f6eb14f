"""What staff did, in the orders table: partition `audit#<day>` (UTC), and `audit#<order id>` for what was about one.

Sort key: the time, who, and what. Two writes for each act and two for what came of it; nothing of it is an order's.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from order_processing.adapters.attributes import document, iso, read_document, text
from order_processing.adapters.order_items import key
from order_processing.adapters.queried import each_item
from order_processing.audit import Act

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoAudit:
    """The port `Audit`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def keep(self, act: Act) -> None:
        part = f"{iso(act.at)}#{act.by}#{act.what}#{act.order_id}"
        for about in filter(None, (iso(act.at)[:10], act.order_id)):
            self._client.put_item(
                TableName=self._table, Item={**key(f"audit#{about}", part), "document": document(act)}
            )

    def of_order(self, order_id: str) -> list[Act]:
        return self._acts(order_id)

    def of_day(self, day: date) -> list[Act]:
        return self._acts(day.isoformat())[::-1]

    def _acts(self, about: str) -> list[Act]:
        found = each_item(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="order_id = :about",
            ExpressionAttributeValues={":about": text(f"audit#{about}")},
        )
        return [read_document(item["document"], Act) for item in found]
