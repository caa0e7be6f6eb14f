"""What an ERP would hear of orders on the deployed stack: in order, each with its id, nothing about people."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local import LocalStack, wait_for
from tests.stack.senders import api_order, place, status

HAPPY = ["OrderReceived", "OrderReserved", "OrderConfirmed", "OrderRecorded", "OrderReadyToShip"]


class Listener:
    """A queue that every event of orders is sent to, and what came so far by order."""

    def __init__(self, stack: LocalStack, name: str) -> None:
        sqs, events = stack.client("sqs"), stack.client("events")
        self._receive, self._delete = sqs.receive_message, sqs.delete_message
        self.url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        bus = stack.outputs["OrderEvents"]
        pattern = json.dumps({"source": ["order-processing"]})
        rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)["RuleArn"]
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
        self.heard: dict[str, list[dict[str, Any]]] = {}

    def of(self, order_id: str) -> list[dict[str, Any]]:
        """The order's events so far."""
        while messages := self._receive(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                event = json.loads(message["Body"])
                self.heard.setdefault(event["detail"]["order_id"], []).append(event)
                self._delete(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return self.heard.get(order_id, [])

    def until(self, order_id: str, last: str) -> list[dict[str, Any]]:
        """The order's events once this one has come."""

        def look() -> list[dict[str, Any]] | None:
            heard = self.of(order_id)
            return heard if any(event["detail-type"] == last for event in heard) else None

        return wait_for(look, seconds=150, what=f"{last} of {order_id}")


@pytest.fixture(scope="module")
def listener(stack: LocalStack) -> Listener:
    return Listener(stack, "erp")


def test_orders_are_told_of_in_order_with_ids_that_repeat_only_with_their_event(stack, listener):
    with ThreadPoolExecutor(3) as threads:
        receipts = list(threads.map(lambda n: place(stack, api_order(f"events-{n}")).json(), range(6)))
    for receipt in receipts:
        heard = listener.until(receipt["id"], HAPPY[-1])
        firsts = list({event["detail"]["id"]: event for event in heard}.values())
        assert [event["detail-type"] for event in firsts] == HAPPY
        sequences = [event["detail"]["sequence"] for event in firsts]
        assert sequences == sorted(set(sequences))
        assert firsts[0]["detail"]["store_order_id"]
        assert firsts[2]["detail"]["promised"]
        assert "example.com" not in json.dumps(firsts)
        assert "Ada" not in json.dumps(firsts)


def test_an_order_that_waits_and_is_cancelled_says_so(stack, listener):
    receipt = place(stack, api_order("events-offer", quantity=1_900)).json()
    waits = {"OFFER_PENDING": "OrderOffered", "CORRECTION_PENDING": "OrderCorrectionNeeded"}

    def asked() -> str | None:
        return waits.get(status(stack, receipt).json()["status"])

    event = wait_for(asked, seconds=120, what="somebody to be asked")
    link = "/orders/" + receipt["status_url"].partition("/orders/")[2].replace("?", "/cancel?")
    assert stack.request("POST", link).status == 200
    heard = listener.until(receipt["id"], "OrderCancelled")
    names = list(dict.fromkeys(event["detail-type"] for event in heard))
    assert names == ["OrderReceived", event, "OrderCancelled"]
    assert heard[-1]["detail"]["reason_code"]
