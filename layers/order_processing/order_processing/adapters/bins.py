"""Where products lie, in the inventory's table: `bin#<location>` beside a SKU's stock there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import text
from order_processing.adapters.transactions import pause

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_READ_AT_ONCE = 100
_TRIES = 8


class DynamoBins:
    """The port `Bins` on the inventory's table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def of(self, location: str, skus: Sequence[str]) -> dict[str, str]:
        """The bin of each SKU that has one."""
        unique = sorted(set(skus))
        found: dict[str, str] = {}
        for first in range(0, len(unique), _READ_AT_ONCE):
            keys = [_key(sku, location) for sku in unique[first : first + _READ_AT_ONCE]]
            wanted: Any = {self._table: {"Keys": keys}}
            for attempt in range(_TRIES):
                answer = self._client.batch_get_item(RequestItems=wanted)
                found |= {item["sku"]["S"]: item["bin"]["S"] for item in answer["Responses"].get(self._table, [])}
                wanted = answer["UnprocessedKeys"]
                if not wanted:
                    break
                pause(attempt)
            else:
                raise RuntimeError("the bins could not be read: too busy")
        return found

    def set(self, location: str, bins: dict[str, str]) -> None:
        """Keep where SKUs lie; "" for nowhere."""
        for sku, place in bins.items():
            if place:
                self._client.put_item(TableName=self._table, Item={**_key(sku, location), "bin": text(place)})
            else:
                self._client.delete_item(TableName=self._table, Key=_key(sku, location))


def _key(sku: str, location: str) -> dict[str, Any]:
    return {"sku": text(sku), "source": text(f"bin#{location}")}
