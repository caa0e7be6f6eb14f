"""Adobe Commerce (Magento): order events as CloudEvents 1.0, delivered by Adobe I/O Events.

Adobe signs with its own RSA keys, the same for all its customers, so the event's recipient must be checked
too: a secret is the project's client id, a line end, and one of Adobe's public keys in PEM. A project of
the older kind is signed by HMAC; its secret is the client secret alone. An address is registered by a GET, which
the door answers.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from order_processing import rsa
from order_processing.stores.adobe_commerce_order import read_order
from order_processing.stores.payload import Part, parse_json
from order_processing.stores.platform import (
    Delivery,
    NotAnOrder,
    SignatureError,
    Unreadable,
    placed_or_changed,
    within_bounds,
)
from order_processing.stores.signature import header, verify_base64_hmac

_EVENTS = ("sales_order_save_commit_after", "sales_order_save_after", "sales_order_place_after")
_PEM = "-----BEGIN PUBLIC KEY-----"
_SIGNATURES = ("x-adobe-digital-signature-1", "x-adobe-digital-signature-2")


class AdobeCommerce:
    """See `platform.Platform`."""

    name = "adobe-commerce"

    def store_of(self, headers: Mapping[str, str]) -> str:
        """The headers name only the kind of event; the recipient in the body, which is checked, is the store's."""
        return ""

    def delivery_id(self, headers: Mapping[str, str]) -> str:
        """x-adobe-event-id, which stays the same when an event is sent again."""
        return header(headers, "x-adobe-event-id")[:200]

    def ping(self, headers: Mapping[str, str], raw: bytes) -> NotAnOrder | None:
        """The address is tested by a GET with ?challenge=."""
        return None

    def verify(self, headers: Mapping[str, str], raw: bytes, secrets: Sequence[str], now: datetime) -> None:
        """Either of Adobe's two signatures, under any of the keys, for the client id that stands with the key."""
        given = [value for name in _SIGNATURES if (value := header(headers, name))]
        with_key = [secret for secret in secrets if _PEM in secret]
        if not given or not with_key:
            verify_base64_hmac(headers, "x-adobe-signature", raw, [s for s in secrets if _PEM not in s])
            return
        if not any(_signed(secret, signature, raw) for secret in with_key for signature in given):
            raise SignatureError("x-adobe-digital-signature: no signature fits the body, the keys and the client id")

    @within_bounds
    def read(self, headers: Mapping[str, str], raw: bytes) -> Delivery:
        """The order in a `sales_order` event. Raises Unreadable."""
        body = parse_json(raw)
        event = Part(body[0] if isinstance(body, list) and len(body) == 1 else body)
        if isinstance(event.raw("event"), dict):
            event = event.part("event")
        kind = event.text("type")
        if not kind:
            raise Unreadable(event.at("type"), "", "an event type such as com.adobe.commerce....")
        if kind.rsplit(".", 1)[-1] not in _EVENTS:
            return NotAnOrder(reason=f"the event {kind[:90]} brings no order")
        data = event.part("data")
        order = data.part("value")
        tenant = data.text("source") or event.text("source")
        if not tenant:
            raise Unreadable(data.at("source"), "", "the Commerce instance that sent it")
        found = read_order(order, store=f"{tenant}/{order.text('store_id') or '0'}"[:250])
        return placed_or_changed(found, None if order.text("created_at") == order.text("updated_at") else "updated")


def _signed(secret: str, signature: str, raw: bytes) -> bool:
    client_id, _, key = secret.partition(_PEM)
    try:
        fits = rsa.verifies(_PEM + key, base64.b64decode(signature.encode("ascii"), validate=True), raw)
    except (UnicodeEncodeError, binascii.Error):
        raise SignatureError("x-adobe-digital-signature: not base64") from None
    except rsa.BadKey as error:
        raise SignatureError(f"x-adobe-digital-signature: {error}") from None
    return fits and hmac.compare_digest(_recipient(raw).encode(), client_id.strip().encode())


def _recipient(raw: bytes) -> str:
    """The client id that Adobe addressed the event to; "" when it cannot be read."""
    try:
        body = parse_json(raw)
        return Part(body[0] if isinstance(body, list) and body else body).text("recipient_client_id")
    except Unreadable:
        return ""


PLATFORM = AdobeCommerce()
