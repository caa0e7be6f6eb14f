"""WooCommerce: webhooks of the REST API's order resource (wc/v1 to wc/v3), signed with the webhook's secret.

WooCommerce takes 200 alone for an answer to its ping, switches a webhook off after more than five answers
in a row that are not 2xx, and never sends a failed delivery again: take in, then judge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from order_processing.stores.payload import Part, one_order, parse_json
from order_processing.stores.platform import (
    Change,
    Delivery,
    NotAnOrder,
    OrderChanged,
    OrderDeleted,
    OrderPlaced,
    Unreadable,
    within_bounds,
)
from order_processing.stores.signature import header, verify_base64_hmac
from order_processing.stores.woocommerce_order import read_order

_PING = re.compile(rb"\s*webhook_id=[0-9]{1,20}\s*")
_CHANGES: dict[str, Change] = {"order.updated": "updated", "order.restored": "restored"}
_DEFAULT_PORTS = {"http": 80, "https": 443}


class WooCommerce:
    """See `platform.Platform`."""

    name = "woocommerce"

    def store_of(self, headers: Mapping[str, str]) -> str:
        """The site's address without scheme and closing slash: `shop.example.com` or `example.com/shop`."""
        return site(header(headers, "X-WC-Webhook-Source"))

    def delivery_id(self, headers: Mapping[str, str]) -> str:
        """X-WC-Webhook-Delivery-ID with the webhook's id; it is new for every delivery."""
        delivery = header(headers, "X-WC-Webhook-Delivery-ID") or header(headers, "X-WC-Delivery-ID")
        webhook = header(headers, "X-WC-Webhook-ID")
        return f"{webhook}:{delivery}"[:200] if delivery else ""

    def ping(self, headers: Mapping[str, str], raw: bytes) -> NotAnOrder | None:
        """The form body `webhook_id=N` that WooCommerce posts, unsigned, when a webhook is saved."""
        if len(raw) < 100 and _PING.fullmatch(raw):
            return NotAnOrder(reason="a ping of the webhook's address")
        return None

    def verify(self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime) -> None:
        """The base64 of the body's HMAC-SHA256 in X-WC-Webhook-Signature; the scheme has no timestamp."""
        verify_base64_hmac(headers, "X-WC-Webhook-Signature", raw, secrets)

    @within_bounds
    def read(self, headers: Mapping[str, str], raw: bytes) -> Delivery:
        """The order of an `order....` topic. Raises Unreadable."""
        if ping := self.ping(headers, raw):
            return ping
        topic = header(headers, "X-WC-Webhook-Topic").lower()
        if not topic:
            raise Unreadable("X-WC-Webhook-Topic", "", "a topic such as order.created")
        if topic == "order.deleted":
            return OrderDeleted(store=self.store_of(headers), store_order_id=Part(parse_json(raw)).identity("id"))
        if topic != "order.created" and topic not in _CHANGES:
            return NotAnOrder(reason=f"the topic {topic[:60]} brings no order")
        order = read_order(one_order(parse_json(raw)), store=self.store_of(headers))
        if topic == "order.created":
            return OrderPlaced(order=order)
        return OrderChanged(order=order, change=_CHANGES[topic])


def site(url: str) -> str:
    """A site's address in one spelling: no scheme, lower-case host, no default port, no closing slash."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".")
    if port and port != _DEFAULT_PORTS.get(parts.scheme or "https"):
        host = f"{host}:{port}"
    return f"{host}{parts.path.rstrip('/')}"[:250] if host else ""


PLATFORM = WooCommerce()
