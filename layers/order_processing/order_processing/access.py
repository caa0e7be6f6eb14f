"""Who may see an order, and under which id a guest's orders are kept."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from itsdangerous import BadSignature, Signer

_SALT = "order-status"


def order_token(order_id: str, keys: Sequence[str]) -> str:
    """The token that shows one order to whoever holds it. keys: oldest first, the last one signs."""
    return _signer(keys).get_signature(order_id).decode()


def may_see(order_id: str, token: str, keys: Sequence[str]) -> bool:
    """Whether the token is this order's, under any of the valid keys; compared in constant time."""
    try:
        _signer(keys).unsign(f"{order_id}.{token}")
    except BadSignature:
        return False
    return True


def guest_id(email: str, key: str) -> str:
    """The account id of a guest: a keyed hash of the e-mail address, so that it tells nothing about it."""
    digest = hmac.digest(key.encode(), email.strip().casefold().encode(), hashlib.sha256)
    return "guest-" + digest[:16].hex()


def _signer(keys: Sequence[str]) -> Signer:
    return Signer([key for key in keys if key], salt=_SALT, digest_method=hashlib.sha256)
