"""What an order writes, counted as DynamoDB bills it: a unit for each KB of an item, two in a transaction."""

from __future__ import annotations

import math
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import Binary

from order_processing.adapters.accounts import entry_key, totals_key
from tests.aws.shop import Shop
from tests.bench.bill import order_of

INDEXED = 1  # the placed order's entry in `received`


class Writes:
    """Makes clients that note what is written to DynamoDB, call by call."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[dict[str, Any]]]] = []

    def __call__(self, service: str) -> Any:
        client = boto3.client(service)
        if service == "dynamodb":
            client.meta.events.register("provide-client-params.dynamodb", self._note)
        return client

    def _note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name in ("PutItem", "UpdateItem", "DeleteItem"):
            self.calls.append((model.name, [params]))
        elif model.name == "TransactWriteItems":
            self.calls.append((model.name, [next(iter(write.values())) for write in params["TransactItems"]]))

    @property
    def keys(self) -> list[tuple[str, dict[str, Any], int]]:
        """Table, key and factor of each write."""
        return [
            (write["TableName"], key_of(write), 2 if name == "TransactWriteItems" else 1)
            for name, writes in self.calls
            for write in writes
        ]


KEYS = {
    "orders": ("order_id", "part"),
    "inventory": ("sku", "source"),
    "accounts": ("customer_id", "entry"),
}


def key_of(write: dict[str, Any]) -> dict[str, Any]:
    return write.get("Key") or {name: write["Item"][name] for name in KEYS[write["TableName"]]}


def size(item: dict[str, Any]) -> int:
    """An item's size by DynamoDB's rules, near enough: names and values in UTF-8, numbers half a byte a digit."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: dict[str, Any]) -> int:
    kind, held = next(iter(value.items()))
    if kind == "N":
        return len(held) // 2 + 2
    if kind == "B":
        return len(held.value if isinstance(held, Binary) else held)
    if kind == "M":
        return 3 + sum(len(name.encode()) + 1 + _size(inner) for name, inner in held.items())
    return len(held.encode())


@pytest.mark.parametrize(("lines", "expected"), [(1, 14), (4, 20)])
def test_an_order_takes_no_more_write_units_than_stated(shop, lines, expected):
    writes = Writes()
    counted = Shop(client=writes)
    # The first parcel of a day at a location has a range of numbers put on the list of that day: a unit for them all.
    counted.run(counted.place(order_of(1, "the first of the day")))
    writes.calls.clear()
    order = order_of(lines, "counted")
    stored = counted.run(counted.place(order, raw=order.model_dump_json().encode()))
    assert stored.status == "READY_TO_SHIP"
    dynamodb = boto3.client("dynamodb")
    units = INDEXED
    for table, key, factor in writes.keys:
        item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
        units += factor * math.ceil(size(item) / 1024)
    assert units == expected


def test_the_account_is_updated_by_three_plain_writes_once(shop):
    writes = Writes()
    counted = Shop(client=writes)
    order_id = counted.place(order_of(1, "counted"))
    for stage in counted.stages[:3]:
        stage(order_id)
    writes.calls.clear()
    counted.record(order_id)
    counted.record(order_id)
    assert [(name, [key_of(write) for write in each]) for name, each in writes.calls] == [
        ("UpdateItem", [totals_key(counted.guest_id("ada@example.com"), "USD")]),
        ("PutItem", [entry_key(counted.guest_id("ada@example.com"), order_id)]),
        ("UpdateItem", [{"order_id": {"S": order_id}, "part": {"S": "order"}}]),
    ]
