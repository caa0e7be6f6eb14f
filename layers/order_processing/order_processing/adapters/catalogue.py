"""The catalogue in DynamoDB.

Table: partition key `key`, which is `<kind>#<name>` (`product#TEST-123`, `alias#shopify:*:49148385`).
Each item holds its JSON in `document`.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from order_processing.catalogue import Key

_BATCH_READ = 100
_BATCH_WRITE = 25
_TRIES = 8


class DynamoCatalogue:
    """Reads the catalogue by key, and loads it."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def fetch(self, keys: Iterable[Key]) -> Mapping[Key, Mapping[str, Any]]:
        """The items of those keys that exist; a hundred keys a request, eventually consistent."""
        wanted = [{"key": {"S": _name(key)}} for key in keys]
        found: dict[Key, Mapping[str, Any]] = {}
        for start in range(0, len(wanted), _BATCH_READ):
            request = {self._table: {"Keys": wanted[start : start + _BATCH_READ]}}
            for attempt in range(_TRIES):
                answer = self._client.batch_get_item(RequestItems=request)  # type: ignore[arg-type]
                found.update(_read(item) for item in answer["Responses"].get(self._table, []))
                request = answer["UnprocessedKeys"]  # type: ignore[assignment]
                if not request:
                    break
                _pause(attempt)
            else:
                raise RuntimeError(f"the catalogue did not answer for {len(request[self._table]['Keys'])} keys")
        return found

    def put(self, items: Iterable[tuple[Key, Mapping[str, Any]]]) -> int:
        """Write items, each replacing what its key held; returns how many."""
        writes = [{"PutRequest": {"Item": _item(key, value)}} for key, value in items]
        for start in range(0, len(writes), _BATCH_WRITE):
            request = {self._table: writes[start : start + _BATCH_WRITE]}
            for attempt in range(_TRIES):
                answer = self._client.batch_write_item(RequestItems=request)  # type: ignore[arg-type]
                request = answer["UnprocessedItems"]  # type: ignore[assignment]
                if not request:
                    break
                _pause(attempt)
            else:
                raise RuntimeError(f"the catalogue did not take {len(request[self._table])} items")
        return len(writes)


def _name(key: Key) -> str:
    kind, name = key
    return f"{kind}#{name}"


def _item(key: Key, value: Mapping[str, Any]) -> dict[str, Any]:
    return {"key": {"S": _name(key)}, "document": {"S": json.dumps(value, ensure_ascii=False, separators=(",", ":"))}}


def _read(item: Mapping[str, Any]) -> tuple[Key, Mapping[str, Any]]:
    kind, _, name = item["key"]["S"].partition("#")
    return (kind, name), json.loads(item["document"]["S"])


def _pause(attempt: int) -> None:
    time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter, not a secret
