"""Access tokens (RFC 9068, RFC 7519) of the issuer that the store trusts: what one says, once it is proved.

The signature is RS256, whatever the token names: every OIDC provider signs so (OpenID Connect Discovery 1.0, section
3, asks it of them), and one algorithm leaves nothing to confuse. `rsa` checks it without a package of its own.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from order_processing import rsa
from order_processing.order import Record

_LEEWAY = 60
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")

Keys = dict[str, Any]
"""A JSON Web Key Set (RFC 7517)."""


class NotProved(Exception):
    """A token that proves nothing; the message says why, without what the token holds."""


class Claims(Record):
    """What an access token says. client: the program that holds it; person: on whose behalf, "" for itself."""

    client: str
    person: str = ""
    scopes: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


def claims_of(
    token: str, keys: Callable[[bool], Keys], *, issuer: str, audiences: Sequence[str], now: datetime
) -> Claims:
    """What the token proves. Raises NotProved.

    keys: the issuer's, afresh when asked for with True: a key that nobody knows may be new.
    audiences: to whom the token must be; without any, it must be an access token of a Cognito pool, which names no
    audience: its scopes are then the API's own.
    """
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
    _check(body, issuer, audiences, now.timestamp())
    return _claims(body)


def _check(body: dict[str, Any], issuer: str, audiences: Sequence[str], now: float) -> None:
    if body.get("iss") != issuer:
        raise NotProved("of another issuer")
    if not _is_time(body.get("exp")) or now >= body["exp"] + _LEEWAY:
        raise NotProved("expired")
    if any(name in body and not (_is_time(body[name]) and body[name] <= now + _LEEWAY) for name in ("nbf", "iat")):
        raise NotProved("not valid yet")
    if body.get("token_use", "access") != "access":
        raise NotProved("not an access token")
    to = body.get("aud", [])
    named = {to} if isinstance(to, str) else {each for each in to if isinstance(each, str)}
    if audiences and not named & set(audiences):
        raise NotProved("for somebody else")
    if not audiences and "token_use" not in body:
        raise NotProved("not an access token of the user pool")


def _claims(body: dict[str, Any]) -> Claims:
    client = body.get("client_id") or body.get("azp")
    subject = body.get("sub")
    if not isinstance(client, str) or not isinstance(subject, str) or not client or not subject:
        raise NotProved("it names no client or no subject")
    groups = body.get("cognito:groups", body.get("groups", []))
    return Claims(
        client=client,
        person="" if subject == client else subject,
        scopes=frozenset(_words(body.get("scope", body.get("scp", "")))),
        groups=frozenset(_words(groups)),
    )


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        return value.split()
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


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
