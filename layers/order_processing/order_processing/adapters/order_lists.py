"""What lists tell of many orders, in DynamoDB; the items are described in `orders`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import iso, read_document, text
from order_processing.adapters.order_items import LATE_CANCELLATIONS, key
from order_processing.adapters.queried import each_item
from order_processing.order_parts import Handling
from order_processing.status import Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class OrderLists:
    """Looks up many orders at once, by key."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def states(self, order_ids: Sequence[str]) -> dict[str, tuple[Status, bool]]:
        """Each order's status and whether it has left, of up to 100 orders, eventually consistent."""
        wanted: Any = [key(order_id, "order") for order_id in order_ids]
        found: dict[str, tuple[Status, bool]] = {}
        while wanted:
            answer: Any = self._client.batch_get_item(RequestItems={self._table: {"Keys": wanted}})
            for item in answer["Responses"][self._table]:
                handling = read_document(item["handling"], Handling) if "handling" in item else Handling()
                found[item["order_id"]["S"]] = Status(item["status"]["S"]), handling.handed_over_at is not None
            wanted = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        return found

    def late_cancellations(self, since: datetime) -> list[str]:
        """The ids of the orders whose cancellation came too late, since a time, the oldest first."""
        found = each_item(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="order_id = :list AND part >= :since",
            ExpressionAttributeValues={":list": text(LATE_CANCELLATIONS), ":since": text(iso(since))},
        )
        return [item["listed"]["S"] for item in found]
