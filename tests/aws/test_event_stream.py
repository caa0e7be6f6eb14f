"""The orders table's own stream records, read into events and put on a bus."""

from __future__ import annotations

import base64
import copy
import json
from typing import Any

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from order_processing.adapters.event_bus import SOURCE, EventBridgeBus
from order_processing.adapters.order_stream import changes, failure_at
from order_processing.events import received
from order_processing.stages.publish_events import publish_events
from order_processing.status import Status
from tests.aws.test_stages import simple_order
from tests.orders import NOW, an_order


def stream_of(table: str) -> dict[str, Any]:
    """What the table's stream holds, as Lambda hands it over: bytes are base64 in JSON."""
    kept = dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables[table].stream_shard.items
    records = copy.deepcopy([item.to_json() for item in kept])
    for record in records:
        change = record["dynamodb"]
        change["ApproximateCreationDateTime"] = change["ApproximateCreationDateTime"].timestamp()
        for image in ("NewImage", "OldImage"):
            for value in change.get(image, {}).values():
                if isinstance(value.get("B"), bytes):
                    value["B"] = base64.b64encode(value["B"]).decode()
    # moto tells of an item that an update makes twice, first of its keys alone.
    return {"Records": [r for r in records if set(r["dynamodb"]["NewImage"]) != set(r["dynamodb"]["Keys"])]}


class HeardBus:
    def __init__(self) -> None:
        self.heard: list[Any] = []

    def put(self, events: Any) -> None:
        self.heard.extend(events)


def test_an_order_on_the_happy_path_is_told_in_five_events_in_order(shop):
    order_id = shop.place(simple_order(), raw=b"x" * 5000)
    assert shop.run(order_id).status is Status.READY_TO_SHIP
    bus = HeardBus()
    assert publish_events(changes(stream_of("orders")), bus) is None
    assert [event.name for event in bus.heard] == [
        "OrderReceived",
        "OrderReserved",
        "OrderConfirmed",
        "OrderRecorded",
        "OrderReadyToShip",
    ]
    sequences = [event.sequence for event in bus.heard]
    assert sequences == sorted(set(sequences))
    assert [event.id for event in bus.heard] == [f"{order_id}-{sequence}" for sequence in sequences]
    stored = shop.orders.load(order_id)
    assert bus.heard[-1].shipments[0].parcels[0].sscc == stored.delivery.shipments[0].parcels[0].sscc
    assert bus.heard[2].at == stored.times["CONFIRMED"]


def test_an_entry_that_the_bus_did_not_take_is_found(aws, monkeypatch):
    client = boto3.client("events")
    bus = EventBridgeBus(client, "orders")
    sent: list[Any] = []

    def put_events(**asked: Any) -> Any:
        sent.append(asked["Entries"])
        entries = [{"EventId": "1"}, {"ErrorCode": "ThrottlingException"}, {"EventId": "3"}]
        return {"FailedEntryCount": 1, "Entries": entries}

    monkeypatch.setattr(client, "put_events", put_events)
    made = [received(f"7K3M9QXB{number}", an_order(), NOW) for number in (1, 2, 3)]
    assert bus.put(made) == 1
    assert {entry["Source"] for entry in sent[0]} == {SOURCE}
    assert [json.loads(entry["Detail"])["id"] for entry in sent[0]] == [event.id for event in made]


@pytest.mark.parametrize(("position", "answer"), [(None, []), ("17", [{"itemIdentifier": "17"}])])
def test_lambda_is_told_where_to_come_again(position, answer):
    assert failure_at(position) == {"batchItemFailures": answer}
