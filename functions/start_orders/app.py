"""On a schedule: starts whatever was stored and not started."""

import os
from datetime import UTC, datetime
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.orders import DynamoOrders
from order_processing.observe import count, logged, logger
from order_processing.stages.start_orders import start_orders

_orders = DynamoOrders(client("dynamodb"), os.environ["ORDERS_TABLE"])
_executions = StepFunctionsExecutions(
    client("stepfunctions"), os.environ["STATE_MACHINE_ARN"], alias=os.environ.get("MACHINES_ALIAS", "")
)


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    started = start_orders(
        orders=_orders,
        executions=_executions,
        now=datetime.now(UTC),
        minutes=int(os.environ["SWEEP_MINUTES"]),
    )
    if started:
        count("OrderStartedLate", len(started))
        logger.warning("orders had been stored and not started", extra={"orders": started})
    return {"started": len(started)}
