"""Signatures of deliveries: HMAC-SHA256 (RFC 2104) over the raw bytes, compared in constant time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from order_processing.stores.platform import SignatureError


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
