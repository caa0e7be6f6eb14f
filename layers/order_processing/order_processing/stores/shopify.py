"""Shopify: webhooks of the REST order resource, signed with the app's (or the store's) secret.

Follows the Admin API's order resource and Shopify's webhook headers; unknown fields and API versions
are let pass, because the fields read here have kept their meaning across versions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

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
from order_processing.stores.shopify_order import order_id, read_order
from order_processing.stores.signature import header, verify_base64_hmac

_CHANGES: dict[str, Change] = {
    "orders/updated": "updated",
    "orders/paid": "paid",
    "orders/cancelled": "cancelled",
    "orders/fulfilled": "fulfilled",
    "orders/partially_fulfilled": "fulfilled",
}
_SHOP = re.compile(r"[a-z0-9][a-z0-9.-]{0,250}")


class Shopify:
    """See `platform.Platform`."""

    name = "shopify"

    def store_of(self, headers: Mapping[str, str]) -> str:
        """The shop's permanent domain, `example.myshopify.com`."""
        shop = header(headers, "X-Shopify-Shop-Domain").lower().rstrip(".")
        return shop if _SHOP.fullmatch(shop) else ""

    def delivery_id(self, headers: Mapping[str, str]) -> str:
        """X-Shopify-Webhook-Id, which stays the same when Shopify sends a delivery again."""
        return header(headers, "X-Shopify-Webhook-Id")[:200]

    def ping(self, headers: Mapping[str, str], raw: bytes) -> NotAnOrder | None:
        """Shopify signs its tests like everything else, so there is no unsigned ping."""
        return None

    def verify(self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime) -> None:
        """The base64 of the body's HMAC-SHA256 in X-Shopify-Hmac-Sha256; the scheme has no timestamp."""
        verify_base64_hmac(headers, "X-Shopify-Hmac-Sha256", raw, secrets)

    @within_bounds
    def read(self, headers: Mapping[str, str], raw: bytes) -> Delivery:
        """The order of an `orders/...` topic. Raises Unreadable."""
        topic = header(headers, "X-Shopify-Topic").lower()
        if not topic:
            raise Unreadable("X-Shopify-Topic", "", "a topic such as orders/create")
        if topic == "orders/delete":
            return OrderDeleted(store=self.store_of(headers), store_order_id=order_id(Part(parse_json(raw))))
        if topic != "orders/create" and topic not in _CHANGES:
            return NotAnOrder(reason=f"the topic {topic[:60]} brings no order")
        test = header(headers, "X-Shopify-Test").lower() == "true"
        order = read_order(one_order(parse_json(raw)), store=self.store_of(headers), test=test)
        if topic == "orders/create":
            return OrderPlaced(order=order)
        return OrderChanged(order=order, change=_CHANGES[topic])


PLATFORM = Shopify()
