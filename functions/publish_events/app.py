"""From the orders table's stream: tells the rest of the company what happened to each order."""

import os
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.event_bus import EventBridgeBus
from order_processing.adapters.order_stream import changes, failure_at
from order_processing.observe import logged
from order_processing.stages.publish_events import publish_events

_bus = EventBridgeBus(client("events"), os.environ["EVENT_BUS"])


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return failure_at(publish_events(changes(event), _bus))
