"""JSON Web Tokens (RFC 7519) that another has signed: what one says, once its signature, issuer and time are proved.

The signature is RS256, whatever the token names: every OIDC provider signs so (OpenID Connect Discovery 1.0, section
3, asks it of them), and one algorithm leaves nothing to confuse. `rsa` checks it without a package of its own.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from order_processing import rsa

_LEEWAY = 60
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")

Keys = dict[str, Any]
"""A JSON Web Key Set (RFC 7517)."""


class NotProved(Exception):
    """A token that proves nothing; the message says why, without what the token holds."""


def proved(token: str, keys: Callable[[bool], Keys], *, issuer: str, now: datetime) -> dict[str, Any]:
    """The claims of a token that this issuer has signed and that is valid now. Raises NotProved.

    keys: the issuer's, afresh when asked for with True: a key that nobody knows may be new.
    For whom the token is and what kind it is remains to be looked at.
    """
    body = _signed(token, keys)
    if body.get("iss") != issuer:
        raise NotProved("of another issuer")
    moment = now.timestamp()
    if not _is_time(body.get("exp")) or moment >= body["exp"] + _LEEWAY:
        raise NotProved("expired")
    if any(name in body and not (_is_time(body[name]) and body[name] <= moment + _LEEWAY) for name in ("nbf", "iat")):
        raise NotProved("not valid yet")
    return body


def audiences_of(body: dict[str, Any]) -> set[str]:
    """For whom a token is; it may name one or several."""
    to = body.get("aud", [])
    return {to} if isinstance(to, str) else {each for each in to if isinstance(each, str)}


def _signed(token: str, keys: Callable[[bool], Keys]) -> dict[str, Any]:
    head, _, signature = token.rpartition(".")
    header, body = (_part(part) for part in head.split(".", 1))
    if header.get("alg") != "RS256" or "crit" in header:
        raise NotProved("not signed by RS256")
    key = _key(keys(False), header.get("kid")) or _key(keys(True), header.get("kid"))
    if key is None:
        raise NotProved("signed with a key that the issuer does not have")
    try:
        modulus, exponent = (int.from_bytes(_bytes(str(key[name])), "big") for name in ("n", "e"))
        signed = rsa.verifies_by(modulus, exponent, _bytes(signature), head.encode())
    except (rsa.BadKey, KeyError) as error:
        raise NotProved(type(error).__name__) from None
    if not signed:
        raise NotProved("the signature is not the issuer's")
    return body


def _key(keys: Keys, wanted: Any) -> dict[str, Any] | None:
    """The key of this id that signs by RS256."""
    for key in keys.get("keys", []):
        fits = key.get("kty") == "RSA" and key.get("use", "sig") == "sig" and key.get("alg", "RS256") == "RS256"
        if fits and isinstance(wanted, str) and key.get("kid") == wanted:
            found: dict[str, Any] = key
            return found
    return None


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _part(text: str) -> dict[str, Any]:
    try:
        found = json.loads(_bytes(text))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise NotProved("not JSON") from None
    if not isinstance(found, dict):
        raise NotProved("not a JSON object")
    return found


def _bytes(text: str) -> bytes:
    """Base64url without padding (RFC 7515, section 2)."""
    if not _BASE64URL.fullmatch(text):
        raise NotProved("not base64url")
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise NotProved("not base64url") from None
