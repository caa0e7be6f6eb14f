"""Alarms on the deployed stack: what happens makes them go off, and each goes off at its threshold and not below."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from local import wait_for
from tests.stack.senders import api_order, place, send_shopify, send_woocommerce
from tests.template import template

NAMES = sorted(name for name, r in template()["Resources"].items() if r["Type"] == "AWS::CloudWatch::Alarm")


@pytest.fixture(scope="module")
def alarms(stack):
    """The alarms by the names that they have in the template: their names in CloudWatch."""
    found = stack.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName="order-processing")
    resources = {r["LogicalResourceId"]: r for page in found for r in page["StackResourceSummaries"]}
    stack.resources = {name: r["PhysicalResourceId"] for name, r in resources.items()}
    return {name: stack.resources[name] for name in NAMES}


def described(stack, alarms, name):
    (alarm,) = stack.client("cloudwatch").describe_alarms(AlarmNames=[alarms[name]])["MetricAlarms"]
    return alarm


def rings(stack, alarms, name, seconds=30):
    def look():
        return described(stack, alarms, name)["StateValue"] == "ALARM"

    wait_for(look, seconds=seconds, what=f"{name} to go off")


def told(stack, alarms, name):
    """What a subscriber of the topic is told once the alarm goes off."""
    sqs, sns = stack.client("sqs"), stack.client("sns")
    queue = sqs.create_queue(QueueName=f"told-{name}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": stack.outputs["AlarmTopic"]}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=stack.outputs["AlarmTopic"], Protocol="sqs", Endpoint=arn)

    # Other tests may have made it go off already.
    stack.client("cloudwatch").set_alarm_state(AlarmName=alarms[name], StateValue="OK", StateReason="a test begins")

    def look():
        described(stack, alarms, name)
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            said = json.loads(json.loads(message["Body"])["Message"])
            if (said["AlarmName"], said["NewStateValue"]) == (alarms[name], "ALARM"):
                return said
        return None

    return look


def test_forged_signatures_and_unreadable_deliveries_are_told_to_whoever_subscribes(stack, alarms):
    hears = told(stack, alarms, "SignatureAlarm")
    for number in range(5):
        raw = json.dumps({"id": number, "email": "canary@example.com"}).encode()
        assert send_shopify(stack, raw, **{"X-Shopify-Hmac-Sha256": "AAAA"}).status == 401
    said = wait_for(hears, what="the topic to tell of forged signatures")
    assert "docs/operating.md#signaturealarm" in said["AlarmDescription"]
    assert "canary" not in json.dumps(said)

    assert send_woocommerce(stack, b'{"id": "alarm').status == 202
    rings(stack, alarms, "QuarantineAlarm")


def test_an_execution_that_fails(stack, alarms):
    lost = "7K3M9QXB4"  # no such order
    stack.client("stepfunctions").start_execution(
        stateMachineArn=stack.outputs["StateMachineArn"], name=lost, input=json.dumps({"order_id": lost})
    )
    rings(stack, alarms, "OrderProcessingAlarm", seconds=60)


def test_an_order_that_waits_for_staff_for_more_than_a_day(stack, alarms):
    receipt = place(stack, api_order("waits-long", sku="NO-SUCH-SKU")).json()
    key = {"order_id": {"S": receipt["id"]}, "part": {"S": "order"}}
    dynamodb, table = stack.client("dynamodb"), stack.outputs["OrdersTable"]
    wait_for(lambda: "waits_since" in dynamodb.get_item(TableName=table, Key=key).get("Item", {}), what="the question")
    dynamodb.update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET waits_since = :since",
        ExpressionAttributeValues={":since": {"S": (datetime.now(UTC) - timedelta(hours=25)).isoformat()}},
    )
    stack.client("lambda").invoke(FunctionName=stack.resources["RemindStaffFunction"], Payload=b"{}")
    rings(stack, alarms, "OldestWaitingAlarm")


@pytest.mark.parametrize(
    ("queue", "alarm"),
    [
        ("NotFetchedQueue", "NotFetchedAlarm"),
        ("MailReportsNotKept", "MailReportsNotKeptAlarm"),
        ("EventsNotPublished", "EventsNotPublishedAlarm"),
        ("FailedPromisesQueue", "FailedPromisesAlarm"),
    ],
)
def test_a_message_that_was_given_up(stack, alarms, queue, alarm):
    sqs, url = stack.client("sqs"), stack.resources[queue]
    fifo = {"MessageGroupId": "alarm", "MessageDeduplicationId": str(time.time_ns())} if url.endswith(".fifo") else {}
    sqs.send_message(QueueUrl=url, MessageBody="{}", **fifo)
    rings(stack, alarms, alarm)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_a_batch_that_cannot_be_printed(stack, alarms):
    answer = stack.client("lambda").invoke(
        FunctionName=stack.resources["PrintBatchFunction"], Payload=json.dumps({"batch_id": "no such batch"})
    )
    assert answer["FunctionError"]
    rings(stack, alarms, "PrintBatchAlarm")


def measure(stack, alarm, value):
    """The alarm's metric, in each of the periods that it looks at."""
    now = time.time()
    data = [
        {
            "MetricName": alarm["MetricName"],
            "Dimensions": alarm["Dimensions"],
            "Timestamp": datetime.fromtimestamp(now - place * alarm["Period"] - alarm["Period"] / 2, UTC),
            "Value": value,
        }
        for place in range(alarm["EvaluationPeriods"])
    ]
    stack.client("cloudwatch").put_metric_data(Namespace=alarm["Namespace"], MetricData=data)


# What makes the statistic over a period come to the threshold, after half of the threshold was measured in it.
REST = {"Sum": 0.5, "Maximum": 1, "Average": 1.5}


@pytest.mark.parametrize("name", NAMES)
def test_each_alarm_goes_off_at_its_threshold_and_not_below(stack, alarms, name):
    alarm = described(stack, alarms, name)
    if alarm["ComparisonOperator"] == "LessThanThreshold":  # it goes off when nothing is measured
        assert alarm["TreatMissingData"] == "breaching"
        measure(stack, alarm, alarm["Threshold"])
        assert described(stack, alarms, name)["StateValue"] == "OK"
    elif alarm["StateValue"] != "ALARM":  # else it went off for what another test does
        measure(stack, alarm, alarm["Threshold"] * 0.5)
        assert described(stack, alarms, name)["StateValue"] != "ALARM"
        measure(stack, alarm, alarm["Threshold"] * REST[alarm["Statistic"]])
        assert described(stack, alarms, name)["StateValue"] == "ALARM"
