"""Who may see an order, and under which id a guest's orders are kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from itsdangerous import BadSignature, Signer

_SALT = "order-status"
_DECISION_SALT = "order-decision"
_ACCOUNT_SALT = "account-orders"


class LinkExpired(Exception):
    """A link that was good once."""


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


def decision_token(order_id: str, expires_at: datetime, keys: Sequence[str]) -> str:
    """The token with which its holder may decide about one order until a time (UTC, whole seconds)."""
    until = str(int(expires_at.timestamp()))
    return until + "." + _signer(keys, _DECISION_SALT).get_signature(f"{order_id}.{until}").decode()


def may_decide(order_id: str, token: str, now: datetime, keys: Sequence[str]) -> bool:
    """Whether the token lets its holder decide about this order; LinkExpired when it did once."""
    until, _, signature = token.partition(".")
    try:
        _signer(keys, _DECISION_SALT).unsign(f"{order_id}.{until}.{signature}")
    except BadSignature:
        return False
    if now.timestamp() >= int(until):
        raise LinkExpired
    return True


def holder_of(given: str, holders: Mapping[str, Sequence[str]]) -> str:
    """Whose secret this is, "" when it is nobody's; compared in constant time. holders: their valid secrets by name."""
    found = ""
    for holder, secrets in holders.items():
        for secret in secrets:
            if secret and hmac.compare_digest(secret.encode(), given.encode()):
                found = holder
    return found


def account_token(customer_id: str, expires_at: datetime, keys: Sequence[str]) -> str:
    """The token with which its holder sees all orders of an account until a time (UTC, whole seconds)."""
    account = base64.urlsafe_b64encode(customer_id.encode()).decode().rstrip("=")
    named = f"{account}.{int(expires_at.timestamp())}"
    return f"{named}.{_signer(keys, _ACCOUNT_SALT).get_signature(named).decode()}"


def account_of(token: str, now: datetime, keys: Sequence[str]) -> str | None:
    """The id of the account that the token opens, None if it opens none; LinkExpired when it did once."""
    try:
        named = _signer(keys, _ACCOUNT_SALT).unsign(token).decode()
    except (BadSignature, UnicodeError):
        return None
    account, _, until = named.partition(".")
    if now.timestamp() >= int(until):
        raise LinkExpired
    return base64.urlsafe_b64decode(account + "=" * (-len(account) % 4)).decode()


def guest_id(email: str, key: str) -> str:
    """The account id of a guest: a keyed hash of the e-mail address, so that it tells nothing about it."""
    digest = hmac.digest(key.encode(), email.strip().casefold().encode(), hashlib.sha256)
    return "guest-" + digest[:16].hex()


def address_hash(email: str, key: str) -> str:
    """An e-mail address for a list of addresses: a keyed hash, another than the account's, which tells nothing."""
    return hmac.digest(key.encode(), b"address\n" + email.strip().casefold().encode(), hashlib.sha256)[:16].hex()


def _signer(keys: Sequence[str], salt: str = _SALT) -> Signer:
    return Signer([key for key in keys if key], salt=salt, digest_method=hashlib.sha256)
