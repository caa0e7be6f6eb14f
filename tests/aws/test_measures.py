"""A day's orders are counted from their items, again as more is known, and once however often it is done."""

from __future__ import annotations

import math
from datetime import timedelta

import boto3
import pytest

from order_processing.adapters.measures import DynamoMeasures, OrdersOfDay
from order_processing.measures import READY, stores_seen
from order_processing.settings import current
from order_processing.stages.measure_days import measure_day
from tests.aws.test_mail_reports import note_mail, reported, simple_order
from tests.aws.test_write_units import size


@pytest.fixture
def measures(shop) -> DynamoMeasures:
    return DynamoMeasures(boto3.client("dynamodb"), "orders")


def count(shop, measures, days=0):
    orders_of = OrdersOfDay(boto3.client("dynamodb"), "orders", shop.orders)
    day = shop.now.date() - timedelta(days=days)
    return measure_day(day, orders_of=orders_of, measures=measures, settings=current(), now=shop.now)


def test_a_day_is_counted_and_counted_anew(shop, measures):
    first = shop.run(shop.place(simple_order("1"))).order_id
    for number in range(2, 5):
        shop.run(shop.place(simple_order(str(number))))
    shop.place(simple_order("fresh"))
    total = count(shop, measures).total
    assert (total.received, total.judged, total.ready, total.straight, total.bounced) == (5, 4, 4, 4, 0)
    assert sum(total.spans[READY].values()) == 4
    note_mail(reported("Bounce", first), shop.mail_reports)
    assert count(shop, measures).total.bounced == 1
    assert count(shop, measures).total.bounced == 1
    shop.now += timedelta(days=1)
    assert count(shop, measures).total.received == 0
    days = measures.between(shop.now.date() - timedelta(days=1), shop.now.date())
    assert [day.total.received for day in days] == [5, 0]
    assert stores_seen(measures, shop.now.date()) == [("api", "front end")]


def test_counting_an_order_of_one_line_reads_three_units_at_most(shop):
    """A read unit for every 4 KB of the order's items, strongly consistent; docs/console.md says what it costs."""
    order_id = shop.run(shop.place(simple_order("1"))).order_id
    found = boto3.client("dynamodb").query(
        TableName="orders",
        KeyConditionExpression="order_id = :id",
        ExpressionAttributeValues={":id": {"S": order_id}},
    )
    assert math.ceil(sum(size(item) for item in found["Items"]) / 4096) <= 3
