"""Off the path: asks a person, and parks the execution's task token with the order."""

import os
from datetime import UTC, datetime, timedelta

import boto3

from order_processing.adapters.links import Links
from order_processing.adapters.mail_reports import DynamoUnreached, SuppressedAddresses
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.post import ONCE, SesPost
from order_processing.adapters.secrets import address_hashes
from order_processing.observe import Event, stage
from order_processing.settings import current
from order_processing.stages.await_decision import await_decision

_dynamodb = boto3.client("dynamodb")
_secrets = boto3.client("secretsmanager")
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"])
_unreached = DynamoUnreached(_dynamodb, os.environ["ORDERS_TABLE"])
_post = SesPost(
    boto3.client("sesv2", config=ONCE),
    os.environ["SENDER"],
    os.environ["CONFIGURATION_SET"],
    current(),
    SuppressedAddresses(_dynamodb, os.environ["ORDERS_TABLE"], address_hashes(_secrets, os.environ["IDENTITY_SECRET"])),
)
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
