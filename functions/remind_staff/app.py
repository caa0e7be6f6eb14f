"""Off the path: reminds staff of orders that wait for them, and tells admins of those that are about to expire."""

import os
from datetime import UTC, datetime
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.post import SesPost
from order_processing.adapters.waiting import DynamoWaiting
from order_processing.observe import logged
from order_processing.settings import current
from order_processing.stages.remind_staff import remind_staff

_dynamodb = client("dynamodb")
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"])
_waiting = DynamoWaiting(_dynamodb, os.environ["ORDERS_TABLE"])
_post = SesPost(client("sesv2"), os.environ["SENDER"], os.environ["CONFIGURATION_SET"], current())
_console = os.environ["PUBLIC_URL"].rstrip("/") + "/staff/orders/"


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    sent = remind_staff(
        waiting=_waiting,
        orders=_orders,
        post=_post,
        settings=current(),
        order_url=lambda order_id: _console + order_id,
        now=datetime.now(UTC),
    )
    return {"sent": sent}
