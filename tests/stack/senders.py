"""What front ends and stores send to the stack, signed as they sign."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from local import LocalStack, Response
from local.senders import (
    API_KEY,
    SHOPIFY_SECRET,
    SHOPIFY_SHOP,
    WOOCOMMERCE_SECRET,
    WOOCOMMERCE_SHOP,
)

PAYLOADS = Path(__file__).parents[2] / "events" / "webhooks"


def read_payload(name: str) -> bytes:
    """A published payload, as it was published."""
    return (PAYLOADS / f"{name}.json").read_bytes()


def signature(secret: str, raw: bytes) -> str:
    """Base64 of HMAC-SHA256 over the raw body: Shopify's scheme and WooCommerce's."""
    return base64.b64encode(hmac.digest(secret.encode(), raw, hashlib.sha256)).decode()


def send_shopify(stack: LocalStack, raw: bytes, **headers: str) -> Response:
    given = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": SHOPIFY_SHOP,
        "X-Shopify-Hmac-Sha256": signature(SHOPIFY_SECRET, raw),
        "X-Shopify-API-Version": "2024-10",
        **headers,
    }
    return stack.request("POST", "/webhooks/shopify", given, raw)


def send_woocommerce(stack: LocalStack, raw: bytes, **headers: str) -> Response:
    given = {
        "Content-Type": "application/json",
        "X-WC-Webhook-Topic": "order.created",
        "X-WC-Webhook-Source": f"https://{WOOCOMMERCE_SHOP}/",
        "X-WC-Webhook-Signature": signature(WOOCOMMERCE_SECRET, raw),
        **headers,
    }
    return stack.request("POST", "/webhooks/woocommerce", given, raw)


def place(stack: LocalStack, body: dict[str, Any], key: str | None = None) -> Response:
    """POST /orders; the key is the body's order_number unless given."""
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {API_KEY}",
        "Idempotency-Key": key or body["order_number"],
    }
    return stack.request("POST", "/orders", headers, json.dumps(body))


def status(stack: LocalStack, receipt: dict[str, str]) -> Response:
    """GET the order's status by the link in its receipt."""
    return stack.request("GET", "/orders/" + receipt["status_url"].partition("/orders/")[2])


def api_order(number: str, *, sku: str = "TEST-123", quantity: int = 1, **changes: Any) -> dict[str, Any]:
    """An order for a product of the seed catalogue at its price, with free delivery."""
    price = "152.60" if quantity < 100 else "145.00"
    return {
        "order_number": number,
        "currency": "USD",
        "customer": {"email": f"{number}@example.com", "name": "Ada Bell"},
        "shipping_address": {
            "name": "Ada Bell",
            "line1": "350 Fifth Avenue",
            "city": "New York",
            "region": "NY",
            "postal_code": "10118",
            "country": "US",
        },
        "lines": [{"sku": sku, "quantity": quantity, "unit_price": price}],
        "total": str(Decimal(price) * Decimal(quantity)),
        **changes,
    }
