"""What both functions that deliver webhooks are made of."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from order_processing.adapters.secrets import Secrets
from order_processing.adapters.webhook_http import EndpointHttps
from order_processing.adapters.webhooks import DynamoOutbox, SecretSigning
from order_processing.webhooks.delivering import Delivering


def delivering_of(client: Callable[[str], Any], environment: Mapping[str, str]) -> tuple[DynamoOutbox, Delivering]:
    """The endpoints with their messages, and what delivers to them. environment: as the template sets it."""
    outbox = DynamoOutbox(client("dynamodb"), environment["WEBHOOKS_TABLE"])
    delivering = Delivering(
        outbox=outbox,
        http=EndpointHttps(loopback_allowed=environment.get("WEBHOOKS_TO_LOOPBACK") == "on"),
        signing=SecretSigning(Secrets(client("secretsmanager"), environment["WEBHOOKS_SECRET"])),
        clock=lambda: datetime.now(UTC),
        chance=random.random,
    )
    return outbox, delivering
