"""From the queue: brings orders' events to the endpoints that want them."""

import os
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.webhook_wiring import delivering_of
from order_processing.adapters.webhooks import DynamoOrigins
from order_processing.observe import logged
from order_processing.stages.deliver_webhooks import deliver_webhooks

_outbox, _delivering = delivering_of(client, os.environ)
_origins = DynamoOrigins(client("dynamodb"), os.environ["ORDERS_TABLE"])


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    again = deliver_webhooks(event["Records"], outbox=_outbox, origins=_origins, delivering=_delivering)
    return {"batchItemFailures": [{"itemIdentifier": name} for name in again]}
