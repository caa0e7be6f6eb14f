"""Which quota is hit first, and what to raise or change, up to 10,000 orders a second: `make capacity`.

What an order uses is the bill's (`make bill`): one order on the happy path through the deployed local stack. The quotas
are AWS's published defaults of us-east-1 (other regions have less), each with its source. Nothing of it was measured on
AWS: how long an invocation lasts there is what the bill assumes.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from local import LocalStack, seeding
from local.meter import Meter
from local.places import LOCAL
from order_processing.adapters.order_items import SHARDS
from tests.bench.bill import run, total
from tests.stack import scenarios
from tests.template import template

HOME = LOCAL / "capacity"
AS_OF = "2026-11"
MOST = 10_000
WAITING_SHARE = 0.05
"""Of how many orders a decision is asked: an assumption."""
_SMALLEST_GB = 0.5
_DOCS = "docs.aws.amazon.com"


@dataclass(frozen=True)
class Quota:
    """A limit. a_second: how much of it there is each second; per_order: how much an order takes."""

    name: str
    a_second: float
    per_order: float
    source: str
    remedy: str

    @property
    def orders_a_second(self) -> float:
        """How many orders a second it lets through."""
        return self.a_second / self.per_order if self.per_order else math.inf


def quotas(used: Counter[str]) -> list[Quota]:
    """Every quota that the design meets, the tightest first. used: by one order, by the names of the bill."""
    throttle = template()["Resources"]["HttpApiStage"]["Properties"]["DefaultRouteSettings"]["ThrottlingRateLimit"]
    running = used["GB-seconds"] / _SMALLEST_GB
    found = [
        Quota(
            "SES, messages a second (a new production account)",
            14,
            used["mails"],
            f"{_DOCS}/ses/latest/dg/manage-sending-quotas.html",
            "ask for a higher rate and daily quota weeks ahead; meanwhile SendingThrottled waits up to two hours",
        ),
        Quota(
            "Step Functions, StartExecution (Standard), refill",
            300,
            1,
            f"{_DOCS}/step-functions/latest/dg/service-quotas.html",
            "ask for more; what is throttled was stored, is answered 202, and start_orders starts it",
        ),
        Quota(
            "Step Functions, state transitions",
            5000,
            used["transitions"],
            f"{_DOCS}/step-functions/latest/dg/service-quotas.html",
            "ask for more; throttled transitions wait by themselves (ExecutionThrottled)",
        ),
        Quota(
            "API Gateway, this stage's own throttle",
            throttle,
            used["API requests"],
            "template.yaml, HttpApiStage",
            "raise ThrottlingRateLimit and ThrottlingBurstLimit; senders get 429 and repeat",
        ),
        Quota(
            "API Gateway, requests of the account",
            10_000,
            used["API requests"],
            f"{_DOCS}/apigateway/latest/developerguide/limits.html",
            "ask for more; questions about orders' status count too",
        ),
        Quota(
            "Lambda, concurrent executions of the account",
            1000,
            running,
            f"{_DOCS}/lambda/latest/dg/gettingstarted-limits.html",
            "ask for more; throttled stages are tried again, throttled requests are answered 503 by API Gateway",
        ),
        Quota(
            "DynamoDB, index received-by-day: one partition key a shard",
            1000 * SHARDS,
            1,
            f"{_DOCS}/amazondynamodb/latest/developerguide/bp-partition-key-design.html",
            f"raise SHARDS in order_items.py (now {SHARDS}): readers ask all of them, so deploy it at any time;"
            " until then writes are throttled and answered 503",
        ),
        Quota(
            "DynamoDB, index waiting: the key of one kind of wait",
            1000,
            2 * WAITING_SHARE,
            f"{_DOCS}/amazondynamodb/latest/developerguide/bp-partition-key-design.html",
            "give waits_for shards as received_day has, where so many orders wait",
        ),
        Quota(
            "DynamoDB, the list of a day's departures: one key a location and day",
            1000,
            1,
            f"{_DOCS}/amazondynamodb/latest/developerguide/bp-partition-key-design.html",
            "DynamoDB splits it by the parcel's number, which is random, in minutes; for a sudden peak, larger ranges",
        ),
        Quota(
            "DynamoDB, one SKU's stock in one bucket",
            1000,
            2,
            f"{_DOCS}/amazondynamodb/latest/developerguide/bp-partition-key-design.html",
            "buckets: count the SKU with as many as python tests/bench/contention.py says (only if all want one SKU)",
        ),
        Quota(
            "EventBridge, PutEvents",
            10_000,
            used["events"],
            f"{_DOCS}/eventbridge/latest/userguide/eb-quota.html",
            "ask for more; the stream keeps what waits for 24 hours",
        ),
        Quota(
            "S3, puts a second and prefix",
            3500,
            used["S3 puts"],
            f"{_DOCS}/AmazonS3/latest/userguide/optimizing-performance.html",
            "nothing: keys begin with the order's id, which is random, so S3 splits the prefix as it grows",
        ),
    ]
    tables = f"{_DOCS}/amazondynamodb/latest/developerguide/ServiceQuotas.html"
    warm = "set WarmThroughput before a known peak; else a table grows by itself, twofold in half an hour"
    for kind, when_new, most in (("write", 4000, 40_000), ("read", 12_000, 40_000)):
        units = used[f"{kind} units"]
        found.append(
            Quota(f"DynamoDB, {kind} units of a new table, were all of them in one", when_new, units, tables, warm)
        )
        found.append(
            Quota(f"DynamoDB, {kind} units of a table, were all of them in one", most, units, tables, "ask for more")
        )
    return sorted(found, key=lambda quota: (quota.orders_a_second, quota.name))


def main() -> None:
    """Print the quotas below MOST orders a second, in the order in which they are hit."""
    folder = Meter.folder(HOME)
    stack, meter = LocalStack.start(HOME, meter=folder).deploy(), Meter(folder)
    try:
        seeding.load(stack)
        run(stack, meter, scenarios.happy, "warm-up")
        found = quotas(total(run(stack, meter, scenarios.happy, "counted")))
    finally:
        stack.stop()
    print(f"An order with one line; quotas as published, {AS_OF}, us-east-1, before any was raised.\n")
    print(f"{'orders/s':>9}  {'an order':>8}  {'quota':>7}  what")
    for quota in found:
        if quota.orders_a_second < MOST:
            print(f"{quota.orders_a_second:9.0f}  {quota.per_order:8.4g}  {quota.a_second:7.0f}  {quota.name}")
            print(f"{'':30}-> {quota.remedy}\n{'':30}   {quota.source}")
    beyond = (quota.name for quota in found if quota.orders_a_second >= MOST)
    print(f"\nNot hit by {MOST} orders a second: {'; '.join(beyond)}")


if __name__ == "__main__":
    main()
