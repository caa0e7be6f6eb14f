"""DynamoDB in memory: the operations that the adapters use, on tables whose items are never changed in place.

A table is a dict from key to Item, so that a copy of the dict is a copy of the table. Strictly what AWS documents
for: conditions, transactions (all or nothing, one write an item, the same token once), indices, placeholders that
must all be used, and streams with the old and the new image.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from typing import Any

from tests.faults import expressions
from tests.faults.expressions import Attributes, Invalid
from tests.faults.items import Failed, Item, Key, Layout, Tables, Told

_MOST_WRITES = 100
_PARTITION = re.compile(r"[a-z_]+ = (:\w+)")


class Dynamo:
    """The operations, on tables of these layouts."""

    def __init__(self, layouts: dict[str, Layout]) -> None:
        self.layouts = layouts
        self._known: dict[tuple[int, Hashable], Any] = {}

    def forget(self) -> None:
        """Requests are known by the objects that they are, for as long as those are kept: no longer than this."""
        self._known.clear()

    def operate(self, operation: str, tables: Tables, given: dict[str, Any], stream: list[Any]) -> Told:
        """Answer a request; raises Failed. What is written is appended to `stream` where the table has one."""
        try:
            answer: Told = getattr(self, f"_{operation}")(tables, given, stream)
        except Invalid as error:
            raise Failed("ValidationException", message=str(error)) from error
        return answer

    def _GetItem(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> Told:
        found = tables[given["TableName"]].get(self._key(given["TableName"], given["Key"]))
        if not found:
            return _NOTHING
        told, key = _projected(found, given)
        return Told(key, {"Item": told})

    def _PutItem(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> Told:
        self._write_one("Put", tables, given, stream)
        return _NOTHING

    def _UpdateItem(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> Told:
        after = self._write_one("Update", tables, given, stream)
        if after and given.get("ReturnValues") == "ALL_NEW":
            return Told(after.digest, {"Attributes": after.attributes})
        return _NOTHING

    def _DeleteItem(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> Told:
        self._write_one("Delete", tables, given, stream)
        return _NOTHING

    def _Query(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> Told:
        """The same question to the same table has the same answer."""
        place = id(given), tables[given["TableName"]].total
        if place not in self._known:
            self._known[place] = self._found(tables, given)
        told: Told = self._known[place]
        return told

    def _found(self, tables: Tables, given: dict[str, Any]) -> Told:
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
            item
            for item in items
            if hash_key in item.attributes
            and (not range_key or range_key in item.attributes)
            and wanted(item.attributes, names, values)
        ]
        kept.sort(key=lambda item: item.attributes[range_key]["S"], reverse=not given.get("ScanIndexForward", True))
        if start := given.get("ExclusiveStartKey"):
            places = [self._key(given["TableName"], item.attributes) for item in kept]
            kept = kept[places.index(self._key(given["TableName"], start)) + 1 :]
        if given.get("FilterExpression"):
            sieve = expressions.condition(given["FilterExpression"])
            kept = [item for item in kept if sieve(item.attributes, names, values)]
        limit = given.get("Limit")
        page = [_projected(item, given) for item in (kept[:limit] if limit else kept)]
        answer: dict[str, Any] = {"Items": [told for told, _ in page], "Count": len(page)}
        if limit and len(kept) > limit:
            last = kept[limit - 1].attributes
            answer["LastEvaluatedKey"] = {name: last[name] for name in (layout.hash_key, layout.range_key)}
        return Told((tuple(key for _, key in page), repr(answer.get("LastEvaluatedKey"))), answer)

    def _BatchGetItem(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> Told:
        found: dict[str, Any] = {}
        keys: list[Hashable] = []
        for table, asked in given["RequestItems"].items():
            items = [tables[table].get(self._key(table, key)) for key in asked["Keys"]]
            told = [_projected(item, asked) for item in items if item]
            found[table] = [each for each, _ in told]
            keys += [key for _, key in told]
        return Told(tuple(keys), {"Responses": found, "UnprocessedKeys": {}})

    def _BatchWriteItem(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> Told:
        for table, requests in given["RequestItems"].items():
            for request in requests:
                put = request.get("PutRequest")
                key = self._key(table, put["Item"] if put else request["DeleteRequest"]["Key"])
                self._put(tables, table, key, tables[table].get(key), Item(put["Item"]) if put else None, stream)
        return Told("done", {"UnprocessedItems": {}})

    def _TransactWriteItems(self, tables: Tables, given: dict[str, Any], stream: list[Any]) -> Told:
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
        return _NOTHING

    def _write_one(self, kind: str, tables: Tables, write: dict[str, Any], stream: list[Any]) -> Item | None:
        key, before, after = self._outcome(kind, tables, write)
        self._put(tables, write["TableName"], key, before, after, stream)
        return after

    def _put(
        self, tables: Tables, table: str, key: Key, before: Item | None, after: Item | None, stream: list[Any]
    ) -> None:
        tables[table].put(key, after)
        changed = (before.text if before else "") != (after.text if after else "")
        if self.layouts[table].streamed and changed:
            stream.append((before, after))

    def _outcome(self, kind: str, tables: Tables, write: dict[str, Any]) -> tuple[Key, Item | None, Item | None]:
        """(key, the item before, the item after) of a write; Failed where its condition does not hold."""
        table = write["TableName"]
        key = self._key(table, write["Item"] if kind == "Put" else write["Key"])
        before = tables[table].get(key)
        place = id(write), before and before.digest
        if place not in self._known:
            try:
                self._known[place] = self._after(kind, write, before)
            except Failed as failed:
                self._known[place] = failed
        after = self._known[place]
        if isinstance(after, Failed):
            raise Failed(after.code, **after.more)
        return key, before, after

    def _after(self, kind: str, write: dict[str, Any], before: Item | None) -> Item | None:
        """What a write makes of an item; Failed."""
        names, values = write.get("ExpressionAttributeNames", {}), write.get("ExpressionAttributeValues", {})
        self._check_placeholders(write, names, values)
        wanted = write.get("ConditionExpression")
        if wanted and not expressions.condition(wanted)(before.attributes if before else {}, names, values):
            told = before and write.get("ReturnValuesOnConditionCheckFailure")
            raise Failed("ConditionalCheckFailedException", **({"Item": before.attributes} if before and told else {}))
        if kind == "Put":
            return Item(write["Item"])
        if kind == "Delete":
            return None
        if kind == "ConditionCheck":
            return before
        old = dict(before.attributes) if before else dict(write["Key"])
        new = dict(old)
        for step in expressions.update(write["UpdateExpression"]):
            step(old, new, names, values)
        return Item(new)

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


_NOTHING = Told("", {})


def _projected(item: Item, given: dict[str, Any]) -> tuple[Attributes, Hashable]:
    """What a read is told of an item, and what it is known by."""
    wanted = given.get("ProjectionExpression")
    if wanted is None:
        return item.attributes, item.digest
    names = given.get("ExpressionAttributeNames", {})
    real = [names.get(name.strip(), name.strip()) for name in wanted.split(",")]
    told = {name: item.attributes[name] for name in real if name in item.attributes}
    return told, repr(told)
