"""Sessions of the console in DynamoDB. Table: partition key `session`, a hash of the cookie; `ends_at` is its TTL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import document, number, read_document, text
from order_processing.console.session import Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoSessions:
    """The port `Sessions`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def keep(self, key: str, session: Session) -> None:
        item = {
            "session": text(key),
            "document": document(session),
            "ends_at": number(int(session.ends_at.timestamp())),
        }
        self._client.put_item(TableName=self._table, Item=item)

    def find(self, key: str) -> Session | None:
        found = self._client.get_item(TableName=self._table, Key={"session": text(key)}, ConsistentRead=True)
        item: dict[str, Any] = found.get("Item", {})
        return read_document(item["document"], Session) if item else None

    def end(self, key: str) -> None:
        self._client.delete_item(TableName=self._table, Key={"session": text(key)})
