"""Stage 4, account update: the order of record, the account's entry and its totals, in one transaction."""

import os
from datetime import UTC, datetime
from typing import Any

import boto3

from order_processing.adapters.orders import DynamoOrders
from order_processing.observe import logger
from order_processing.stages.update_account import update_account

_orders = DynamoOrders(
    boto3.client("dynamodb"), os.environ["ORDERS_TABLE"], accounts_table=os.environ["ACCOUNTS_TABLE"]
)


@logger.inject_lambda_context
def handler(event: dict[str, str], context: Any) -> dict[str, str]:
    order_id = event["order_id"]
    logger.append_keys(order_id=order_id)
    update_account(order_id, orders=_orders, now=datetime.now(UTC))
    return {"order_id": order_id}
