"""Stage 2, availability check: promises the order's lines and reserves what makes the promise true."""

import os
from datetime import UTC, datetime
from typing import Any

import boto3

from order_processing.adapters.inventory import DynamoInventory
from order_processing.adapters.orders import DynamoOrders
from order_processing.observe import logger
from order_processing.settings import current
from order_processing.stages.check_availability import check_availability

_dynamodb = boto3.client("dynamodb")
_inventory = DynamoInventory(_dynamodb, os.environ["INVENTORY_TABLE"])
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"], inventory_table=os.environ["INVENTORY_TABLE"])


@logger.inject_lambda_context
def handler(event: dict[str, str], context: Any) -> dict[str, str]:
    order_id = event["order_id"]
    logger.append_keys(order_id=order_id)
    check_availability(order_id, orders=_orders, inventory=_inventory, settings=current(), now=datetime.now(UTC))
    return {"order_id": order_id}
