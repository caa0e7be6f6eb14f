"""The calculation of capacity: what an order uses against what there is."""

from __future__ import annotations

from collections import Counter

from order_processing.adapters.order_items import SHARDS
from tests.bench.capacity import MOST, quotas

USED: Counter[str] = Counter(
    {"API requests": 1, "transitions": 5, "mails": 1, "S3 puts": 2, "events": 5, "write units": 20, "read units": 10}
)
USED["GB-seconds"] = 1


def by_name() -> dict[str, float]:
    return {quota.name: quota.orders_a_second for quota in quotas(USED)}


def test_quotas_come_in_the_order_in_which_they_are_hit_each_with_its_source_and_what_to_do():
    found = quotas(USED)
    rates = [quota.orders_a_second for quota in found]
    assert rates == sorted(rates)
    assert found[0].name.startswith("SES")
    assert all(quota.source and quota.remedy for quota in found)
    assert rates[0] < MOST


def test_how_many_orders_a_quota_lets_through_follows_from_what_an_order_uses():
    found = by_name()
    assert found["Step Functions, state transitions"] == 1000
    assert found["Lambda, concurrent executions of the account"] == 500
    assert found["EventBridge, PutEvents"] == 2000
    assert found["DynamoDB, write units of a table, were all of them in one"] == 2000
    assert found["DynamoDB, index received-by-day: one partition key a shard"] == 1000 * SHARDS


def test_what_an_order_does_not_use_is_never_hit():
    silent = Counter({**USED, "mails": 0})
    assert quotas(silent)[-1].name.startswith("SES")
