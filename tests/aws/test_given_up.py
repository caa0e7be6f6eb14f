"""Doing again what was given up, queue by queue."""

from __future__ import annotations

import io
import json
from base64 import b64decode

import boto3
import pytest

from operating import given_up
from order_processing.adapters.event_bus import SOURCE
from tests.aws.test_event_stream import stream_of
from tests.aws.test_stages import simple_order
from tests.orders import NOW


def queue(name: str) -> str:
    fifo = {"Attributes": {"FifoQueue": "true"}} if name.endswith(".fifo") else {}
    return boto3.client("sqs").create_queue(QueueName=name, **fifo)["QueueUrl"]


@pytest.fixture
def outputs(shop):
    names = (
        *("FetchQueue", "NotFetchedQueue", "MailReportsNotKept", "EventsNotPublished"),
        *("WebhooksQueue", "WebhooksNotRead"),
    )
    fifo = {name: queue(f"{name}.fifo") for name in ("PromisesQueue", "FailedPromisesQueue")}
    boto3.client("events").create_event_bus(Name="orders")
    return {
        **{name: queue(name) for name in names},
        **fifo,
        "MailEventsFunction": "mail_events",
        "OrderEvents": "orders",
    }


def received(url: str):
    answer = boto3.client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
    )
    return answer.get("Messages", [])


def test_notices_go_back_into_their_queue_all_of_them(outputs, monkeypatch, capsys):
    monkeypatch.setattr(given_up, "connect", lambda _: (boto3.client, outputs))
    sqs = boto3.client("sqs")
    for number in range(23):
        sqs.send_message(QueueUrl=outputs["NotFetchedQueue"], MessageBody=str(number))
    assert given_up.main([]) == 0
    assert "    23  NotFetchedQueue" in capsys.readouterr().out
    assert given_up.main(["redrive", "NotFetchedQueue"]) == 0
    assert capsys.readouterr().out == "23 taken\n"
    assert given_up.depth(boto3.client, outputs["NotFetchedQueue"]) == 0
    back = [message["Body"] for _ in range(3) for message in received(outputs["FetchQueue"])]
    assert sorted(map(int, back)) == list(range(23))


def test_events_for_endpoints_go_back_into_their_queue(outputs):
    boto3.client("sqs").send_message(QueueUrl=outputs["WebhooksNotRead"], MessageBody="event")
    assert given_up.redrive("WebhooksNotRead", boto3.client, outputs) == (1, 0)
    assert [message["Body"] for message in received(outputs["WebhooksQueue"])] == ["event"]


def test_promises_keep_their_sequence(outputs):
    sqs = boto3.client("sqs")
    for number in range(3):
        sqs.send_message(
            QueueUrl=outputs["FailedPromisesQueue"],
            MessageBody=str(number),
            MessageGroupId="sku",
            MessageDeduplicationId=str(number),
        )
    assert given_up.redrive("FailedPromisesQueue", boto3.client, outputs) == (3, 0)
    back = received(outputs["PromisesQueue"])
    assert [(m["Body"], m["Attributes"]["MessageGroupId"]) for m in back] == [(str(n), "sku") for n in range(3)]


class Functions:
    """Lambda; refuses what says so."""

    def __init__(self) -> None:
        self.invoked = []

    def invoke(self, FunctionName, Payload):
        event = json.loads(Payload)
        self.invoked.append((FunctionName, event))
        failed = {"FunctionError": "Unhandled"} if event.get("bad") else {}
        return {"Payload": io.BytesIO(b"{}"), **failed}


def test_reports_go_to_the_function_again_and_what_fails_again_stays(outputs, capsys):
    functions = Functions()
    clients = lambda service: functions if service == "lambda" else boto3.client(service)  # noqa: E731
    as_they_came = {"id": "1"}, {"requestPayload": {"id": "2"}}, {"id": "3", "bad": True}
    for body in as_they_came:
        boto3.client("sqs").send_message(QueueUrl=outputs["MailReportsNotKept"], MessageBody=json.dumps(body))
    assert given_up.redrive("MailReportsNotKept", clients, outputs) == (2, 1)
    assert {(name, event["id"]) for name, event in functions.invoked} == {("mail_events", n) for n in "123"}
    assert "the function mail_events failed" in capsys.readouterr().err
    kept = boto3.client("sqs").get_queue_attributes(
        QueueUrl=outputs["MailReportsNotKept"], AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )
    assert kept["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "1"


class Bus:
    """EventBridge that remembers."""

    def __init__(self) -> None:
        self.entries = []

    def put_events(self, Entries):
        self.entries.extend(Entries)
        return {"FailedEntryCount": 0, "Entries": [{} for _ in Entries]}


def given_up_batch(outputs, first: str, last: str) -> None:
    place = {"streamArn": "arn", "shardId": "shard", "startSequenceNumber": first, "endSequenceNumber": last}
    body = json.dumps({"DDBStreamBatchInfo": place})
    boto3.client("sqs").send_message(QueueUrl=outputs["EventsNotPublished"], MessageBody=body)


class Stream:
    """A shard of DynamoDB's stream as its API hands it over, in pages of one record, with an empty one between."""

    class exceptions:
        class TrimmedDataAccessException(Exception):
            pass

    def __init__(self, records) -> None:
        self.records = [
            {**r, "dynamodb": {**r["dynamodb"], "ApproximateCreationDateTime": NOW, "SequenceNumber": str(place)}}
            for place, r in enumerate(records)
        ]

    def get_shard_iterator(self, **given):
        assert given["ShardIteratorType"] == "AT_SEQUENCE_NUMBER"
        return {"ShardIterator": f"{given['SequenceNumber']} full"}

    def get_records(self, ShardIterator):
        place, _, kind = ShardIterator.partition(" ")
        if kind == "empty":
            return {"Records": [], "NextShardIterator": f"{place} full"}
        following = f"{int(place) + 1} empty"
        return {"Records": self.records[int(place) : int(place) + 1], "NextShardIterator": following}


def as_the_api_gives(records):
    """Lambda's records with their bytes as bytes."""
    return json.loads(json.dumps(records), object_hook=lambda d: {"B": b64decode(d["B"])} if set(d) == {"B"} else d)


def test_events_of_a_place_in_the_stream_are_sent_and_no_others(shop, outputs):
    order_id = shop.place(simple_order(), raw=b"x" * 5000)
    shop.run(order_id)
    records = as_the_api_gives(stream_of("orders")["Records"])
    parts = [record["dynamodb"]["Keys"]["part"]["S"] for record in records]
    given_up_batch(outputs, "0", str(parts.index("order")))
    bus = Bus()
    fakes = {"events": bus, "dynamodbstreams": Stream(records)}
    clients = lambda service: fakes.get(service) or boto3.client(service)  # noqa: E731
    assert given_up.redrive("EventsNotPublished", clients, outputs) == (1, 0)
    assert [(e["DetailType"], e["Source"], e["EventBusName"]) for e in bus.entries] == [
        ("OrderReceived", SOURCE, "orders"),
        ("OrderReserved", SOURCE, "orders"),
    ]


def test_a_change_that_is_no_longer_in_the_stream_is_said_to_be_so(shop, outputs, capsys):
    class Trimmed(Stream):
        def get_shard_iterator(self, **_):
            raise self.exceptions.TrimmedDataAccessException

    shop.place(simple_order())
    given_up_batch(outputs, "1", "1")
    clients = lambda service: Trimmed([]) if service == "dynamodbstreams" else boto3.client(service)  # noqa: E731
    assert given_up.redrive("EventsNotPublished", clients, outputs) == (0, 1)
    assert "no longer in the stream" in capsys.readouterr().err
