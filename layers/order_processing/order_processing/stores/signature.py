"""Signatures of deliveries: HMAC-SHA256 (RFC 2104) over the raw bytes, compared in constant time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from order_processing.stores.platform import SignatureError

TOLERANCE = timedelta(minutes=5)


def header(headers: Mapping[str, str], name: str) -> str:
    """A header's value without regard to the name's case; "" when it is not there."""
    wanted = name.lower()
    return next((value.strip() for key, value in headers.items() if key.lower() == wanted and value), "")


def verify_base64_hmac(headers: Mapping[str, str], name: str, raw: bytes, secrets: Sequence[str]) -> None:
    """Check a header that holds the base64 of the body's HMAC; each secret's own text is the key."""
    given = header(headers, name)
    if not given:
        raise SignatureError(f"{name}: the header is missing")
    try:
        digest = base64.b64decode(given.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise SignatureError(f"{name}: not base64") from None
    verify_digests(name, [digest], raw, [secret.encode() for secret in secrets if secret])


def verify_digests(name: str, digests: Sequence[bytes], signed: bytes, keys: Sequence[bytes]) -> None:
    """Accept if any of the digests is the HMAC of the signed bytes under any of the keys.

    Every pair is compared, so the time taken tells nothing of which key or digest came close.
    """
    if not keys:
        raise SignatureError(f"{name}: no secret is set for this store")
    matches = [
        hmac.compare_digest(hmac.new(key, signed, hashlib.sha256).digest(), digest)
        for key in keys
        for digest in digests
    ]
    if not any(matches):
        raise SignatureError(f"{name}: the signature does not fit the body and the store's secrets")


def verify_standard_webhook(headers: Mapping[str, str], raw: bytes, keys: Sequence[bytes], now: datetime) -> None:
    """Check a delivery of the Standard Webhooks scheme, version v1 (HMAC over `id.timestamp.body`).

    Its signature header holds several, space-separated, while the sender's secret is changed. Other
    versions (v1a is asymmetric) are passed over.
    """
    message, sent = header(headers, "webhook-id"), header(headers, "webhook-timestamp")
    if not message:
        raise SignatureError("webhook-id: the header is missing")
    check_time("webhook-timestamp", sent, now)
    digests = []
    for item in header(headers, "webhook-signature").split(" "):
        scheme, _, encoded = item.partition(",")
        if scheme == "v1":
            try:
                digests.append(base64.b64decode(encoded.encode("ascii"), validate=True))
            except (UnicodeEncodeError, binascii.Error):
                raise SignatureError("webhook-signature: not base64") from None
    if not digests:
        raise SignatureError("webhook-signature: no signature of version v1")
    verify_digests("webhook-signature", digests, f"{message}.{sent}.".encode() + raw, keys)


def standard_webhook_key(secret: str) -> bytes:
    """The key of a secret of Standard Webhooks, which is written `whsec_` and the key in base64."""
    try:
        return base64.b64decode(secret.removeprefix("whsec_").encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise SignatureError("webhook-signature: the secret is not whsec_ and base64") from None


def check_time(name: str, seconds: str, now: datetime) -> None:
    """Refuse a delivery that was signed more than five minutes before or after now; seconds since 1970 in text."""
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 11):
        raise SignatureError(f"{name}: no time in seconds since 1970")
    if abs(now - datetime.fromtimestamp(int(seconds), UTC)) > TOLERANCE:
        raise SignatureError(f"{name}: more than {TOLERANCE.seconds // 60} minutes from now, so it may be a replay")
