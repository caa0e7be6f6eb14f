"""Orders that their store has changed after the customer was told what they get: somebody must decide.

    python -m operating.store_changes [--days 30]    which, when, and what the store says now
    python -m operating.store_changes done ORDER     seen to: off the list; the change stays in the order's timeline

With --stack NAME on a stack in your AWS account.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from operating.stack import add_stack, connect
from order_processing import order_number
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.store_changes import DynamoStoreChanges
from order_processing.order_number import OrderNumberError, display
from order_processing.orders import Orders


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code is 1 when an order is not on the list."""
    parser = argparse.ArgumentParser(
        prog="python -m operating.store_changes",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_stack(parser)
    parser.add_argument("what", nargs="?", choices=["list", "done"], default="list")
    parser.add_argument("order", nargs="?", default="")
    parser.add_argument("--days", type=int, default=30, help="how far to look back")
    given = parser.parse_args(arguments)
    clients, outputs = connect(given.stack)
    dynamodb, table = clients("dynamodb"), outputs["OrdersTable"]
    changes = DynamoStoreChanges(dynamodb, table)
    since = datetime.now(UTC) - timedelta(days=given.days)
    if given.what == "list":
        for line in told(changes, DynamoOrders(dynamodb, table), since):
            print(line)
        return 0
    try:
        wanted = order_number.parse(given.order)
    except OrderNumberError as error:
        parser.error(str(error))
    found = [(at, order_id) for at, order_id in changes.for_staff(since) if order_id == wanted]
    for at, order_id in found:
        changes.done(at, order_id)
    print(f"{display(wanted)}: {len(found)} changes off the list")
    return 0 if found else 1


def told(changes: DynamoStoreChanges, orders: Orders, since: datetime) -> Iterator[str]:
    """A line for each change that somebody must look at, the oldest first."""
    for at, order_id in changes.for_staff(since):
        stored = orders.load(order_id)
        reasons = [state.reason for state in stored.states if state.action == "tell_staff"]
        yield f"{display(order_id)}  {at[:16].replace('T', ' ')} UTC  {stored.status}  {'; '.join(reasons)}"


if __name__ == "__main__":
    sys.exit(main())
