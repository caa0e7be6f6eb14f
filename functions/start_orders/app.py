"""On a schedule: starts whatever was stored and not started."""

import os
from datetime import UTC, datetime
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.findings import DynamoFindings
from order_processing.adapters.order_lists import OrderLists
from order_processing.adapters.orders import DynamoOrders
from order_processing.observe import count, logged, logger
from order_processing.stages.start_orders import start_orders

_dynamodb = client("dynamodb")
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"])
_lists = OrderLists(_dynamodb, os.environ["ORDERS_TABLE"])
_findings = DynamoFindings(_dynamodb, os.environ["FINDINGS_TABLE"])
_executions = StepFunctionsExecutions(
    client("stepfunctions"), os.environ["STATE_MACHINE_ARN"], alias=os.environ.get("MACHINES_ALIAS", "")
)


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    started = start_orders(
        orders=_orders, lists=_lists, executions=_executions, progress=_findings, now=datetime.now(UTC)
    )
    if started:
        count("OrderStartedLate", len(started))
        logger.warning("orders had been stored and not started", extra={"orders": started})
    return {"started": len(started)}
