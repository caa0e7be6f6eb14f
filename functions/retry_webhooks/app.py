"""On a schedule: sends again what endpoints did not take; for an operator, with {"endpoint": name}, that one now."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from order_processing.adapters.aws import client
from order_processing.adapters.webhook_wiring import delivering_of
from order_processing.observe import logged
from order_processing.stages.deliver_webhooks import retry_webhooks

_AT_MOST = timedelta(seconds=50)
_outbox, _delivering = delivering_of(client, os.environ)


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    now = datetime.now(UTC)
    if endpoint := event.get("endpoint"):
        _, afresh = delivering_of(client, os.environ)  # with the endpoint's secrets as they are now
        return afresh.work_off(endpoint, now + _AT_MOST, at_once=True)
    return retry_webhooks(outbox=_outbox, delivering=_delivering, now=now, until=now + _AT_MOST)
