"""Whether as much of a SKU is reserved as orders hold of it, source by source.

    python -m operating.stock BEANIE            print every source; the exit code is 1 where the two differ
    python -m operating.stock BEANIE --repair   reserve what orders hold, where they differ

With --stack NAME on a stack in your AWS account. It reads every order that holds anything: about two read units each,
and one for every 4 KB of the orders table. Orders may go on meanwhile: what differs is read twice more, and a repair
that meets a change writes nothing.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from operating.stack import add_stack, connect
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.stock_books import DynamoStockBooks
from order_processing.auditing import QUIET, total_of
from order_processing.stages.audit_stock import Holdings, compare


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m operating.stock", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_stack(parser)
    parser.add_argument("sku", metavar="SKU")
    parser.add_argument("--repair", action="store_true", help="reserve what orders hold")
    given = parser.parse_args(arguments)
    clients, outputs = connect(given.stack)
    dynamodb = clients("dynamodb")
    orders = DynamoOrders(dynamodb, outputs["OrdersTable"])
    stock = DynamoStockBooks(dynamodb, outputs["OrdersTable"], outputs["InventoryTable"])
    return reconcile(given.sku, orders, stock, repair=given.repair, clock=lambda: datetime.now(UTC))


def reconcile(
    sku: str, orders: DynamoOrders, stock: DynamoStockBooks, *, repair: bool, clock: Callable[[], datetime]
) -> int:
    """Compare, print, and repair; 1 when something differs afterwards."""
    holdings = Holdings(orders, stock, clock, clock() - QUIET)
    for _ in holdings.load(stock.holders()):
        pass
    holdings.catch_up()
    seen = compare(sku, stock, holdings, time.sleep)
    if seen is None:
        print(f"{sku}: orders were at it all the time, run this again")
        return 1
    gaps, claims = seen
    for source, pieces in sorted(total_of(holdings.of(sku).values()).items()):
        if source[1] == sku:
            print(f"{source[0]} {source[2]} {source[3] or source[4]}: orders hold {pieces}")
    for claim in claims:
        print(f"{claim.document}: {claim.quantity} are claimed for order {claim.order_id}, which does not hold them")
    left = 0
    for gap in gaps:
        done = repair and stock.put_right(gap)
        left += not done
        print(f"{gap.subject}: {gap.reserved} are reserved, orders hold {gap.held}{': put right' if done else ''}")
    return 1 if left or claims else 0


if __name__ == "__main__":
    sys.exit(main())
