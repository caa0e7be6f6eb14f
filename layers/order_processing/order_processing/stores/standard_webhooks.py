"""Any sender of Standard Webhooks: events whose data is an order in the shape of our own API.

The envelope is {"type": "order.created", "timestamp": "...", "data": {...}}. The data are the fields of
POST /orders and, beside them, `id` (required), `placed_at`, `updated_at`, `paid` and `closed_reason`.
The scheme has no header for the sender; who has several of them tells them apart by X-Webhook-Source.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from order_processing.api_order import InvalidOrder
from order_processing.api_order import read_order as read_api_order
from order_processing.stores.payload import Part, clean, parse_json, version
from order_processing.stores.platform import (
    Change,
    Delivery,
    NotAnOrder,
    OrderDeleted,
    Unreadable,
    placed_or_changed,
    within_bounds,
)
from order_processing.stores.signature import header, standard_webhook_key, verify_standard_webhook

_CHANGES: dict[str, Change | None] = {
    "order.created": None,
    "order.placed": None,
    "order.updated": "updated",
    "order.paid": "paid",
    "order.cancelled": "cancelled",
    "order.canceled": "cancelled",
}
_BESIDE = ("id", "placed_at", "updated_at", "paid", "closed_reason")


class StandardWebhooks:
    """See `platform.Platform`."""

    name = "standardwebhooks"

    def store_of(self, headers: Mapping[str, str]) -> str:
        """X-Webhook-Source, or "" for the one sender that needs no name."""
        return clean(header(headers, "X-Webhook-Source"))[:200]

    def delivery_id(self, headers: Mapping[str, str]) -> str:
        """webhook-id, which stays the same when a message is sent again."""
        return header(headers, "webhook-id")[:200]

    def ping(self, headers: Mapping[str, str], raw: bytes) -> NotAnOrder | None:
        """The scheme has no unsigned ping."""
        return None

    def verify(self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime) -> None:
        """Secrets are written `whsec_` and the key in base64."""
        verify_standard_webhook(headers, raw, [standard_webhook_key(secret) for secret in secrets if secret], now)

    @within_bounds
    def read(self, headers: Mapping[str, str], raw: bytes) -> Delivery:
        """The order in an `order....` event. Raises Unreadable."""
        event = Part(parse_json(raw))
        kind = event.text("type").lower()
        if not kind:
            raise Unreadable(event.at("type"), "", "an event type such as order.created")
        if kind == "order.deleted":
            return OrderDeleted(store=self.store_of(headers), store_order_id=event.part("data").identity("id"))
        if kind not in _CHANGES:
            return NotAnOrder(reason=f"the event {kind[:60]} brings no order")
        data, sent_at = event.part("data"), event.time("timestamp")
        placed_at = data.time("placed_at") or sent_at
        if placed_at is None:
            raise Unreadable(data.at("placed_at"), "", "a time such as 2026-05-04T13:00:00Z")
        body = json.dumps({k: v for k, v in data.pairs() if k not in _BESIDE}, default=str).encode()
        store = self.store_of(headers)
        try:
            order = read_api_order(body, client=store, idempotency_key=data.identity("id"), received_at=placed_at)
        except InvalidOrder as error:
            path, message = error.errors[0]
            raise Unreadable(data.at(path), "a value that does not fit", message) from None
        closed = data.text("closed_reason") or ("cancelled in the store" if _CHANGES[kind] == "cancelled" else "")
        order = order.model_copy(
            update={
                "source": self.name,
                "store_version": version(data.time("updated_at") or sent_at),
                "paid": data.raw("paid") is None or data.flag("paid"),
                "closed_reason": closed or None,
            }
        )
        return placed_or_changed(order, _CHANGES[kind])


PLATFORM = StandardWebhooks()
