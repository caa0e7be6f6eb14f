"""Sends orders to the local stack as stores and a front end do: real payloads, signed anew, through the public API.

Each run makes them new orders: their ids in the store are changed, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from local.places import ROOT
from local.senders import API_KEY, SHOPIFY_SECRET, SHOPIFY_SHOP, WOOCOMMERCE_SECRET, WOOCOMMERCE_SHOP
from local.stack import LocalStack, Response

PAYLOADS = ROOT / "events" / "webhooks"
SHOPIFY = (
    "shopify-1-webhook-test-discount20",
    "shopify-3-full-note-attributes-refund",
    "shopify-6-percent-code-paid-ca",
)
WOOCOMMERCE = ("woo-1-docs-variation-tax", "woo-2-docs-br-paypal-2-lines", "woo-5-onhold-zero-tax-line")


class NotTaken(RuntimeError):
    """The API did not take an order; the message is its answer."""


@dataclass(frozen=True)
class Sent:
    """An order that was taken. name: where it came from; order_id and path (of its status, with its token)."""

    name: str
    order_id: str
    number: str
    path: str


def place_orders(stack: LocalStack) -> Iterator[Sent]:
    """Sends every payload, then one order of a front end; each when the one before has been taken from the iterator."""
    for name in SHOPIFY:
        yield _sent(f"Shopify {name}", send_shopify(stack, _payload(name)))
    for name in WOOCOMMERCE:
        yield _sent(f"WooCommerce {name}", send_woocommerce(stack, _payload(name)))
    yield _sent("front end, POST /orders", send_api(stack, API_ORDER, secrets.token_hex(8)))


def send_shopify(stack: LocalStack, body: bytes) -> Response:
    """POST /webhooks/shopify, signed with the app's secret."""
    headers = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": SHOPIFY_SHOP,
        "X-Shopify-Webhook-Id": secrets.token_hex(16),
        "X-Shopify-Hmac-Sha256": _signature(body, SHOPIFY_SECRET),
    }
    return stack.request("POST", "/webhooks/shopify", headers, body)


def send_woocommerce(stack: LocalStack, body: bytes) -> Response:
    """POST /webhooks/woocommerce, signed with the webhook's secret."""
    headers = {
        "Content-Type": "application/json",
        "X-WC-Webhook-Topic": "order.created",
        "X-WC-Webhook-Source": f"https://{WOOCOMMERCE_SHOP}/",
        "X-WC-Webhook-ID": "1",
        "X-WC-Webhook-Delivery-ID": secrets.token_hex(16),
        "X-WC-Webhook-Signature": _signature(body, WOOCOMMERCE_SECRET),
    }
    return stack.request("POST", "/webhooks/woocommerce", headers, body)


def send_api(stack: LocalStack, order: dict[str, object], idempotency_key: str) -> Response:
    """POST /orders with the front end's key."""
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {API_KEY}",
        "Idempotency-Key": idempotency_key,
    }
    return stack.request("POST", "/orders", headers, json.dumps(order))


API_ORDER: dict[str, object] = {
    "currency": "USD",
    "customer": {"email": "ada.bell@example.com", "name": "Ada Bell"},
    "shipping_address": {
        "name": "Ada Bell",
        "line1": "1200 Bardstown Road",
        "city": "Louisville",
        "region": "KY",
        "postal_code": "40204",
        "country": "US",
    },
    "lines": [{"sku": "TEST-123", "quantity": 2, "unit_price": "152.60"}],
    "total": "305.20",
}


def _payload(name: str) -> bytes:
    payload = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))
    order = payload.get("order", payload)
    order["id"] = secrets.randbelow(10**12)
    if "admin_graphql_api_id" in order:
        order["admin_graphql_api_id"] = f"gid://shopify/Order/{order['id']}"
    if "order_key" in order:
        order["order_key"] = f"wc_order_{secrets.token_hex(6)}"
    return json.dumps(payload, ensure_ascii=False).encode()


def _signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def _sent(name: str, answer: Response) -> Sent:
    if answer.status != 202:
        raise NotTaken(f"{name}: {answer.status} {answer.body.decode(errors='replace')}")
    receipt = answer.json()
    path = "/orders/" + receipt["status_url"].partition("/orders/")[2]
    return Sent(name, receipt["id"], receipt["number"], path)
