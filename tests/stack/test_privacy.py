"""No personal data in executions, logs and object keys: canary values that may stand in tables and mails alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from local import wait_for
from operating.privacy import Keepers, Wanted, erase
from order_processing.adapters.webhook_items import read_waiting
from order_processing.order_parts import Handling
from order_processing.privacy import StillOpen
from order_processing.settings import current
from tests.load.rush import shop_on
from tests.stack.senders import api_order, place, status

CANARY = {
    "name": "Canarina Zwitschervogel",
    "email": "canarina.zq7@example.com",
    "line1": "7742 Zwitscherweg Avenue",
    "phone": "+15024592181",
}
# None of them can come up by chance in an id, which is written in hexadecimal.
TRACES = ("Canarina", "Zwitscher", "canarina.zq7", "ZQXZQ", "5024592181", "502-459-2181")


def canary_order(number: str, **changes):
    order = api_order(number, **changes)
    order["customer"] = {"email": CANARY["email"], "name": CANARY["name"], "phone": CANARY["phone"]}
    order["shipping_address"] |= {"name": CANARY["name"], "line1": CANARY["line1"], "phone": CANARY["phone"]}
    return order


def until(stack, receipt, wanted):
    def look():
        seen = status(stack, receipt).json()["status"]
        return seen if seen == wanted else None

    return wait_for(look, seconds=60, what=f"order {receipt['number']} to be {wanted}")


def traces_in(text: str) -> list[str]:
    return [trace for trace in TRACES if trace in text]


def beside(stack) -> dict[str, str]:
    """What else is kept of orders where nobody looks for personal data: dead letters, what is sent to endpoints,
    metrics, executions' names, and the keys of every table."""
    sqs, dynamodb, outputs = stack.client("sqs"), stack.client("dynamodb"), stack.outputs
    found = {}
    for url in sqs.list_queues().get("QueueUrls", []):
        has = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"]).get("Attributes", {})
        if "RedrivePolicy" not in has:  # who has one is worked off, and its messages are not ours to receive
            messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
            found[url] = json.dumps(messages.get("Messages", []), default=str)
    for name in (name for name in outputs if name.endswith("Table")):
        described = dynamodb.describe_table(TableName=outputs[name])["Table"]
        keys = {key["AttributeName"] for key in described["KeySchema"]}
        for index in described.get("GlobalSecondaryIndexes", ()):
            keys |= {key["AttributeName"] for key in index["KeySchema"]}
        pages = dynamodb.get_paginator("scan").paginate(TableName=outputs[name])
        items = [{key: item.get(key) for key in keys} for page in pages for item in page["Items"]]
        found[name] = json.dumps(items, default=str)
    scanned = dynamodb.get_paginator("scan").paginate(TableName=outputs["WebhooksTable"])
    found["messages to endpoints"] = json.dumps(
        [read_waiting(item).message.body for page in scanned for item in page["Items"] if "next_at" in item]
    )
    found["metrics"] = json.dumps(stack.client("cloudwatch").list_metrics()["Metrics"], default=str)
    machine = stack.outputs["StateMachineArn"]
    executions = stack.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    found["executions"] = json.dumps(executions, default=str)
    return found


def test_executions_logs_and_keys_hold_no_personal_data(stack):
    ready = place(stack, canary_order("canary-ready")).json()
    until(stack, ready, "READY_TO_SHIP")
    offered = place(stack, canary_order("canary-offer", quantity=2_000)).json()
    until(stack, offered, "OFFER_PENDING")
    bad = canary_order("canary-corrected")
    bad["shipping_address"]["postal_code"] = "ZQXZQ not a code"
    asked = place(stack, bad).json()
    until(stack, asked, "CORRECTION_PENDING")

    sent = stack.mails(CANARY["email"])
    assert traces_in(json.dumps([mail.html for mail in sent])), "the canary is alive: it stands in the mails"
    for receipt in (ready, offered, asked):
        history = json.dumps(stack.history(receipt["id"]), default=str)
        execution = json.dumps(stack.execution(receipt["id"]), default=str)
        assert receipt["id"] in history
        assert traces_in(history + execution) == []
    lines = stack.logs()
    assert [line for line in lines if ready["id"] in line], "the functions' logs are there, with the order's id"
    assert [line for line in lines if traces_in(line)] == []
    objects = stack.client("s3").list_objects_v2(Bucket=stack.outputs["DocumentsBucket"])["Contents"]
    keys = [item["Key"] for item in objects]
    assert [key for key in keys if ready["id"] in key]
    assert traces_in(json.dumps(keys)) == []
    for place_of, text in beside(stack).items():
        assert traces_in(text) == [], place_of


def test_an_erased_customer_is_gone_and_the_order_is_still_shown(stack):
    order = canary_order("canary-erased")
    order["customer"]["email"] = "zq7.erased@example.com"
    receipt = place(stack, order).json()
    shop, keepers = shop_on(stack), Keepers.of(stack.client, stack.outputs)
    wanted = Wanted(email="zq7.erased@example.com")
    until(stack, receipt, "READY_TO_SHIP")
    with pytest.raises(StillOpen, match=receipt["number"]):
        erase(keepers, wanted, current(), datetime.now(UTC), print)
    left = datetime.now(UTC) - timedelta(days=31)
    stored = shop.orders.load(receipt["id"])
    shop.orders.issue_goods(stored, Handling(printed_at=left, packed_at=left, handed_over_at=left))
    query = receipt["status_url"].partition("?")[2]

    def page() -> str:
        return stack.request("GET", f"/my/orders/{receipt['id']}?{query}").body.decode()

    assert traces_in(page())
    (told,) = erase(keepers, wanted, current(), datetime.now(UTC), print).orders
    assert told.order_id == receipt["id"]
    assert status(stack, receipt).json()["status"] == "READY_TO_SHIP"
    assert "was erased from this order" in page()
    assert traces_in(page()) == []
