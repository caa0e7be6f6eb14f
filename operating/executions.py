"""Orders' executions: how they stand, and starting one anew that can no longer go on.

    python -m operating.executions show BRSJ-V48J-X    whether it runs, failed and with what, how often it was redriven
    python -m operating.executions anew BRSJ-V48J-X    start the order under a name of its own, beside its old execution

An execution that failed can be redriven for 14 days: do that, in the Step Functions console or in the staff's. After
that, or where it has ended without a result, start it anew. Every stage sees from the order what is done: nothing is
reserved, sent or recorded twice, and who has not answered is asked again. It is refused while an execution runs, and
for an order that has come to its end. With --stack NAME on a stack in your AWS account.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from operating.stack import add_stack, connect
from order_processing import order_number
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.runs import StepFunctionsRuns
from order_processing.decisions import NotStarted
from order_processing.errors import OrderNotFound
from order_processing.order_number import OrderNumberError
from order_processing.orders import Orders
from order_processing.sweeping import settled


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code is 1 when nothing was started, and 2 when there is no such order."""
    parser = argparse.ArgumentParser(
        prog="python -m operating.executions", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_stack(parser)
    parser.add_argument("what", choices=["show", "anew"])
    parser.add_argument("number")
    given = parser.parse_args(arguments)
    clients, outputs = connect(given.stack)
    runs = StepFunctionsRuns(clients("stepfunctions"), outputs["StateMachineArn"], outputs["EndingArn"])
    orders = DynamoOrders(clients("dynamodb"), outputs["OrdersTable"])
    try:
        order_id = order_number.parse(given.number)
        if given.what == "show":
            print(shown(order_id, orders, runs))
        else:
            print(f"started as {anew(order_id, orders, runs)}")
    except (OrderNumberError, OrderNotFound) as error:
        print(f"no such order: {error}", file=sys.stderr)
        return 2
    except (NotStarted, Finished) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


class Finished(Exception):
    """The order has come to its end: no execution has anything to do."""


def anew(order_id: str, orders: Orders, runs: StepFunctionsRuns) -> str:
    """Start the order anew, and its execution's name. Raises Finished, NotStarted and OrderNotFound."""
    stored = orders.load(order_id)
    if settled(stored):
        raise Finished(f"order {order_id} is {stored.status}: nothing is left to do")
    return runs.start_anew(order_id, stored.runs)


def shown(order_id: str, orders: Orders, runs: StepFunctionsRuns) -> str:
    """How an order and its execution stand, in one line."""
    stored = orders.load(order_id)
    run = runs.of(order_id, stored.runs)
    since = f" at {run.stopped_at:%Y-%m-%d %H:%M}" if run.stopped_at else ""
    why = f" with {run.error}" if run.error else ""
    return f"{order_id}  {stored.status}  execution {run.state}{since}{why}, redriven {run.redrives} times"


if __name__ == "__main__":
    sys.exit(main())
