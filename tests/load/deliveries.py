"""Two thousand deliveries from twenty stores, 30 % of them repeats, shuffled: `make deliveries`.

They go through the public API of a fresh local stack, from 4 clients at once, with at most 16 orders under way. Of the
distinct ones a fifth are changes of an order, and may come before its create or after it was confirmed. Ends with
status 1 unless there is exactly each distinct order: stored once, run once, reserved once, confirmed once, as its
newest state says, or with that state kept for staff where the customer had been told before it came. Times are this
machine's, not AWS's.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

from local import LocalStack, seeding
from order_processing.inventory import StockCount
from tests.load.crowd import check, connect, crowd, send, settled, stores
from tests.load.rush import add_product, shop_on

HOME = Path(__file__).parents[2] / ".local" / "deliveries"
_SKU = "CROWD-1"
_WITHIN = 1.0


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.deliveries", description=__doc__.splitlines()[0])
    parser.add_argument("--deliveries", type=int, default=2000)
    parser.add_argument("--stores", type=int, default=20)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--most", type=int, default=16, help="orders under way at once")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    stack = LocalStack.start(HOME).deploy()
    try:
        seeding.load(stack)
        shop = shop_on(stack)
        add_product(shop, _SKU)
        pieces = 3 * given.deliveries
        shop.inventory.count(StockCount(document=_SKU, sku=_SKU, location="louisville", on_hand=pieces, buckets=8))
        senders = stores(given.stores, "crowd")
        connect(stack, senders)
        sent = crowd(senders, given.deliveries, repeated=0.3, sku=_SKU, chance=random.Random(given.seed))  # noqa: S311
        began = time.monotonic()
        answers = list(send(stack, sent, clients=given.clients, most=given.most))
        took = time.monotonic() - began
        slow = sum(seconds > _WITHIN for _, _, seconds in answers)
        print(f"{len(sent)} deliveries from {len(senders)} stores in {took:.0f} s, {slow} answered after more than 1 s")
        print("answered:", dict(Counter(status for _, status, _ in answers)))
        orders = settled(stack, sent, seconds=1200)
        print(f"{len(orders)} orders, the last of them ready {time.monotonic() - began:.0f} s after the first delivery")
        done = Counter(state.action for order in orders.values() for state in order.states)
        print("changes:", dict(done), "and", sum(bool(o.store_version) for o in orders.values()), "states without news")
        check(stack, senders, sent, orders)
        print("exactly the distinct orders: each stored, run, reserved and confirmed once, as its newest state says")
    except AssertionError as error:
        sys.exit(f"NOT SO: {error}")
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
