"""Deliveries from twenty stores, 30 % of them repeats, shuffled: a small run of `make deliveries`."""

from __future__ import annotations

import random

from order_processing.inventory import StockCount
from tests.load.crowd import check, connect, crowd, send, settled, stores
from tests.load.rush import add_product, shop_on

SKU = "CROWD-200"


def test_shuffled_and_repeated_deliveries_end_in_exactly_the_distinct_orders(stack):
    shop = shop_on(stack)
    add_product(shop, SKU)
    shop.inventory.count(StockCount(document=SKU, sku=SKU, location="louisville", on_hand=1000, buckets=4))
    senders = stores(20, "crowd")
    connect(stack, senders)
    sent = crowd(senders, 200, repeated=0.3, sku=SKU, chance=random.Random(7))  # noqa: S311
    answers = [status for _, status, _ in send(stack, sent, clients=2, most=8)]
    assert set(answers) <= {200, 202}
    assert len({each.order_id for each in sent}) == 112
    check(stack, senders, sent, settled(stack, sent, seconds=600))
