"""The orders table's stream as Lambda hands it over: which change each record is, and the event it makes."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from order_processing.adapters.attributes import read_document
from order_processing.adapters.order_items import is_state, read_head
from order_processing.events import Head, OrderEvent, event_of, received, replaced
from order_processing.order import Order
from order_processing.stages.publish_events import Change
from order_processing.store_state import StoreState

Stream = dict[str, Any]


def changes(stream: Stream) -> Iterator[Change]:
    """The changes in a batch of a DynamoDB stream with old and new images."""
    for record in stream["Records"]:
        yield Change(position=record["dynamodb"]["SequenceNumber"], read=partial(_event, record))


def failure_at(position: str | None) -> dict[str, Any]:
    """The answer that lets Lambda come again with this record and all behind it, or with none."""
    return {"batchItemFailures": [{"itemIdentifier": position}] if position else []}


def _event(record: dict[str, Any]) -> OrderEvent | None:
    change = record["dynamodb"]
    after = _bytes_read(change.get("NewImage") or {})
    before = _bytes_read(change.get("OldImage") or {})
    if not after:
        return None
    order_id, part = after["order_id"]["S"], after["part"]["S"]
    if part == "placed" and not before:
        order = read_document(after["document"], Order)
        return received(order_id, order, datetime.fromisoformat(after["received_at"]["S"]))
    if is_state(part) and not before:
        return replaced(order_id, read_document(after["document"], StoreState))
    if part == "order":
        changed_at = datetime.fromtimestamp(change["ApproximateCreationDateTime"], UTC)
        return event_of(_head(before) if before else None, _head(after), changed_at)
    return None


def _head(image: dict[str, Any]) -> Head:
    fields = {name: value for name, value in read_head(image).items() if name in Head.model_fields}
    replaced_at = int(image["replaced_at"]["N"]) if "replaced_at" in image else 0
    return Head(order_id=image["order_id"]["S"], replaced_at=replaced_at, **fields)


def _bytes_read(image: dict[str, Any]) -> dict[str, Any]:
    """The image with its bytes, which come as base64, as the table's client gives them."""
    return {name: {"B": base64.b64decode(value["B"])} if "B" in value else value for name, value in image.items()}
