"""Stores' mappings, in the orders table beside how far each store was compared.

Partition `store#<source>#<store>`, sort key `mapping`. Read once in five minutes for each store and running function,
so that an order costs no read for it; a store without a mapping is remembered as well.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import Attribute, document, read_document, text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from order_processing.stores.mapping import StoreMapping

_SECONDS = 300.0


class DynamoMappings:
    """The port `Mappings`."""

    def __init__(self, client: DynamoDBClient, table: str, *, seconds: float = _SECONDS) -> None:
        self._client = client
        self._table = table
        self._seconds = seconds
        self._known: dict[tuple[str, str], tuple[float, StoreMapping | None]] = {}

    def of(self, source: str, store: str) -> StoreMapping | None:
        now = time.monotonic()
        read_at, mapping = self._known.get((source, store), (float("-inf"), None))
        if now - read_at > self._seconds:
            mapping = self._read(source, store)
            self._known[source, store] = (now, mapping)
        return mapping

    def put(self, source: str, store: str, mapping: StoreMapping) -> None:
        """Keep a mapping, in the place of any before."""
        item = {**_key(source, store), "document": document(mapping)}
        self._client.put_item(TableName=self._table, Item=item)

    def remove(self, source: str, store: str) -> None:
        """Forget it."""
        self._client.delete_item(TableName=self._table, Key=_key(source, store))

    def _read(self, source: str, store: str) -> StoreMapping | None:
        found: Any = self._client.get_item(TableName=self._table, Key=_key(source, store))
        if "Item" not in found:
            return None
        # Imported here, because hardly any store has a mapping.
        from order_processing.stores.mapping import StoreMapping

        return read_document(found["Item"]["document"], StoreMapping)


def _key(source: str, store: str) -> dict[str, Attribute]:
    return {"order_id": text(f"store#{source}#{store}"), "part": text("mapping")}
