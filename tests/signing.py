"""Deliveries as each platform signs them, with secrets of each platform's own kind."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from order_processing.stores import platform

_KEY = base64.b64encode(b"k" * 24).decode()
_OTHER = base64.b64encode(b"o" * 24).decode()
SECRETS: dict[str, tuple[str, str, str]] = {
    "shopify": ("shpss_new", "shpss_old", "shpss_older"),
    "woocommerce": ("ck new", "ck old", "ck older"),
    "bigcommerce": ("client secret", "old client secret", "older client secret"),
    "adobe-commerce": ("client secret", "old client secret", "older client secret"),
    "squarespace": ("aa" * 32, "bb" * 32, "cc" * 32),
    "stripe": ("whsec_new", "whsec_old", "whsec_older"),
    "standardwebhooks": (f"whsec_{_KEY}", f"whsec_{_OTHER}", f"whsec_{base64.b64encode(b'p' * 24).decode()}"),
}
"""Of each platform: the newest secret, the one before, and one that is no longer valid."""


def body_of(source: str, store: str, number: int = 7) -> bytes:
    """A body that speaks of an order of the store: of a deleted one or a notice, which need the least."""
    bodies: dict[str, Any] = {
        "shopify": {"id": number},
        "woocommerce": {"id": number},
        "bigcommerce": {"producer": f"stores/{store}", "scope": "store/order/created", "data": {"id": number}},
        "adobe-commerce": _adobe(store, number),
        "squarespace": {"websiteId": store, "topic": "order.create", "data": {"orderId": f"o{number}"}},
        "stripe": {
            "type": "checkout.session.completed",
            "account": store,
            "created": 1795600000,
            "data": {"object": {"id": f"cs_live_{number}", "mode": "payment"}},
        },
        "standardwebhooks": {"type": "order.deleted", "data": {"id": f"o{number}"}},
    }
    return json.dumps(bodies[source]).encode()


def named(source: str) -> str:
    """A store as this platform names its stores."""
    return "abc123" if source == "bigcommerce" else "shop.example.com"


def _adobe(store: str, number: int) -> dict[str, Any]:
    value = {
        "increment_id": str(number),
        "store_id": 1,
        "created_at": "2026-11-26 11:00:00",
        "updated_at": "2026-11-26 11:00:00",
        "order_currency_code": "USD",
        "grand_total": 10,
        "items": [{"item_id": 1, "sku": "A", "name": "A", "qty_ordered": 1, "price": 10, "row_total": 10}],
    }
    return {"type": "observer.sales_order_save_commit_after", "data": {"source": store, "value": value}}


def headers_of(source: str, store: str, signature: dict[str, str], topic: str = "") -> dict[str, str]:
    """The headers of a delivery, with those of its signature."""
    more = {
        "shopify": {"x-shopify-shop-domain": store, "x-shopify-topic": topic or "orders/delete"},
        "woocommerce": {"x-wc-webhook-source": f"https://{store}/", "x-wc-webhook-topic": topic or "order.deleted"},
        "standardwebhooks": {"x-webhook-source": store},
    }
    return {"content-type": "application/json", **more.get(source, {}), **signature}


def sign(source: str, secret: str, raw: bytes, at: datetime) -> dict[str, str]:
    """The headers of a right signature, made at a time."""
    seconds = str(int(at.timestamp()))
    if source in ("shopify", "woocommerce", "adobe-commerce"):
        name = {"shopify": "x-shopify-hmac-sha256", "woocommerce": "x-wc-webhook-signature"}
        return {name.get(source, "x-adobe-signature"): _base64(secret.encode(), raw)}
    if source == "squarespace":
        return {"squarespace-signature": hmac.new(bytes.fromhex(secret), raw, hashlib.sha256).hexdigest()}
    if source == "stripe":
        digest = hmac.new(secret.encode(), f"{seconds}.".encode() + raw, hashlib.sha256).hexdigest()
        return {"stripe-signature": f"t={seconds},v1={digest}"}
    key = secret.encode() if source == "bigcommerce" else base64.b64decode(secret.removeprefix("whsec_"))
    digest = _base64(key, f"msg_1.{seconds}.".encode() + raw)
    return {"webhook-id": "msg_1", "webhook-timestamp": seconds, "webhook-signature": f"v1,{digest}"}


def verify(source: str, headers: dict[str, str], raw: bytes, secrets: tuple[str, ...], now: datetime) -> None:
    """As the door does it."""
    platform(source).verify(headers, raw, secrets, now)


def _base64(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
