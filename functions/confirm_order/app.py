"""Stage 3, order confirmation: tells the customer in writing what comes, for how much, and when."""

import os
from datetime import UTC, datetime

from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.aws import client
from order_processing.adapters.customers_post import customers_post
from order_processing.adapters.links import Links
from order_processing.adapters.mail_reports import DynamoUnreached
from order_processing.adapters.orders import DynamoOrders
from order_processing.observe import Event, stage
from order_processing.settings import current
from order_processing.stages.confirm_order import confirm_again, confirm_order

_dynamodb = client("dynamodb")
_secrets = client("secretsmanager")
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"])
_accounts = DynamoAccounts(_dynamodb, os.environ["ACCOUNTS_TABLE"])
_unreached = DynamoUnreached(_dynamodb, os.environ["ORDERS_TABLE"])
_post = customers_post(client, _dynamodb, _secrets, os.environ)
_links = Links(_secrets, os.environ["KEYS_SECRET"], os.environ["PUBLIC_URL"])


@stage
def handler(event: Event) -> None:
    """`again`: a confirmed order's confirmation is sent once more, as staff ask for it with a corrected address."""
    if event.get("again"):
        confirm_again(event["order_id"], orders=_orders, post=_post, settings=current(), status_url=_links.page_url)
        return
    confirm_order(
        event["order_id"],
        orders=_orders,
        accounts=_accounts,
        post=_post,
        unreached=_unreached,
        settings=current(),
        status_url=_links.page_url,
        now=datetime.now(UTC),
    )
