"""Metrics and alarms for ministack, which has CloudWatch, but whose services measure little and whose alarms are rough.

As AWS does:
- A line of a function's log in the embedded metric format becomes its metrics, under each of its sets of dimensions
  (CloudWatch User Guide, Embedded metric format specification).
- Lambda counts for all functions together too, under no dimension; Step Functions counts executions that failed;
  HTTP APIs count what they answered with 5xx; SQS says how many messages wait and for how long.
- An alarm looks at its own metric with just its dimensions, period by period; periods without a value count as
  TreatMissingData says (User Guide, How CloudWatch alarms evaluate missing data). The periods end now, where AWS's
  end with the minute, and alarms are evaluated when somebody asks for them.
- A template may hold questions to the logs (AWS::Logs::QueryDefinition). They are for CloudWatch's own page, which is
  not here: they are taken and not kept.

Imported by `start_ministack`, in the emulator's own environment.
"""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from typing import Any

from ministack.services import apigateway, cloudwatch, lambda_svc, sqs, stepfunctions
from ministack.services.cloudformation import provisioners

_emit_logs = lambda_svc._emit_lambda_logs
_emit_metrics = lambda_svc._emit_lambda_metrics
_fail = stepfunctions._fail_execution
_answer_api = apigateway._handle_execute_in_scope
_describe = cloudwatch._describe_alarms
_BREACHES = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


def install() -> None:
    """Let the services measure, and alarms look at what they measured."""
    lambda_svc._emit_lambda_logs = _logs
    lambda_svc._emit_lambda_metrics = _invoked
    stepfunctions._fail_execution = _failed
    apigateway._handle_execute_in_scope = _answered
    cloudwatch._evaluate_alarm = _evaluate
    cloudwatch._describe_alarms = _described
    provisioners._RESOURCE_HANDLERS["AWS::Logs::QueryDefinition"] = {
        "create": lambda *_: (str(uuid.uuid4()), {}),
        "update": lambda query, *_: (query, {}),
        "delete": lambda *_: None,
    }


def _logs(func: dict, request_id: str, text: str, *others: Any, **named: Any) -> None:
    _emit_logs(func, request_id, text, *others, **named)
    for line in (text or "").splitlines():
        if '"_aws"' in line:
            with contextlib.suppress(ValueError, KeyError, TypeError):  # a line that is not in the format is a log line
                _keep(json.loads(line))


def _keep(said: dict) -> None:
    at = said["_aws"]["Timestamp"] / 1000
    for directive in said["_aws"]["CloudWatchMetrics"]:
        for metric in directive["Metrics"]:
            values = said[metric["Name"]]
            for names in directive["Dimensions"]:
                cloudwatch._store_datum(
                    directive["Namespace"],
                    metric["Name"],
                    {name: said[name] for name in names},
                    at,
                    metric.get("Unit", "None"),
                    None,
                    values if isinstance(values, list) else [values],
                    None,
                    None,
                )


def _invoked(function: str, duration_ms: float, error: bool, throttle: bool) -> None:
    _emit_metrics(function, duration_ms, error, throttle)
    for name, value in (("Invocations", 1), ("Errors", int(error)), ("Throttles", int(throttle))):
        cloudwatch.record_metric("AWS/Lambda", name, value, "Count", {})


def _failed(execution: dict, error: str, cause: str) -> None:
    _fail(execution, error, cause)
    of = {"StateMachineArn": execution["stateMachineArn"]}
    cloudwatch.record_metric("AWS/States", "ExecutionsFailed", 1, "Count", of)


async def _answered(api_id: str, *others: Any, **named: Any) -> Any:
    answer = await _answer_api(api_id, *others, **named)
    cloudwatch.record_metric("AWS/ApiGateway", "Count", 1, "Count", {"ApiId": api_id})
    cloudwatch.record_metric("AWS/ApiGateway", "5xx", int(answer[0] >= 500), "Count", {"ApiId": api_id})
    return answer


def _described(*asked: Any) -> Any:
    _look_at_queues()
    cloudwatch._evaluate_all_alarms()
    return _describe(*asked)


def _look_at_queues() -> None:
    now = time.time()
    for queue in list(sqs._queues.values()):
        sqs._refresh_counts(queue)
        waiting = [message for message in queue["messages"] if message["visible_at"] <= now]
        oldest = max((now - message.get("sent_at", now) for message in queue["messages"]), default=0)
        of = {"QueueName": queue["name"]}
        cloudwatch.record_metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", len(waiting), "Count", of)
        cloudwatch.record_metric("AWS/SQS", "ApproximateAgeOfOldestMessage", oldest, "Seconds", of)


def _evaluate(alarm: dict) -> None:
    state = _state(alarm)
    before = alarm["StateValue"]
    if state is None or state == before:
        return
    reason = f"Threshold Crossed: {alarm['MetricName']} {alarm['ComparisonOperator']} {alarm['Threshold']:g}"
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _state(alarm: dict) -> str | None:
    """What the alarm should say now; None where it stays as it is."""
    dimensions = {d["Name"]: d["Value"] for d in alarm.get("Dimensions") or []}
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions))
    points = list(cloudwatch._metrics.get(key) or [])
    periods = int(alarm.get("EvaluationPeriods", 1))
    values = [_value(alarm, points, place) for place in range(periods)]
    seen = [value for value in values if value is not None]
    missing = alarm.get("TreatMissingData", "missing")
    if not seen and missing == "ignore":
        return None
    if not seen and missing == "missing":
        return "INSUFFICIENT_DATA"
    breaches = _BREACHES[alarm["ComparisonOperator"]]
    bad = sum(breaches(value, alarm["Threshold"]) for value in seen)
    bad += (periods - len(seen)) * (missing == "breaching")
    return "ALARM" if bad >= int(alarm.get("DatapointsToAlarm") or periods) else "OK"


def _value(alarm: dict, points: list, place: int) -> float | None:
    """The alarm's statistic over one of its periods. place: 0 for the one that ends now, 1 for the one before."""
    period = int(alarm.get("Period", 60))
    until = time.time() - place * period
    within = [point for point in points if until - period < point["Timestamp"] <= until + (place == 0)]
    if not within:
        return None
    wanted = alarm.get("ExtendedStatistic") or alarm.get("Statistic", "Average")
    return cloudwatch._stat_value(cloudwatch._calc_stats(within), wanted, within)
