"""Off the path: counts what the process is judged by, day by day."""

import os
from datetime import UTC, datetime
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.measures import DynamoMeasures, OrdersOfDay
from order_processing.adapters.orders import DynamoOrders
from order_processing.observe import logged
from order_processing.settings import current
from order_processing.stages.measure_days import day_of, measure_day

_dynamodb = client("dynamodb")
_table = os.environ["ORDERS_TABLE"]
_measures = DynamoMeasures(_dynamodb, _table)
_orders_of = OrdersOfDay(_dynamodb, _table, DynamoOrders(_dynamodb, _table))


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    day = day_of(event, now.date())
    found = measure_day(day, orders_of=_orders_of, measures=_measures, settings=current(), now=now)
    return {"day": day.isoformat(), "orders": found.total.received}
