"""What is sent to an endpoint, and how it is signed: Standard Webhooks 1.0 (standardwebhooks.com).

The body is {"type": ..., "timestamp": ..., "data": ...}: the event's name, when it happened, and the event itself as
docs/events.md describes it. The same event is the same message, byte for byte, however often it is sent.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from order_processing.order import Record
from order_processing.stores.signature import standard_webhook_key

SECRET_BYTES = 32
TEST = "Test"
"""The type of a message that an operator sends to try an endpoint."""


class Message(Record):
    """A message. id: what the endpoint knows a repeat by; kind: the event's name; at: when it happened."""

    id: str
    kind: str
    at: datetime
    body: str


def message_of(kind: str, detail: Mapping[str, Any]) -> Message:
    """The message of an event. detail: the event as it stands on the bus, with `id` and `at`."""
    body = json.dumps({"type": kind, "timestamp": detail["at"], "data": detail}, separators=(",", ":"))
    return Message(id=detail["id"], kind=kind, at=datetime.fromisoformat(detail["at"]), body=body)


def trial_message(endpoint: str, now: datetime) -> Message:
    """A message that says nothing of any order."""
    detail = {"id": f"test-{endpoint}-{int(now.timestamp())}", "at": now.isoformat(), "endpoint": endpoint}
    return message_of(TEST, detail)


def new_secret(random: bytes) -> str:
    """A secret as Standard Webhooks writes it. random: 32 bytes from a source that nobody can guess."""
    if len(random) != SECRET_BYTES:
        raise ValueError(f"random: {len(random)} bytes, expected {SECRET_BYTES}")
    return "whsec_" + base64.b64encode(random).decode()


def signed_headers(message: Message, secrets: Sequence[str], sent_at: datetime) -> dict[str, str]:
    """The headers of one attempt, with a signature under each valid secret, so that the endpoint may hold either."""
    if not secrets:
        raise ValueError("secrets: none, expected one or two")
    seconds = str(int(sent_at.timestamp()))
    signed = f"{message.id}.{seconds}.{message.body}".encode()
    signatures = [
        base64.b64encode(hmac.digest(standard_webhook_key(secret), signed, hashlib.sha256)).decode()
        for secret in secrets
    ]
    return {
        "content-type": "application/json",
        "user-agent": "order-processing-webhooks/1",
        "webhook-id": message.id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
