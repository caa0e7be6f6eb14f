"""On a schedule: finds orders that are stuck, or whose end nobody was told, and mends what is safe to mend."""

import os
from datetime import UTC, datetime
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.findings import DynamoFindings
from order_processing.adapters.order_lists import OrderLists
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.runs import StepFunctionsRuns
from order_processing.adapters.waiting import DynamoWaiting
from order_processing.finding_log import tell
from order_processing.observe import logged, logger
from order_processing.stages.sweep_orders import Sweep

_dynamodb = client("dynamodb")
_stepfunctions = client("stepfunctions")
_machines = os.environ["STATE_MACHINE_ARN"], os.environ["ENDING_ARN"]
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"])
_lists = OrderLists(_dynamodb, os.environ["ORDERS_TABLE"])
_waiting = DynamoWaiting(_dynamodb, os.environ["ORDERS_TABLE"])
_executions = StepFunctionsExecutions(_stepfunctions, *_machines, alias=os.environ.get("MACHINES_ALIAS", ""))
_runs = StepFunctionsRuns(_stepfunctions, *_machines)
_findings = DynamoFindings(_dynamodb, os.environ["FINDINGS_TABLE"])


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    sweep = Sweep(
        orders=_orders,
        lists=_lists,
        waiting=_waiting,
        executions=_executions,
        runs=_runs,
        findings=_findings,
        now=datetime.now(UTC),
    )
    swept = sweep.run()
    tell(swept.found)
    if swept.left:
        logger.warning("more orders than one sweep looks at", extra={"left": swept.left})
    return {"found": len(swept.found), "resolved": len(swept.resolved), "left": swept.left}
