"""Who calls the API for orders, and what they may do: keys of the secret `senders`, and access tokens.

A front end's key or token places orders, and sees and cancels those that it has placed. A staff key, or the token of
a member of staff, sees all of them; to decide or cancel, a member of staff must be an approver.
"""

from typing import TYPE_CHECKING, NamedTuple, Protocol

from order_processing.access import holder_of
from order_processing.door import Senders
from order_processing.http import Problem, Request
from order_processing.order import Record

if TYPE_CHECKING:  # proving a token is imported by whoever has one to prove
    from order_processing.tokens import Claims

_LONGEST_TOKEN = 8192
_STAFF = frozenset({"operations", "approvers", "admins"})


class Tokens(Protocol):
    """The issuer of access tokens that the store trusts."""

    def claims_of(self, token: str) -> "Claims | None":
        """What the token proves; None where it proves nothing."""
        ...


class Right(NamedTuple):
    """Something that a caller may do.

    keys: the part of the secret `senders` whose keys may. scope: what a token needs, after the API's own name.
    groups: in one of which its person must be; None for what a program does for itself, as a front end.
    """

    keys: str
    scope: str
    groups: frozenset[str] | None = None


PLACE = Right(keys="api", scope="orders.place")
READ_OWN = Right(keys="api", scope="orders.read")
CANCEL_OWN = Right(keys="api", scope="orders.cancel")
READ_ALL = Right(keys="staff", scope="staff.read", groups=_STAFF)
DECIDE = Right(keys="staff", scope="staff.decide", groups=_STAFF - {"operations"})
RIGHTS = (PLACE, READ_OWN, CANCEL_OWN, READ_ALL, DECIDE)
API = "order-processing"
"""The API's name as a resource server, before its scopes."""


class Caller(Record):
    """Who calls. name: whose key, or which client's token; by: what stays the same whoever looks; right: by which."""

    name: str
    by: str
    right: Right

    @property
    def is_staff(self) -> bool:
        """Whether they may see every order."""
        return self.right.groups is not None

    @property
    def actor(self) -> str:
        """How what staff do is written down."""
        return f"staff: {self.name}"


class Callers:
    """Finds out who calls."""

    def __init__(self, senders: Senders, tokens: Tokens | None = None) -> None:
        self._senders = senders
        self._tokens = tokens

    def who(self, request: Request, *rights: Right) -> Caller | None:
        """Who calls, by the first of these rights that they have; None for nobody that is known.

        Problem for a token that is good and gives none of them.
        """
        given, known = request.bearer(), self._senders.read()
        for right in rights:
            if given and (name := holder_of(given, known.get(right.keys, {}))):
                return Caller(name=name, by=f"key:{name}", right=right)
        if self._tokens is None or not looks_like_a_token(given) or not (claims := self._tokens.claims_of(given)):
            return None
        for right in rights:
            if f"{API}/{right.scope}" in claims.scopes and _fits(claims, right):
                return _caller(claims, right)
        scopes = " ".join(f"{API}/{right.scope}" for right in rights)
        asked = f'Bearer error="insufficient_scope", scope="{scopes}"'
        detail = f"the token gives no such right: expected the scope {scopes.replace(' ', ' or ')}"
        if all(right.groups for right in rights):
            detail += ", and a person who is in one of the groups that may"
        raise Problem(403, "SCOPE_MISSING", detail, headers={"WWW-Authenticate": asked})

    def required(self, request: Request, *rights: Right) -> Caller:
        """As `who`; Problem for nobody that is known."""
        if not (caller := self.who(request, *rights)):
            expected = "expected the header Authorization: Bearer <your key or access token>"
            raise Problem(401, "CREDENTIALS_INVALID", expected)
        return caller


def looks_like_a_token(bearer: str) -> bool:
    """Whether it is worth proving: three parts, the first of which begins a JSON object."""
    return bearer.count(".") == 2 and bearer.startswith("eyJ") and len(bearer) <= _LONGEST_TOKEN


def _fits(claims: "Claims", right: Right) -> bool:
    if right.groups is None:
        return not claims.person
    return bool(claims.person) and bool(claims.groups & right.groups)


def _caller(claims: "Claims", right: Right) -> Caller:
    if right.groups is None:
        return Caller(name=f"client:{claims.client}", by=f"client:{claims.client}", right=right)
    return Caller(name=claims.person, by=claims.person, right=right)
