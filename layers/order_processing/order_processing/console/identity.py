"""What an ID token says of a person (OpenID Connect Core 1.0, section 3.1.3.7), once it is proved."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any

from order_processing.console.staff import Person, groups_of
from order_processing.signed_tokens import Keys, NotProved, audiences_of, proved


def person_of(
    token: str, keys: Callable[[bool], Keys], *, issuer: str, client_id: str, nonce: str, now: datetime
) -> Person:
    """The person whom the token proves.

    keys: the user pool's, as in `signed_tokens.proved`. The token must be an ID token of this issuer for this client
    and nobody else, be valid now, and hold the nonce that this login made up. Raises NotProved.
    """
    claims = proved(token, keys, issuer=issuer, now=now)
    subject = claims.get("sub")
    if claims.get("token_use") != "id" or not isinstance(subject, str) or not subject or "iat" not in claims:
        raise NotProved("not an ID token")
    if audiences_of(claims) != {client_id}:
        raise NotProved("for somebody else")
    if not nonce or not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise NotProved("the token of another login")
    username = str(claims.get("cognito:username") or subject)
    return Person(
        id=subject,
        username=username,
        name=_name(claims, username),
        groups=groups_of(claims.get("cognito:groups")),
    )


def _name(claims: dict[str, Any], username: str) -> str:
    """What colleagues see, on one line."""
    said = claims.get("name") or claims.get("email") or username
    return " ".join(str(said).split())[:100]
