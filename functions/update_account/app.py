"""Stage 4, account update: the account's totals, the account's entry, and the order of record."""

import os
from datetime import UTC, datetime

from order_processing.adapters.aws import client
from order_processing.adapters.orders import DynamoOrders
from order_processing.observe import Event, stage
from order_processing.stages.update_account import update_account

_orders = DynamoOrders(client("dynamodb"), os.environ["ORDERS_TABLE"], accounts_table=os.environ["ACCOUNTS_TABLE"])


@stage
def handler(event: Event) -> None:
    update_account(event["order_id"], orders=_orders, now=datetime.now(UTC))
