"""Logging in and out: the authorization code flow with PKCE (RFC 6749, RFC 7636, RFC 9700) against the user pool.

What a login makes up (state, nonce, code verifier) stands in a cookie of this browser until the pool sends the
browser back: a code that another browser asked for is refused, and so is a token that was made for another login.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from order_processing.console.identity import person_of
from order_processing.console.session import COOKIE, Session, Sessions, key_of
from order_processing.console.staff import Person
from order_processing.foreign_json import read_foreign_json
from order_processing.http import Request
from order_processing.signed_tokens import NotProved

HOME = "/staff"
CALLBACK = "/staff/callback"
SIGNED_OUT = "/staff/signed-out"
_LOGIN_COOKIE = "__Host-staff-login"
_LOGIN_SECONDS = 600
_OURS = re.compile(r"/staff(?:/[A-Za-z0-9._~-]+)*(?:\?[A-Za-z0-9._~=&%+-]*)?")


class LoginRefused(Exception):
    """A login that did not work; the message says why, for the log."""


class Directory(Protocol):
    """The user pool. client_id, issuer: of this console's client, and of the pool's tokens."""

    @property
    def client_id(self) -> str: ...

    @property
    def issuer(self) -> str: ...

    def login_url(self, *, back: str, state: str, nonce: str, challenge: str) -> str:
        """Where the browser logs in; it comes to `back` with a code."""
        ...

    def redeem(self, code: str, *, back: str, verifier: str) -> str:
        """The ID token for a code, once. Raises LoginRefused."""
        ...

    def keys(self, *, afresh: bool) -> dict[str, Any]:
        """The JSON Web Key Set that tokens are signed with. afresh: not what was read before."""
        ...

    def look_up(self, person: Person) -> Person | None:
        """The person with the groups they are in now; None when they may no longer log in."""
        ...

    def logout_url(self, back: str) -> str:
        """Where the browser ends its session with the pool itself; it comes to `back`."""
        ...


class Login:
    """Login and logout, and whose session a request is. public_url: where browsers reach the console."""

    def __init__(
        self,
        *,
        directory: Directory,
        sessions: Sessions,
        public_url: str,
        new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._directory = directory
        self._sessions = sessions
        self._public_url = public_url.rstrip("/")
        self._new_secret = new_secret

    def begin(self, wanted: str) -> tuple[str, str]:
        """Where to send the browser, and the cookie it is given. wanted: the page to come back to."""
        state, nonce, verifier = self._new_secret(), self._new_secret(), self._new_secret()
        challenge = _base64(hashlib.sha256(verifier.encode()).digest())
        kept = json.dumps([state, nonce, verifier, page_of_ours(wanted)]).encode()
        url = self._directory.login_url(back=self._back, state=state, nonce=nonce, challenge=challenge)
        return url, cookie(_LOGIN_COOKIE, _base64(kept), seconds=_LOGIN_SECONDS)

    def finish(self, request: Request, now: datetime) -> tuple[str, tuple[str, ...], Person]:
        """The pool has sent the browser back: the page to go on to, its cookies, and who it is. Raises LoginRefused.

        A new session gets a new secret, whatever cookie the browser had; the session it had before ends.
        """
        state, nonce, verifier, wanted = _kept(cookies_of(request).get(_LOGIN_COOKIE, ""))
        if not hmac.compare_digest(request.query.get("state", "").encode(), state.encode()):
            raise LoginRefused("not a login of this browser")
        if "error" in request.query or not request.query.get("code"):
            raise LoginRefused("refused by the user pool")
        token = self._directory.redeem(request.query["code"], back=self._back, verifier=verifier)
        person = self._proved(token, nonce, now)
        self._end_of(request)
        secret = self._new_secret()
        self._sessions.keep(key_of(secret), Session(person=person, started_at=now, checked_at=now))
        return wanted, (cookie(COOKIE, secret), cookie(_LOGIN_COOKIE, "", seconds=0)), person

    def session(self, request: Request, now: datetime) -> tuple[Session, str] | None:
        """Whose session the request belongs to, with its secret. Groups are those of five minutes ago at most."""
        secret = cookies_of(request).get(COOKIE, "")
        session = self._sessions.find(key_of(secret)) if secret else None
        if session is None:
            return None
        if session.over(now):
            self._sessions.end(key_of(secret))
            return None
        if session.wants_check(now):
            person = self._directory.look_up(session.person)
            if person is None:
                self._sessions.end(key_of(secret))
                return None
            session = session.model_copy(update={"person": person, "checked_at": now})
            self._sessions.keep(key_of(secret), session)
        return session, secret

    def end(self, request: Request) -> tuple[str, str]:
        """End the session here; where to send the browser to end it with the pool, and the cookie that clears ours."""
        self._end_of(request)
        return self._directory.logout_url(self._public_url + SIGNED_OUT), cookie(COOKIE, "", seconds=0)

    def logout_origin(self) -> str:
        """The origin that the logout's form may lead to."""
        return "/".join(self._directory.logout_url(self._public_url + SIGNED_OUT).split("/")[:3])

    @property
    def _back(self) -> str:
        return self._public_url + CALLBACK

    def _end_of(self, request: Request) -> None:
        if secret := cookies_of(request).get(COOKIE, ""):
            self._sessions.end(key_of(secret))

    def _proved(self, token: str, nonce: str, now: datetime) -> Person:
        who = self._directory
        try:
            return person_of(
                token,
                lambda afresh: who.keys(afresh=afresh),
                issuer=who.issuer,
                client_id=who.client_id,
                nonce=nonce,
                now=now,
            )
        except NotProved as error:
            raise LoginRefused(f"a token that proves nothing: {error}") from None


def page_of_ours(wanted: str) -> str:
    """The page to go on to: one of the console's own, else its first."""
    return wanted if _OURS.fullmatch(wanted) and not wanted.startswith(("/staff/log", CALLBACK)) else HOME


def cookies_of(request: Request) -> dict[str, str]:
    """The request's cookies (RFC 6265): the first of each name."""
    found: dict[str, str] = {}
    for pair in request.headers.get("cookie", "").split(";"):
        name, is_pair, value = pair.strip().partition("=")
        if is_pair:
            found.setdefault(name, value)
    return found


def cookie(name: str, value: str, *, seconds: int | None = None) -> str:
    """A Set-Cookie header's value: for this host alone, over TLS alone, out of scripts' reach.

    Lax and not Strict, so that the way back from the pool and a link in a mail find the session; nothing is
    changed by GET. seconds: how long it lasts, 0 to remove it; None until the browser closes.
    """
    lasts = "" if seconds is None else f"; Max-Age={seconds}"
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{lasts}"


def _kept(value: str) -> tuple[str, str, str, str]:
    try:
        state, nonce, verifier, wanted = read_foreign_json(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    except (ValueError, TypeError):
        raise LoginRefused("no login was begun in this browser") from None
    if not all(isinstance(each, str) and each for each in (state, nonce, verifier, wanted)):
        raise LoginRefused("no login was begun in this browser")
    return state, nonce, verifier, page_of_ours(wanted)


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
