"""Stage 3, order confirmation: tells the customer in writing what comes, for how much, and when."""

import os
from datetime import UTC, datetime

import boto3

from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.links import Links
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.post import SesPost
from order_processing.observe import Event, stage
from order_processing.settings import current
from order_processing.stages.confirm_order import confirm_order

_dynamodb = boto3.client("dynamodb")
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"])
_accounts = DynamoAccounts(_dynamodb, os.environ["ACCOUNTS_TABLE"])
_post = SesPost(boto3.client("sesv2"), os.environ["SENDER"], os.environ["CONFIGURATION_SET"], current())
_links = Links(boto3.client("secretsmanager"), os.environ["KEYS_SECRET"], os.environ["PUBLIC_URL"])


@stage
def handler(event: Event) -> None:
    confirm_order(
        event["order_id"],
        orders=_orders,
        accounts=_accounts,
        post=_post,
        settings=current(),
        status_url=_links.page_url,
        now=datetime.now(UTC),
    )
