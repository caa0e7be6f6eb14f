"""What an ID token says of a person (OpenID Connect Core 1.0, section 3.1.3.7), once it is proved."""

from __future__ import annotations

import hmac
from typing import Any

from order_processing.console.staff import Person, groups_of

_LEEWAY = 60


class NotProved(Exception):
    """A token that proves nothing; the message says why, without what the token holds."""


def person_of(token: str, keys: dict[str, Any], *, issuer: str, client_id: str, nonce: str) -> Person:
    """The person whom the token proves.

    keys: the user pool's JSON Web Key Set. The token must be signed with one of them by RS256 (whatever algorithm
    it names), be an ID token of this issuer for this client, be valid now, and hold the nonce that this login
    made up. Raises NotProved.
    """
    import jwt  # takes a tenth of a second with its cryptography, and only a login needs it

    try:
        wanted = jwt.get_unverified_header(token).get("kid")
        key = next(key for key in jwt.PyJWKSet.from_dict(keys).keys if key.key_id == wanted)
        claims = jwt.decode(
            token,
            key.key,
            algorithms=["RS256"],
            audience=client_id,
            issuer=issuer,
            leeway=_LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, StopIteration) as error:
        raise NotProved(type(error).__name__) from None
    if claims.get("token_use") != "id":
        raise NotProved("not an ID token")
    if not nonce or not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise NotProved("the token of another login")
    username = str(claims.get("cognito:username") or claims["sub"])
    return Person(
        id=claims["sub"],
        username=username,
        name=_name(claims, username),
        groups=groups_of(claims.get("cognito:groups")),
    )


def _name(claims: dict[str, Any], username: str) -> str:
    """What colleagues see, on one line."""
    said = claims.get("name") or claims.get("email") or username
    return " ".join(str(said).split())[:100]
