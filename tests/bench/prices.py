"""Public prices, as they stand in `prices.json`, and what something used costs by them.

Each has what it is for, AWS's own page of it, and where it was really read: AWS's pages draw many figures by script.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from local.meter import Invocation
from tests.template import template

TABLE = json.loads(Path(__file__).with_name("prices.json").read_text(encoding="utf-8"))
PRICES: dict[str, float] = {what: price for what, (price, *_) in TABLE["dollars_per_million"].items()}
TO_ENDPOINTS = "DeliverWebhooks"
"""The function that waits for other people's answers too: for all of one invocation at the same time."""
_LOGGING = template()["Globals"]["Function"].get("LoggingConfig", {}).get("SystemLogLevel", "INFO")
_LEVEL = template()["Parameters"].get(_LOGGING["Ref"], {})["Default"] if isinstance(_LOGGING, dict) else _LOGGING
# START, END and REPORT, which Lambda logs of each invocation unless it is told to log no more than warnings.
PLATFORM_LOG_BYTES = TABLE["platform_log_bytes"] if _LEVEL == "INFO" else 0
_OPERATIONS = {
    "s3:PutObject": "S3 puts",
    "s3:GetObject": "S3 gets",
    "sesv2:SendEmail": "mails",
    "sqs:SendMessage": "queue requests",
    "sqs:SendMessageBatch": "queue requests",
    "secretsmanager:GetSecretValue": "secret reads",
}


def dollars(used: Counter[str]) -> dict[str, float]:
    """What it costs a million times, by what was used; KeyError for what has no price."""
    return {what: PRICES[what] * count for what, count in used.items()}


def used_by(ran: Invocation) -> Counter[str]:
    """What one invocation used, by the names of the prices, once it is warm.

    Its duration is its CPU time on the share of a processor that its memory buys, and what its calls are waited for.
    A secret that a process reads once in five minutes is no part of an order's bill, so it is left out.
    """
    used = Counter(ran.used)
    for call, count in ran.calls.items():
        if (what := _OPERATIONS.get(call)) and what != "secret reads":
            used[what] += count
    waited_ms = waiting_ms(ran.calls) + (TABLE["waiting_ms"]["endpoint"] if ran.function == TO_ENDPOINTS else 0)
    share = min(1.0, ran.memory_mb / TABLE["full_processor_mb"])
    seconds = (ran.cpu_ms / share + waited_ms) / 1000
    used["invocations"] += 1
    used["GB-seconds"] += ran.memory_mb / 1024 * seconds  # type: ignore[assignment]
    used["log bytes"] += ran.log_bytes + PLATFORM_LOG_BYTES
    return used


def waiting_ms(calls: Counter[str]) -> float:
    """What calls of AWS are waited for, one after the other, as assumed."""
    assumed = TABLE["waiting_ms"]
    return sum(count * assumed.get(call, assumed.get(call.partition(":")[0], 15)) for call, count in calls.items())
