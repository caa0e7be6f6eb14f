"""Off the path: ends an order early, gives back what it held, and tells the customer; or that it is too late for it."""

import os
from datetime import UTC, datetime
from functools import partial

import boto3

from order_processing.adapters.carriers import Accounts
from order_processing.adapters.links import Links
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.post import SesPost
from order_processing.cancellation import TOO_LATE
from order_processing.observe import Event, stage
from order_processing.settings import current
from order_processing.stages.end_order import end_order, tell_too_late
from order_processing.stored_order import Status

_orders = DynamoOrders(
    boto3.client("dynamodb"), os.environ["ORDERS_TABLE"], inventory_table=os.environ["INVENTORY_TABLE"]
)
_post = SesPost(boto3.client("sesv2"), os.environ["SENDER"], os.environ["CONFIGURATION_SET"], current())
_carriers = Accounts(lambda: boto3.client("secretsmanager"), os.environ["CARRIERS_SECRET"])
_links = Links(boto3.client("secretsmanager"), os.environ["KEYS_SECRET"], os.environ["PUBLIC_URL"])


@stage
def handler(event: Event) -> None:
    ending: str = event["ending"]
    tell = tell_too_late if ending == TOO_LATE else partial(end_order, ending=Status(ending), carriers=_carriers)
    tell(
        event["order_id"],
        orders=_orders,
        post=_post,
        settings=current(),
        status_url=_links.page_url,
        now=datetime.now(UTC),
    )
