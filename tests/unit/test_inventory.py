"""Stock in buckets: when looking at a few is enough."""

from __future__ import annotations

import pytest

from order_processing.inventory import Stock, seen_enough


def held(available: int, buckets: int, location: str = "x") -> Stock:
    return Stock(sku="A", location=location, available=available, buckets=buckets)


@pytest.mark.parametrize(
    ("stock", "enough"),
    [
        ([], True),
        ([held(0, 1)], True),
        ([held(2, 16), held(1, 16)], True),
        ([held(2, 16), held(0, 16)], False),
        ([held(5, 16), held(-9, 16)], True),
        ([held(9, 1, "y"), held(2, 16)], False),
        ([held(0, 2), held(0, 2)], True),
    ],
)
def test_what_was_not_seen_matters_only_where_too_little_was_seen(stock, enough):
    assert seen_enough(stock, {"A": 3}) is enough
