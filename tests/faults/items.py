"""What a table holds: items that are never changed in place, the table's layout, and its answers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.expressions import Attributes

Key = tuple[str, str]


class Item:
    """One version of an item: its attributes, as they go over the wire, and the same as one text."""

    __slots__ = ("attributes", "digest", "number", "text")

    def __init__(self, attributes: Attributes) -> None:
        self.attributes = attributes
        self.text = json.dumps(attributes, sort_keys=True, separators=(",", ":"))
        self.digest = hashlib.blake2b(self.text.encode(), digest_size=16).digest()
        self.number = int.from_bytes(self.digest, "big")


class Table(dict[Key, Item]):
    """Items by key. total: the sum of their numbers, so that two tables are compared without a look at each item."""

    __slots__ = ("total",)

    def __init__(self, items: Table | None = None) -> None:
        super().__init__(items or {})
        self.total = items.total if items is not None else 0

    def put(self, key: Key, item: Item | None) -> None:
        """One item in the place of another; None takes it away."""
        if before := self.get(key):
            self.total -= before.number
        if item:
            self.total += item.number
            self[key] = item
        else:
            self.pop(key, None)


class Told(dict[str, Any]):
    """An answer. key: the same for two that say the same."""

    __slots__ = ("key",)

    def __init__(self, key: Hashable, answer: dict[str, Any]) -> None:
        super().__init__(answer)
        self.key = key


@dataclass(frozen=True)
class Layout:
    """A table's keys, its indices (name to hash and range key), and whether its changes go into a stream."""

    hash_key: str
    range_key: str
    indices: dict[str, tuple[str, str]] = field(default_factory=dict)
    streamed: bool = False

    @classmethod
    def of(cls, properties: dict[str, Any]) -> Layout:
        """From a table's properties in the template."""

        def keys(schema: list[dict[str, str]]) -> tuple[str, str]:
            by_type = {each["KeyType"]: each["AttributeName"] for each in schema}
            return by_type["HASH"], by_type.get("RANGE", "")

        indices = {
            index["IndexName"]: keys(index["KeySchema"]) for index in properties.get("GlobalSecondaryIndexes", ())
        }
        return cls(*keys(properties["KeySchema"]), indices, "StreamSpecification" in properties)


class Failed(Exception):
    """An answer that is an error. code: DynamoDB's."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


Tables = dict[str, Table]
