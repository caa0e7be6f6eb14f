"""DynamoDB in memory: the operations that the adapters use, on tables whose items are never changed in place.

A table is a dict from key to Item, so that a copy of the dict is a copy of the table. Strictly what AWS documents
for: conditions, transactions (all or nothing, one write an item, the same token once), indices, placeholders that
must all be used, and streams with the old and the new image.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.faults import expressions
from tests.faults.expressions import Attributes, Invalid

Key = tuple[str, str]
_MOST_WRITES = 100
_PARTITION = re.compile(r"[a-z_]+ = (:\w+)")


class Item:
    """One version of an item: its attributes, as they go over the wire, and the same as one text."""

    __slots__ = ("attributes", "text")

    def __init__(self, attributes: Attributes) -> None:
        self.attributes = attributes
        self.text = json.dumps(attributes, sort_keys=True, separators=(",", ":"))


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


Tables = dict[str, dict[Key, Item]]


class Dynamo:
    """The operations, on tables of these layouts."""

    def __init__(self, layouts: dict[str, Layout]) -> None:
        self.layouts = layouts

    def operate(self, operation: str, tables: Tables, given: dict[str, Any], stream: list[Any]) -> dict[str, Any]:
        """Answer a request; raises Failed. What is written is appended to `stream` where the table has one."""
        try:
            answer: dict[str, Any] = getattr(self, f"_{operation}")(tables, given, stream)
        except Invalid as error:
            raise Failed("ValidationException", message=str(error)) from error
        return answer

    def _GetItem(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> dict[str, Any]:
        found = tables[given["TableName"]].get(self._key(given["TableName"], given["Key"]))
        return {"Item": _projected(found.attributes, given)} if found else {}

    def _PutItem(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> dict[str, Any]:
        self._write_one("Put", tables, given, stream)
        return {}

    def _UpdateItem(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> dict[str, Any]:
        after = self._write_one("Update", tables, given, stream)
        return {"Attributes": after.attributes} if after and given.get("ReturnValues") == "ALL_NEW" else {}

    def _DeleteItem(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> dict[str, Any]:
        self._write_one("Delete", tables, given, stream)
        return {}

    def _Query(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> dict[str, Any]:
        layout = self.layouts[given["TableName"]]
        index = given.get("IndexName")
        if index and given.get("ConsistentRead"):
            raise Failed("ValidationException", message="an index cannot be read consistently")
        hash_key, range_key = layout.indices[index] if index else (layout.hash_key, layout.range_key)
        wanted = expressions.condition(given["KeyConditionExpression"])
        names, values = given.get("ExpressionAttributeNames", {}), given.get("ExpressionAttributeValues", {})
        items: Iterable[Item] = tables[given["TableName"]].values()
        of = _PARTITION.match(given["KeyConditionExpression"])
        if of and not index:  # only for speed: the condition says the same
            partition = values[of[1]]["S"]
            items = [item for (hashed, _), item in tables[given["TableName"]].items() if hashed == partition]
        kept = [
            item.attributes
            for item in items
            if hash_key in item.attributes
            and (not range_key or range_key in item.attributes)
            and wanted(item.attributes, names, values)
        ]
        kept.sort(key=lambda item: item[range_key]["S"], reverse=not given.get("ScanIndexForward", True))
        if start := given.get("ExclusiveStartKey"):
            kept = kept[
                [self._key(given["TableName"], item) for item in kept].index(self._key(given["TableName"], start)) + 1 :
            ]
        if given.get("FilterExpression"):
            sieve = expressions.condition(given["FilterExpression"])
            kept = [item for item in kept if sieve(item, names, values)]
        limit = given.get("Limit")
        page = kept[:limit] if limit else kept
        answer: dict[str, Any] = {"Items": [_projected(item, given) for item in page], "Count": len(page)}
        if limit and len(kept) > limit:
            answer["LastEvaluatedKey"] = {name: page[-1][name] for name in (layout.hash_key, layout.range_key)}
        return answer

    def _BatchGetItem(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for table, asked in given["RequestItems"].items():
            items = [tables[table].get(self._key(table, key)) for key in asked["Keys"]]
            found[table] = [_projected(item.attributes, asked) for item in items if item]
        return {"Responses": found, "UnprocessedKeys": {}}

    def _BatchWriteItem(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> dict[str, Any]:
        for table, requests in given["RequestItems"].items():
            for request in requests:
                if "PutRequest" in request:
                    self._write_one("Put", tables, {"TableName": table, **request["PutRequest"]}, stream)
                else:
                    self._write_one("Delete", tables, {"TableName": table, **request["DeleteRequest"]}, stream)
        return {"UnprocessedItems": {}}

    def _TransactWriteItems(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> dict[str, Any]:
        writes = [next(iter(write.items())) for write in given["TransactItems"]]
        if len(writes) > _MOST_WRITES:
            raise Failed("ValidationException", message=f"{len(writes)} writes, at most {_MOST_WRITES}")
        places = [
            (write["TableName"], self._key(write["TableName"], write.get("Key") or write["Item"]))
            for _, write in writes
        ]
        if len(set(places)) < len(places):
            raise Failed("ValidationException", message="one item in two writes of a transaction")
        outcomes, reasons = [], []
        for kind, write in writes:
            try:
                outcomes.append(self._outcome(kind, tables, write))
                reasons.append({"Code": "None"})
            except Failed as failed:
                reasons.append({"Code": failed.code.removesuffix("Exception")})
        if any(reason["Code"] != "None" for reason in reasons):
            codes = ", ".join(reason["Code"] for reason in reasons)
            raise Failed(
                "TransactionCanceledException",
                CancellationReasons=reasons,
                Message=f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
            )
        for (kind, write), (key, before, after) in zip(writes, outcomes, strict=True):
            if kind != "ConditionCheck":
                self._put(tables, write["TableName"], key, before, after, stream)
        return {}

    def _write_one(self, kind: str, tables: Tables, write: dict[str, Any], stream: list[Any]) -> Item | None:
        key, before, after = self._outcome(kind, tables, write)
        self._put(tables, write["TableName"], key, before, after, stream)
        return after

    def _put(
        self, tables: Tables, table: str, key: Key, before: Item | None, after: Item | None, stream: list[Any]
    ) -> None:
        if after:
            tables[table][key] = after
        else:
            tables[table].pop(key, None)
        changed = (before.text if before else "") != (after.text if after else "")
        if self.layouts[table].streamed and changed:
            stream.append((before, after))

    def _outcome(self, kind: str, tables: Tables, write: dict[str, Any]) -> tuple[Key, Item | None, Item | None]:
        """(key, the item before, the item after) of a write; Failed where its condition does not hold."""
        table = write["TableName"]
        key = self._key(table, write["Item"] if kind == "Put" else write["Key"])
        before = tables[table].get(key)
        names, values = write.get("ExpressionAttributeNames", {}), write.get("ExpressionAttributeValues", {})
        self._check_placeholders(write, names, values)
        wanted = write.get("ConditionExpression")
        if wanted and not expressions.condition(wanted)(before.attributes if before else {}, names, values):
            told = before and write.get("ReturnValuesOnConditionCheckFailure")
            raise Failed("ConditionalCheckFailedException", **({"Item": before.attributes} if before and told else {}))
        if kind == "Put":
            return key, before, Item(write["Item"])
        if kind == "Delete":
            return key, before, None
        if kind == "ConditionCheck":
            return key, before, before
        old = dict(before.attributes) if before else dict(write["Key"])
        new = dict(old)
        for step in expressions.update(write["UpdateExpression"]):
            step(old, new, names, values)
        return key, before, Item(new)

    def _check_placeholders(self, write: dict[str, Any], names: dict[str, str], values: dict[str, Any]) -> None:
        texts = [write[name] for name in ("ConditionExpression", "UpdateExpression") if write.get(name)]
        used = expressions.used_placeholders(texts)
        if missing := used - {*names, *values}:
            raise Invalid(f"{sorted(missing)} are not given")
        if unused := {*names, *values} - used:
            raise Invalid(f"{sorted(unused)} are given and not used")

    def _key(self, table: str, attributes: Attributes) -> Key:
        layout = self.layouts[table]
        return attributes[layout.hash_key]["S"], attributes[layout.range_key]["S"] if layout.range_key else ""


def _projected(item: Attributes, given: dict[str, Any]) -> Attributes:
    if "ProjectionExpression" not in given:
        return item
    names = given.get("ExpressionAttributeNames", {})
    wanted = [names.get(name.strip(), name.strip()) for name in given["ProjectionExpression"].split(",")]
    return {name: item[name] for name in wanted if name in item}
