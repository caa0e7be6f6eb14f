"""A console in one process: a user pool with one person, sessions in memory, and a browser's cookies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from order_processing.audit import Audit
from order_processing.console.console import Console
from order_processing.console.login import Login
from order_processing.console.page import Route
from order_processing.console.session import COOKIE, Session, form_token
from order_processing.console.staff import Group, Person
from order_processing.http import Answer, Request
from order_processing.settings import current

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ISSUER, CLIENT = "https://cognito-idp.us-east-1.amazonaws.com/pool", "client"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEYS: dict[str, Any] = {
    "keys": [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "1", "alg": "RS256"}]
}


def claims(**changes: Any) -> dict[str, Any]:
    """What an ID token of the pool says; None leaves a claim out."""
    now = int(NOW.timestamp())
    said = {
        "sub": "id-1",
        "iss": ISSUER,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 300,
        "token_use": "id",
        "nonce": "nonce",
        "cognito:username": "anna",
        "name": "Anna Berg",
        "cognito:groups": ["approvers", "something else"],
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def signed(key: Any = KEY, algorithm: str = "RS256", **changes: Any) -> str:
    """An ID token."""
    return jwt.encode(claims(**changes), key, algorithm, headers={"kid": "1"})


class Pool:
    """The port Directory, with one person who can log in."""

    client_id, issuer = CLIENT, ISSUER

    def __init__(self, person: Person, clock: Callable[[], datetime]) -> None:
        self.person: Person | None = person
        self.clock = clock
        self.nonce = ""
        self.asked = 0

    def login_url(self, *, back: str, state: str, nonce: str, challenge: str) -> str:
        self.nonce = nonce
        return "https://login.example.com/oauth2/authorize?" + urlencode({"state": state, "redirect_uri": back})

    def redeem(self, code: str, *, back: str, verifier: str) -> str:
        assert self.person
        groups = sorted(self.person.groups)
        now = int(self.clock().timestamp())
        times = {"iat": now, "exp": now + 300}
        return signed(
            sub=self.person.id, name=self.person.name, nonce=self.nonce, **times, **{"cognito:groups": groups}
        )

    def keys(self, *, afresh: bool) -> dict[str, Any]:
        return KEYS

    def look_up(self, person: Person) -> Person | None:
        self.asked += 1
        return self.person

    def logout_url(self, back: str) -> str:
        return "https://login.example.com/logout?" + urlencode({"logout_uri": back})


class Kept(dict[str, Session]):
    """The port Sessions."""

    def keep(self, key: str, session: Session) -> None:
        self[key] = session

    def find(self, key: str) -> Session | None:
        return self.get(key)

    def end(self, key: str) -> None:
        self.pop(key, None)


class Desk:
    """A member of staff at a console with these pages."""

    def __init__(
        self,
        routes: Iterable[Route],
        *groups: Group,
        name: str = "Anna Berg",
        id: str = "id-1",
        audit: Audit | None = None,
    ) -> None:
        self.now = NOW
        person = Person(id=id, username=id, name=name, groups=frozenset(groups))
        self.pool, self.kept = Pool(person, lambda: self.now), Kept()
        login = Login(directory=self.pool, sessions=self.kept, public_url="https://orders.example.com")
        self.console = Console(routes, login=login, settings=current(), audit=audit, clock=lambda: self.now)
        self.cookies: dict[str, str] = {}

    def send(self, method: str, url: str, body: str = "", **headers: str) -> Answer:
        parts = urlsplit(url)
        query = {name: value[0] for name, value in parse_qs(parts.query).items()}
        sent = {"cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items()), **headers}
        answer = self.console.answer(method, parts.path, Request(headers=sent, query=query, body=body))
        for line in answer.cookies:
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer

    def sign_in(self, page: str = "/staff") -> Answer:
        begun = self.send("GET", self.send("GET", page).headers["Location"])
        state = parse_qs(urlsplit(begun.headers["Location"]).query)["state"][0]
        return self.send("GET", f"/staff/callback?code=c&state={state}")

    def post(self, path: str, **form: str) -> Answer:
        form = {"form_token": form_token(self.cookies[COOKIE]), **form}
        return self.send("POST", path, urlencode(form), **{"content-type": "application/x-www-form-urlencoded"})
