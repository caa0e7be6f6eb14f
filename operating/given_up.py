"""What was given up after many attempts, and doing it again once the cause is gone.

    python -m operating.given_up                        how much there is, by queue
    python -m operating.given_up redrive NotFetchedQueue

    NotFetchedQueue       notices of orders that could not be fetched: back into the queue of notices
    FailedPromisesQueue   what may have made promises untrue: back into the queue of promises
    MailReportsNotKept    what SES said of mails: to the function again
    WebhooksNotRead       events that could not be brought to endpoints: back into their queue
    EventsNotPublished    places in the orders' stream whose events were not sent: sent, within 24 hours of the change

A message leaves its queue when it was taken, so the command may be cut and run again. What the messages say is not
shown, because reports of mails hold addresses. With --stack NAME on a stack in your AWS account.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from operating.stack import Clients, add_stack, connect
from order_processing.adapters.event_bus import EventBridgeBus
from order_processing.adapters.order_stream import changes
from order_processing.stages.publish_events import publish_events

_PAGES = 100
Outputs = Mapping[str, str]
Message = Mapping[str, Any]
Taker = Callable[[Message, Clients, Outputs], None]


class NotTaken(RuntimeError):
    """It failed again: the message stays."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code is 1 when something was left."""
    parser = argparse.ArgumentParser(
        prog="python -m operating.given_up", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_stack(parser)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("redrive", help="do it again").add_argument("queue", choices=_TAKERS)
    given = parser.parse_args(arguments)
    clients, outputs = connect(given.stack)
    if given.command != "redrive":
        for queue in _TAKERS:
            print(f"{depth(clients, outputs[queue]):>6}  {queue}")
        return 0
    taken, left = redrive(given.queue, clients, outputs)
    print(f"{taken} taken" + (f", {left} failed again and stay" if left else ""))
    return 1 if left else 0


def depth(clients: Clients, url: str) -> int:
    """How many messages wait in a queue, about."""
    name = "ApproximateNumberOfMessages"
    answer = clients("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])
    return int(answer["Attributes"][name])


def redrive(queue: str, clients: Clients, outputs: Outputs) -> tuple[int, int]:
    """Do again what a queue holds: how many messages were taken, and how many failed again."""
    taken = left = 0
    for message in _messages(clients, outputs[queue]):
        try:
            _TAKERS[queue](message, clients, outputs)
        except NotTaken as error:
            left += 1
            print(f"{message['MessageId']}: {error}", file=sys.stderr)
            continue
        clients("sqs").delete_message(QueueUrl=outputs[queue], ReceiptHandle=message["ReceiptHandle"])
        taken += 1
    return taken, left


def _messages(clients: Clients, url: str) -> Iterator[Message]:
    # Those that fail again are not seen twice: they stay out of sight for as long as a run may take.
    while True:
        answer = clients("sqs").receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=300, MessageSystemAttributeNames=["All"]
        )
        if not (messages := answer.get("Messages")):
            return
        yield from messages


def _fetch_again(message: Message, clients: Clients, outputs: Outputs) -> None:
    clients("sqs").send_message(QueueUrl=outputs["FetchQueue"], MessageBody=message["Body"])


def _look_again(message: Message, clients: Clients, outputs: Outputs) -> None:
    clients("sqs").send_message(
        QueueUrl=outputs["PromisesQueue"],
        MessageBody=message["Body"],
        MessageGroupId=message["Attributes"]["MessageGroupId"],
        MessageDeduplicationId=message["MessageId"],
    )


def _deliver_again(message: Message, clients: Clients, outputs: Outputs) -> None:
    clients("sqs").send_message(QueueUrl=outputs["WebhooksQueue"], MessageBody=message["Body"])


def _report_again(message: Message, clients: Clients, outputs: Outputs) -> None:
    # EventBridge gives up an event as it is, Lambda with what it made of it.
    said = json.loads(message["Body"])
    event = said.get("requestPayload", said)
    answer = clients("lambda").invoke(FunctionName=outputs["MailEventsFunction"], Payload=json.dumps(event).encode())
    if answer.get("FunctionError"):
        raise NotTaken("the function mail_events failed; its log says why")


def _publish_again(message: Message, clients: Clients, outputs: Outputs) -> None:
    place = json.loads(message["Body"])["DDBStreamBatchInfo"]
    stream = clients("dynamodbstreams")
    try:
        records = list(_records(stream, place))
    except stream.exceptions.TrimmedDataAccessException:
        raise NotTaken("the changes are more than 24 hours old and no longer in the stream") from None
    failed = publish_events(changes({"Records": records}), EventBridgeBus(clients("events"), outputs["OrderEvents"]))
    if failed:
        raise NotTaken(f"the event of the change {failed} was not taken")


def _records(stream: Any, place: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The changes of a batch that was given up, as Lambda hands them over."""
    given = {"StreamArn": place["streamArn"], "ShardId": place["shardId"]}
    first, last = place["startSequenceNumber"], int(place["endSequenceNumber"])
    iterator = stream.get_shard_iterator(**given, ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber=first)
    position = iterator["ShardIterator"]
    for _ in range(_PAGES):  # a page may be empty though the shard goes on
        answer = stream.get_records(ShardIterator=position)
        for record in answer["Records"]:
            yield _as_json(record)
            if int(record["dynamodb"]["SequenceNumber"]) >= last:
                return
        if not (position := answer.get("NextShardIterator")):
            return
    raise NotTaken("the stream does not come to the last change of the batch")


def _as_json(record: dict[str, Any]) -> dict[str, Any]:
    change = record["dynamodb"]
    images = {
        image: {
            name: {"B": base64.b64encode(value["B"]).decode()} if "B" in value else value
            for name, value in change[image].items()
        }
        for image in ("NewImage", "OldImage")
        if image in change
    }
    at = change["ApproximateCreationDateTime"].timestamp()
    return {**record, "dynamodb": {**change, **images, "ApproximateCreationDateTime": at}}


_TAKERS: dict[str, Taker] = {
    "NotFetchedQueue": _fetch_again,
    "FailedPromisesQueue": _look_again,
    "MailReportsNotKept": _report_again,
    "EventsNotPublished": _publish_again,
    "WebhooksNotRead": _deliver_again,
}


if __name__ == "__main__":
    sys.exit(main())
