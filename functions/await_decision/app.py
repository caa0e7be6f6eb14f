"""Off the path: asks a person, and parks the execution's task token with the order."""

import os
from datetime import UTC, datetime, timedelta

from order_processing.adapters.aws import client
from order_processing.adapters.customers_post import customers_post
from order_processing.adapters.links import Links
from order_processing.adapters.mail_reports import DynamoUnreached
from order_processing.adapters.orders import DynamoOrders
from order_processing.observe import Event, stage
from order_processing.settings import current
from order_processing.stages.await_decision import await_decision

_dynamodb = client("dynamodb")
_secrets = client("secretsmanager")
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"])
_unreached = DynamoUnreached(_dynamodb, os.environ["ORDERS_TABLE"])
_post = customers_post(client, _dynamodb, _secrets, os.environ)
_links = Links(_secrets, os.environ["KEYS_SECRET"], os.environ["PUBLIC_URL"])


@stage
def handler(event: Event) -> None:
    now = datetime.now(UTC)
    await_decision(
        event["order_id"],
        event["task_token"],
        orders=_orders,
        post=_post,
        unreached=_unreached,
        settings=current(),
        decision_url=_links.decision_url,
        expires_at=now + timedelta(seconds=event["expires_in_seconds"]),
        now=now,
    )
