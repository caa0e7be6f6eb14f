"""What an operator must know of each kind of store to connect one: names, secrets, and a delivery to try them with."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from order_processing.stores.signature import SignatureError, standard_webhook_key
from order_processing.stores.woocommerce import site
from order_processing.webhooks import message

PEM = "-----BEGIN PUBLIC KEY-----"
LEAST = 12


class NotUsable(ValueError):
    """A store's name or secret that cannot be right; the message says what would be."""


@dataclass(frozen=True)
class Kind:
    """One kind of store.

    name: what its stores are called here, as a pattern and in words. secret: where its owner finds the secret.
    ours: whether we choose the secret; else the platform does.
    """

    name: re.Pattern[str]
    named: str
    secret: str
    ours: bool = False
    normal: Callable[[str], str] = lambda name: name


KINDS: dict[str, Kind] = {
    "shopify": Kind(
        re.compile(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+"),
        "the shop's permanent domain, such as example.myshopify.com",
        "Settings, Notifications, Webhooks: the key below the list; or an app's client secret",
        normal=lambda name: name.lower().rstrip("."),
    ),
    "woocommerce": Kind(
        re.compile(r"[^\s/]+(/\S*)?"),
        "the site's address without https://, such as shop.example.com or example.com/shop",
        "WooCommerce, Settings, Advanced, Webhooks: the field Secret",
        ours=True,
        normal=site,
    ),
    "bigcommerce": Kind(
        re.compile(r"[a-z0-9]{1,40}|"),
        "the store's hash, as in stores/abc123; \"\" for one app's secret that is valid for all its stores",
        "the client secret of the app's API account",
    ),
    "adobe-commerce": Kind(
        re.compile(r"[^\s/]{1,200}|"),
        "the instance's id, as in the events' `source`",
        "the project's client id, a line end and Adobe's public key in PEM; or the client secret of an older project",
    ),
    "squarespace": Kind(
        re.compile(r"[A-Za-z0-9]{1,100}"),
        "the website's id",
        "`secret` in the answer to the webhook subscription's creation or rotation, in hexadecimal",
    ),
    "stripe": Kind(
        re.compile(r"acct_[A-Za-z0-9]+|"),
        'the account of a Connect platform, such as acct_1; "" for the account\'s own endpoint',
        "Developers, Webhooks, the endpoint: Signing secret, whsec_...",
    ),
    "standardwebhooks": Kind(
        re.compile(r"[^\r\n]{0,200}"),
        'what the sender writes into X-Webhook-Source; "" for one that writes none',
        "agreed with the sender: whsec_ and at least 24 bytes in base64",
        ours=True,
    ),
}


def checked_name(source: str, name: str) -> str:
    """The store's name in the form in which deliveries name it; NotUsable."""
    kind = KINDS[source]
    normal = kind.normal(name.strip())
    if not kind.name.fullmatch(normal):
        raise NotUsable(f"{source}: {name!r} is no store of this kind: expected {kind.named}")
    return normal


def checked_secret(source: str, secret: str) -> str:
    """The secret, as it is kept; NotUsable."""
    given = secret.strip()
    if len(given) < LEAST:
        raise NotUsable(f"{source}: {len(given)} characters are no secret: expected {KINDS[source].secret}")
    if source == "squarespace" and not re.fullmatch(r"([0-9a-fA-F]{2}){16,}", given):
        raise NotUsable("squarespace: the secret is not hexadecimal: expected it as the subscription was answered")
    if source == "standardwebhooks" and len(_bytes(given)) < 24:
        raise NotUsable("standardwebhooks: expected whsec_ and at least 24 bytes in base64")
    if PEM in given and not given.partition(PEM)[0].strip():
        raise NotUsable("adobe-commerce: expected the client id in a line before the public key")
    return given


def new_secret(source: str) -> str:
    """A secret of this kind; NotUsable where the platform makes it."""
    if not KINDS[source].ours:
        raise NotUsable(f"{source} makes the secret itself: expected it from {KINDS[source].secret}")
    if source == "standardwebhooks":
        return message.new_secret(secrets.token_bytes(message.SECRET_BYTES))
    return secrets.token_hex(32)


def trial(source: str, store: str, secret: str, at: datetime) -> tuple[dict[str, str], bytes]:
    """A signed delivery that brings no order: headers and body. It proves address, store and secret.

    NotUsable where only the platform itself can sign.
    """
    bodies: dict[str, Any] = {
        "bigcommerce": {"scope": "store/trial", "producer": f"stores/{store}", "data": {"id": 0}},
        "adobe-commerce": {"type": "com.adobe.commerce.trial", "data": {"source": store}},
        "squarespace": {"topic": "extension.trial", "websiteId": store},
        "stripe": {"type": "trial", "account": store},
        "standardwebhooks": {"type": "trial", "data": {}},
    }
    raw = json.dumps(bodies.get(source, {"trial": True})).encode()
    topic = {"shopify": "trial/trial", "woocommerce": "action.trial"}.get(source, "")
    return {**headers_of(source, store, topic), **signed(source, secret, raw, at)}, raw


def headers_of(source: str, store: str, topic: str) -> dict[str, str]:
    """The headers with which a store of this kind names itself and what it sends."""
    more = {
        "shopify": {"X-Shopify-Shop-Domain": store, "X-Shopify-Topic": topic},
        "woocommerce": {"X-WC-Webhook-Source": f"https://{store}/", "X-WC-Webhook-Topic": topic},
        "standardwebhooks": {"X-Webhook-Source": store} if store else {},
    }
    return {"Content-Type": "application/json", **more.get(source, {})}


def signed(source: str, secret: str, raw: bytes, at: datetime) -> dict[str, str]:
    """The headers of a body's signature by this secret; NotUsable for Adobe's own keys."""
    if PEM in secret:
        raise NotUsable("adobe-commerce: only Adobe can sign with this key; use its own test of the registration")
    seconds, key = str(int(at.timestamp())), secret.encode()
    if source == "squarespace":
        return {"Squarespace-Signature": hmac.new(bytes.fromhex(secret), raw, hashlib.sha256).hexdigest()}
    if source == "stripe":
        digest = hmac.new(key, f"{seconds}.".encode() + raw, hashlib.sha256).hexdigest()
        return {"Stripe-Signature": f"t={seconds},v1={digest}"}
    if source in ("bigcommerce", "standardwebhooks"):
        key = _bytes(secret) if source == "standardwebhooks" else key
        delivery = f"msg_{seconds}_{hashlib.sha256(raw).hexdigest()[:16]}"
        digest = _base64(key, f"{delivery}.{seconds}.".encode() + raw)
        return {"webhook-id": delivery, "webhook-timestamp": seconds, "webhook-signature": f"v1,{digest}"}
    name = {"shopify": "X-Shopify-Hmac-Sha256", "woocommerce": "X-WC-Webhook-Signature"}
    return {name.get(source, "x-adobe-signature"): _base64(key, raw)}


def _bytes(secret: str) -> bytes:
    try:
        return standard_webhook_key(secret)
    except SignatureError:
        return b""


def _base64(key: bytes, what: bytes) -> str:
    return base64.b64encode(hmac.digest(key, what, hashlib.sha256)).decode()
