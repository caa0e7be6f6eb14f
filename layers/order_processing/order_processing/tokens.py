"""Access tokens (RFC 9068) of the issuer that the store trusts: what one says, once it is proved."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from order_processing.order import Record
from order_processing.signed_tokens import Keys, NotProved, audiences_of, proved


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

    keys: as in `signed_tokens.proved`.
    audiences: to whom the token must be; without any, it must be an access token of a Cognito pool, which names no
    audience: its scopes are then the API's own.
    """
    body = proved(token, keys, issuer=issuer, now=now)
    _check(body, audiences)
    return _claims(body)


def _check(body: dict[str, Any], audiences: Sequence[str]) -> None:
    if body.get("token_use", "access") != "access":
        raise NotProved("not an access token")
    if audiences and not audiences_of(body) & set(audiences):
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
