"""Orders that their store has cancelled when the label was printed already: somebody must look for the parcel.

python -m operating.late_cancellations [--days 7] [--stack NAME]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from operating.stack import add_stack, connect
from order_processing.adapters.order_lists import OrderLists
from order_processing.adapters.orders import DynamoOrders
from order_processing.order_number import display


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m operating.late_cancellations",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_stack(parser)
    parser.add_argument("--days", type=int, default=7, help="how far to look back")
    given = parser.parse_args(arguments)
    clients, outputs = connect(given.stack)
    table = outputs["OrdersTable"]
    orders = DynamoOrders(clients("dynamodb"), table)
    since = datetime.now(UTC) - timedelta(days=given.days)
    for order_id in OrderLists(clients("dynamodb"), table).late_cancellations(since):
        stored = orders.load(order_id)
        if late := stored.late_cancellation:
            left = stored.handling.handed_over_at
            where = f"left {left:%Y-%m-%d %H:%M}" if left else "still here"
            print(f"{display(order_id)}  {late.at:%Y-%m-%d %H:%M} UTC  {late.reason.code}  {where}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
