"""Each alarm looks at a metric that is really made, under just these dimensions, and somebody is told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from order_processing.metrics import METRICS, SERVICE
from tests.operating_docs import headings
from tests.template import template

RESOURCES = template()["Resources"]
ALARMS = {name: r["Properties"] for name, r in RESOURCES.items() if r["Type"] == "AWS::CloudWatch::Alarm"}
ALWAYS = [name for name in ALARMS if "Condition" not in RESOURCES[name]]
"""Those that every stack has: of the others the dashboard, which every stack has too, can say nothing."""
TOPIC = {"Ref": "AlarmTopic"}

# What AWS documents that its services measure, and under which dimensions (CloudWatch metrics of Lambda, Step
# Functions, SQS, DynamoDB, API Gateway's HTTP APIs; SES, Monitoring your sender reputation).
MEASURED_BY_AWS: dict[tuple[str, str], set[tuple[str, ...]]] = {
    ("AWS/Lambda", "Errors"): {(), ("FunctionName",), ("FunctionName", "Resource")},
    ("AWS/Lambda", "Invocations"): {(), ("FunctionName",), ("FunctionName", "Resource")},
    ("AWS/Lambda", "Duration"): {("FunctionName",), ("FunctionName", "Resource")},
    ("AWS/Lambda", "ConcurrentExecutions"): {(), ("FunctionName",), ("FunctionName", "Resource")},
    ("AWS/Lambda", "Throttles"): {(), ("FunctionName",), ("FunctionName", "Resource")},
    ("AWS/Lambda", "IteratorAge"): {("FunctionName",), ("FunctionName", "Resource")},
    ("AWS/States", "ExecutionsFailed"): {("StateMachineArn",)},
    ("AWS/States", "ExecutionsStarted"): {("StateMachineArn",)},
    ("AWS/States", "ExecutionsSucceeded"): {("StateMachineArn",)},
    ("AWS/States", "ExecutionTime"): {("StateMachineArn",)},
    ("AWS/States", "ExecutionThrottled"): {("StateMachineArn",)},
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): {("QueueName",)},
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): {("QueueName",)},
    ("AWS/DynamoDB", "WriteThrottleEvents"): {("TableName",), ("GlobalSecondaryIndexName", "TableName")},
    ("AWS/DynamoDB", "ConsumedWriteCapacityUnits"): {("TableName",), ("GlobalSecondaryIndexName", "TableName")},
    ("AWS/DynamoDB", "ConsumedReadCapacityUnits"): {("TableName",), ("GlobalSecondaryIndexName", "TableName")},
    **{("AWS/ApiGateway", name): {("ApiId",), ("ApiId", "Stage")} for name in ("Count", "4xx", "5xx", "Latency")},
    **{("AWS/SES", name): {(), ("ses:configuration-set",)} for name in ("Send", "Bounce", "Complaint")},
    ("AWS/SES", "Reputation.BounceRate"): {(), ("ses:configuration-set",)},
    ("AWS/SES", "Reputation.ComplaintRate"): {(), ("ses:configuration-set",)},
}
LEVELS = {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage", "IteratorAge", "OldestWaitingOrder"}


def dimensions(alarm: dict[str, Any]) -> dict[str, Any]:
    return {dimension["Name"]: dimension["Value"] for dimension in alarm.get("Dimensions", [])}


def ours(alarm: dict[str, Any]) -> bool:
    return alarm["Namespace"] == {"Ref": "AWS::StackName"}


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_looks_at_a_metric_that_is_made_under_its_dimensions(name):
    alarm = ALARMS[name]
    split = dimensions(alarm)
    if not ours(alarm):
        known = MEASURED_BY_AWS[alarm["Namespace"], alarm["MetricName"]]
        assert tuple(sorted(split)) in known
        return
    metric = METRICS[alarm["MetricName"]]
    assert split.pop("service") == SERVICE
    assert set(split) in (set(), set(metric.dimensions))
    if metric.unit == "Count":
        assert alarm["Statistic"] == "Sum"


@pytest.mark.parametrize("name", ALARMS)
def test_a_level_is_looked_at_by_its_highest_and_a_count_by_its_sum(name):
    alarm = ALARMS[name]
    rates = alarm["MetricName"].startswith("Reputation.")
    expected = "Average" if rates else "Maximum" if alarm["MetricName"] in LEVELS else "Sum"
    assert alarm["Statistic"] == expected


@pytest.mark.parametrize("name", ALARMS)
def test_somebody_is_told_when_it_goes_off_and_when_it_is_over_and_where_to_read_on(name):
    alarm = ALARMS[name]
    assert (alarm["AlarmActions"], alarm["OKActions"]) == ([TOPIC], [TOPIC])
    assert alarm["AlarmDescription"].endswith(f". docs/operating.md#{name.lower()}")


def test_the_functions_count_under_the_namespace_that_the_alarms_look_at():
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == {"Ref": "AWS::StackName"}


def last_resorts() -> set[str]:
    """The queues that take what was given up."""
    return {name for name, resource in RESOURCES.items() if resource["Type"] == "AWS::SQS::Queue"} & {
        target.removesuffix(".Arn") for resource in RESOURCES.values() for target in _given_up_to(resource)
    }


def _given_up_to(place: Any) -> list[str]:
    if isinstance(place, list):
        return [target for each in place for target in _given_up_to(each)]
    if not isinstance(place, dict):
        return []
    found = [
        place[key][inner]["GetAtt"]
        for key, inner in (("DeadLetterConfig", "Arn"), ("OnFailure", "Destination"))
        if key in place
    ]
    if "deadLetterTargetArn" in place:
        found.append(place["deadLetterTargetArn"]["GetAtt"])
    return found + [target for each in place.values() for target in _given_up_to(each)]


def test_every_queue_of_what_was_given_up_has_an_alarm():
    watched = {
        dimensions(alarm)["QueueName"]["GetAtt"].removesuffix(".QueueName")
        for alarm in ALARMS.values()
        if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    }
    assert len(last_resorts()) >= 4
    assert last_resorts() <= watched


def test_every_state_machine_and_every_function_on_a_schedule_has_an_alarm():
    machines = {name for name, r in RESOURCES.items() if r["Type"] == "AWS::Serverless::StateMachine"}
    scheduled = {
        name
        for name, r in RESOURCES.items()
        if r["Type"] == "AWS::Serverless::Function"
        and any(event["Type"] == "ScheduleV2" for event in r["Properties"].get("Events", {}).values())
    }
    watched = {
        split["Ref"]
        for alarm in ALARMS.values()
        if alarm["MetricName"] in ("Errors", "ExecutionsFailed")
        for split in dimensions(alarm).values()
    }
    assert machines | scheduled <= watched


def test_an_alarm_about_each_cause_that_operations_must_know_of():
    metrics = {alarm["MetricName"] for alarm in ALARMS.values()}
    assert {"WebhookSignatureRefused", "DeliveryQuarantined", "OldestWaitingOrder", "SweeperFinding"} <= metrics
    assert RESOURCES["CostAnomalyAlarm"]["Type"] == "AWS::CE::AnomalySubscription"
    assert RESOURCES["CostAnomalyAlarm"]["Properties"]["Subscribers"] == [{"Type": "SNS", "Address": TOPIC}]


def test_the_topic_is_encrypted_with_a_key_that_alarms_may_use():
    assert RESOURCES["AlarmTopic"]["Properties"]["KmsMasterKeyId"] == {"GetAtt": "AlarmKey.Arn"}
    told = {"cloudwatch.amazonaws.com", "costalerts.amazonaws.com"}
    for statements in (
        RESOURCES["AlarmKey"]["Properties"]["KeyPolicy"]["Statement"],
        RESOURCES["AlarmTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"],
    ):
        allowed = [s for s in statements if set(s["Principal"].get("Service", [])) == told]
        assert len(allowed) == 1
        assert allowed[0]["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def dashboard() -> list[dict[str, Any]]:
    widgets: list[dict[str, Any]] = json.loads(RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Sub"])["widgets"]
    return widgets


def shown() -> list[tuple[str, str, tuple[str, ...]]]:
    """The metrics on the dashboard: namespace, name, dimensions' names."""
    rows = [row for widget in dashboard() for row in widget["properties"].get("metrics", [])]
    named = [[part for part in row if isinstance(part, str)] for row in rows if isinstance(row[0], str)]
    return [(namespace, name, tuple(sorted(split[::2]))) for namespace, name, *split in named]


def test_the_dashboard_shows_metrics_that_are_made():
    for namespace, name, split in shown():
        if namespace == "${AWS::StackName}":
            assert set(split) in ({"service"}, {"service", *METRICS[name].dimensions})
        else:
            assert split in MEASURED_BY_AWS[namespace, name], (namespace, name)


def test_whatever_is_counted_is_looked_at():
    seen = {name for _, name, _ in shown()} | {alarm["MetricName"] for alarm in ALARMS.values()}
    assert set(METRICS) <= seen


def test_the_dashboard_shows_every_alarm_and_names_nothing_that_is_not_there():
    body = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Sub"]
    (panel,) = (widget for widget in dashboard() if widget["type"] == "alarm")
    assert sorted(panel["properties"]["alarms"]) == sorted(f"${{{name}.Arn}}" for name in ALWAYS)
    named = {name.partition(".")[0] for name in re.findall(r"\$\{(\w+(?:\.\w+)?)\}", body)}
    assert named <= set(RESOURCES)


def test_no_two_panels_of_the_dashboard_lie_on_each_other():
    taken: set[tuple[int, int]] = set()
    for widget in dashboard():
        cells = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert not taken & cells
        assert widget["x"] + widget["width"] <= 24
        taken |= cells


def test_each_alarm_has_its_part_in_the_runbook_and_no_part_is_about_another():
    assert sorted(headings()) == sorted([*ALARMS, "CostAnomalyAlarm"])


def test_the_docs_say_how_many_alarms_there_are():
    cost = (Path(__file__).parents[2] / "docs" / "cost.md").read_text(encoding="utf-8")
    assert f"| {len(ALWAYS)} alarms | {len(ALWAYS) * 0.10:.2f} |" in cost
