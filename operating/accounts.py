"""Whether the customers' accounts say what their orders say.

    python -m operating.accounts reconcile            print every difference; the exit code is 1 when there is one
    python -m operating.accounts reconcile --repair   write what the orders say where an account says otherwise

With --stack NAME on a stack in your AWS account. It reads every order and every account: about three read units an
order. Orders may go on meanwhile: what differs is read a second time, and a repair that meets a change writes nothing.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from operating.stack import add_stack, connect
from order_processing.adapters.ledger import Ledger


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m operating.accounts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_stack(parser)
    parser.add_argument("command", choices=["reconcile"])
    parser.add_argument("--repair", action="store_true", help="write what the orders say")
    given = parser.parse_args(arguments)
    clients, outputs = connect(given.stack)
    began = time.monotonic()

    def progress(what: str, count: int) -> None:
        print(f"{time.monotonic() - began:6.0f} s: {count} {what}", file=sys.stderr)

    ledger = Ledger(clients("dynamodb"), outputs["OrdersTable"], outputs["AccountsTable"], progress)
    return reconcile(ledger, repair=given.repair)


def reconcile(ledger: Ledger, *, repair: bool) -> int:
    """Compare, print, and repair; 1 when something differs afterwards."""
    accounts = differing = repaired = 0
    for customer_id, told in ledger.compare():
        accounts += 1
        for difference in told:
            print(difference.message)
        if not told:
            continue
        differing += 1
        if repair and ledger.repair(customer_id):
            repaired += 1
            print(f"{customer_id}: repaired")
        elif repair:
            print(f"{customer_id}: changed meanwhile, run this again")
    print(f"{accounts} accounts, {differing} with differences, {repaired} repaired")
    return 1 if differing > repaired else 0


if __name__ == "__main__":
    sys.exit(main())
