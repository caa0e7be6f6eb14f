"""The pool of licence keys in DynamoDB.

Table: partition key `sku`, sort key `licence`:
- `free#<digest>`: a key that nobody has.
- `taken#<order>#<line>#<number>`: the key that a line's nth piece came with. It is written in one transaction with
  the removal of the free one, so that a key has one owner and a piece has one key.
- `known#<digest>`: that a key was taken in once. It keeps a list that is loaded twice from counting twice.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import number, text
from order_processing.adapters.inventory_items import stock_key
from order_processing.adapters.queried import each_item
from order_processing.adapters.transactions import Refused, Write, write_all
from order_processing.licences import KeysWanted, OutOfKeys
from order_processing.promise import DIGITAL

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LOOKED_AT = 50
_TRIES = 20
_LONGEST_KEY = 200


class DynamoLicences:
    """The port `Licences` on a DynamoDB table; inventory_table: where the keys' stock is, for `add`."""

    def __init__(self, client: DynamoDBClient, table: str, *, inventory_table: str = "") -> None:
        self._client = client
        self._table = table
        self._inventory_table = inventory_table

    def take(self, order_id: str, wanted: KeysWanted) -> tuple[str, ...]:
        """The line's keys; see the port."""
        prefix = f"taken#{order_id}#{wanted.line_id}#"
        for _ in range(_TRIES):
            held = {item["licence"]["S"]: item["key"]["S"] for item in self._items(wanted.sku, prefix)}
            slots = [f"{prefix}{n:06}" for n in range(1, wanted.quantity + 1)]
            open_slots = [slot for slot in slots if slot not in held]
            if not open_slots:
                return tuple(held[slot] for slot in slots)
            free = self._items(wanted.sku, "free#", limit=max(_LOOKED_AT, len(open_slots)))
            if not free:
                raise OutOfKeys(f"{wanted.sku}: {len(open_slots)} of {wanted.quantity} keys are not in the pool")
            random.shuffle(free)  # so that orders that come together rarely want the same one
            for slot, item in zip(open_slots, free, strict=False):
                self._give(wanted.sku, item, slot)
        raise OutOfKeys(f"{wanted.sku}: other orders took the keys that were seen, {_TRIES} times")

    def give_back(self, order_id: str, wanted: KeysWanted) -> None:
        """The line's keys are free again; see the port."""
        for item in self._items(wanted.sku, f"taken#{order_id}#{wanted.line_id}#"):
            gone = {
                "TableName": self._table,
                "Key": self._key(wanted.sku, item["licence"]["S"]),
                "ConditionExpression": "attribute_exists(sku)",
            }
            free = {**self._key(wanted.sku, f"free#{_digest(wanted.sku, item['key']['S'])}"), "key": item["key"]}
            try:
                write_all(self._client, [{"Delete": gone}, {"Put": {"TableName": self._table, "Item": free}}])
            except Refused:
                continue  # another was quicker

    def add(self, sku: str, keys: Iterable[str]) -> int:
        """Take keys into the pool and into stock; how many were new. ValueError for one that is no key."""
        new = 0
        for given in keys:
            key = given.strip()
            if not 0 < len(key) <= _LONGEST_KEY:
                raise ValueError(f"a licence key of {sku} has {len(key)} characters, expected 1 to {_LONGEST_KEY}")
            digest = _digest(sku, key)
            known = self._key(sku, f"known#{digest}")
            free = {**self._key(sku, f"free#{digest}"), "key": text(key)}
            once: Write = {"TableName": self._table, "Item": known, "ConditionExpression": "attribute_not_exists(sku)"}
            try:
                write_all(
                    self._client,
                    [{"Put": once}, {"Put": {"TableName": self._table, "Item": free}}, self._stock_write(sku)],
                )
                new += 1
            except Refused:
                continue
        return new

    def _give(self, sku: str, item: dict[str, Any], slot: str) -> None:
        """Move a free key to a piece; nothing where another was quicker at the key or the piece."""
        taken = {**self._key(sku, slot), "key": item["key"]}
        gone: Write = {
            "TableName": self._table,
            "Key": {"sku": item["sku"], "licence": item["licence"]},
            "ConditionExpression": "attribute_exists(sku)",
        }
        put: Write = {"TableName": self._table, "Item": taken, "ConditionExpression": "attribute_not_exists(sku)"}
        try:
            write_all(self._client, [{"Delete": gone}, {"Put": put}])
        except Refused:
            return

    def _stock_write(self, sku: str) -> Write:
        at_first = {"reserved": ":zero", "safety": ":zero", "buckets": ":one", "last_count": ":none"}
        first = ", ".join(f"{name} = if_not_exists({name}, {value})" for name, value in at_first.items())
        return {
            "Update": {
                "TableName": self._inventory_table,
                "Key": stock_key(sku, DIGITAL, 0),
                "UpdateExpression": f"SET #location = :place, #bucket = :zero, {first} ADD available :one",
                "ExpressionAttributeNames": {"#location": "location", "#bucket": "bucket"},
                "ExpressionAttributeValues": {
                    ":place": text(DIGITAL),
                    ":zero": number(0),
                    ":one": number(1),
                    ":none": text(""),
                },
            }
        }

    def _items(self, sku: str, prefix: str, limit: int | None = None) -> list[dict[str, Any]]:
        found = each_item(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="sku = :sku AND begins_with(licence, :prefix)",
            ExpressionAttributeValues={":sku": text(sku), ":prefix": text(prefix)},
            ConsistentRead=True,
            **({"Limit": limit} if limit else {}),
        )
        return list(islice(found, limit))

    @staticmethod
    def _key(sku: str, licence: str) -> dict[str, Any]:
        return {"sku": text(sku), "licence": text(licence)}


def _digest(sku: str, key: str) -> str:
    return hashlib.sha256(f"{sku}\n{key}".encode()).hexdigest()[:32]
