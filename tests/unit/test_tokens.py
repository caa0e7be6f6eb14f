"""Access tokens, made by another's library: which prove something, and which do not."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from order_processing.callers import API, CANCEL_OWN, DECIDE, PLACE, READ_ALL, READ_OWN, Callers, looks_like_a_token
from order_processing.http import Problem, Request
from order_processing.signed_tokens import NotProved
from order_processing.tokens import Claims, claims_of

ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool"
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
CLIENT = {
    "iss": ISSUER,
    "sub": "web",
    "client_id": "web",
    "token_use": "access",
    "scope": f"{API}/orders.place {API}/orders.read",
    "iat": NOW,
    "exp": NOW + timedelta(minutes=5),
}
PERSON = CLIENT | {"sub": "anna", "scope": f"{API}/staff.decide", "cognito:groups": ["approvers"]}


_KEYS: dict[str, Any] = {}


def signing_key(name: str = "ours", bits: int = 2048) -> Any:
    if name not in _KEYS:
        _KEYS[name] = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return _KEYS[name]


def key_set(name: str = "ours", bits: int = 2048) -> str:
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(signing_key(name, bits).public_key()))
    return json.dumps({"keys": [{**public, "kid": name, "use": "sig", "alg": "RS256"}]})


def signed(claims: dict[str, Any], name: str = "ours", **header: Any) -> str:
    return jwt.encode(claims, signing_key(name), algorithm="RS256", headers={"kid": name, **header})


def proved(token: str, *, keys: str = "", issuer: str = ISSUER, audiences: tuple[str, ...] = ()) -> Claims:
    known = json.loads(keys or key_set())
    return claims_of(token, lambda _: known, issuer=issuer, audiences=audiences, now=NOW)


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_a_token_says_who_holds_it_and_what_it_opens():
    found = proved(signed(CLIENT))
    assert (found.client, found.person) == ("web", "")
    assert found.scopes == {f"{API}/orders.place", f"{API}/orders.read"}
    assert proved(signed(PERSON)) == Claims(
        client="web", person="anna", scopes={f"{API}/staff.decide"}, groups={"approvers"}
    )


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "https://elsewhere.example"}, "another issuer"),
        ({"exp": NOW - timedelta(minutes=2)}, "expired"),
        ({"exp": None}, "expired"),
        ({"exp": True}, "expired"),
        ({"nbf": NOW + timedelta(minutes=5)}, "not valid yet"),
        ({"iat": NOW + timedelta(minutes=5)}, "not valid yet"),
        ({"token_use": "id", "aud": "web"}, "not an access token"),
        ({"token_use": None}, "not an access token"),
        ({"client_id": None}, "no client"),
        ({"client_id": ["web"]}, "no client"),
        ({"sub": ""}, "no subject"),
    ],
)
def test_a_signed_token_that_is_not_for_here_and_now_proves_nothing(changes, why):
    claims = {name: value for name, value in (CLIENT | changes).items() if value is not None}
    token = jwt.PyJWS().encode(
        json.dumps(claims, default=datetime.timestamp).encode(), signing_key(), "RS256", {"kid": "ours"}
    )
    with pytest.raises(NotProved, match=why):
        proved(token)


def test_a_token_without_a_use_is_for_an_audience_only():
    token = signed({k: v for k, v in CLIENT.items() if k != "token_use"} | {"aud": ["orders", "others"]})
    assert proved(token, audiences=("orders",)).client == "web"
    for audiences in ((), ("strangers",)):
        with pytest.raises(NotProved):
            proved(token, audiences=audiences)


def forgeries() -> dict[str, str]:
    head, body, signature = signed(CLIENT).split(".")
    public = json.loads(key_set())["keys"][0]["n"]
    return {
        "none": jwt.encode(CLIENT, None, algorithm="none", headers={"kid": "ours"}),
        "the public key as a secret": jwt.encode(CLIENT, public, algorithm="HS256", headers={"kid": "ours"}),
        "another's key": jwt.encode(CLIENT, signing_key("theirs"), algorithm="RS256", headers={"kid": "ours"}),
        "another's key id": signed(CLIENT, "theirs"),
        "no key id": jwt.encode(CLIENT, signing_key(), algorithm="RS256"),
        "a key of its own": signed(CLIENT, "theirs", jwk=json.loads(key_set("theirs"))["keys"][0]),
        "another algorithm": jwt.encode(CLIENT, signing_key(), algorithm="RS512", headers={"kid": "ours"}),
        "something critical": signed(CLIENT, crit=["b64"], b64=True),
        "another body": ".".join((head, part({**CLIENT, "iat": 0, "exp": 2**40, "sub": "x"}), signature)),
        "no signature": f"{head}.{body}.",
        "half a signature": f"{head}.{body}.{signature[:100]}",
        "padding": f"{head}.{body}.{signature}==",
        "no object": ".".join((part([]), body, signature)),  # type: ignore[arg-type]
        "no JSON": f"eyJ.{body}.{signature}",
    }


@pytest.mark.parametrize("forgery", forgeries())
def test_a_forgery_proves_nothing(forgery):
    with pytest.raises(NotProved):
        proved(forgeries()[forgery])


def test_a_weak_key_proves_nothing():
    token = jwt.encode(CLIENT, signing_key("weak", 1024), algorithm="RS256", headers={"kid": "weak"})
    with pytest.raises(NotProved):
        proved(token, keys=key_set("weak", 1024))


def test_a_key_that_nobody_knows_may_be_new():
    asked: list[bool] = []

    def keys(afresh: bool) -> Any:
        asked.append(afresh)
        return json.loads(key_set("theirs" if afresh else "ours"))

    assert claims_of(signed(CLIENT, "theirs"), keys, issuer=ISSUER, audiences=(), now=NOW).client == "web"
    assert asked == [False, True]


@given(st.text())
def test_no_text_is_too_odd(text):
    if looks_like_a_token(text):
        with pytest.raises(NotProved):
            proved(text)


@given(place=st.integers(0, 10**6), by=st.integers(1, 255))
def test_a_token_with_one_bit_changed_proves_nothing(place, by):
    token = bytearray(signed(CLIENT).encode())
    token[place % len(token)] ^= by
    text = token.decode("latin-1")
    if looks_like_a_token(text):
        try:
            found = proved(text)
        except NotProved:
            return
        assert found == proved(signed(CLIENT)), "the last character's spare bits say nothing"


class Issuer:
    """Takes every token for what the test says."""

    def __init__(self, claims: Claims | None) -> None:
        self.claims = claims

    def claims_of(self, token: str) -> Claims | None:
        return self.claims


class Senders:
    def read(self) -> dict[str, Any]:
        return {"api": {"web": ["web key"]}, "staff": {"kim": ["kim's key"]}}


def who(bearer: str, claims: Claims | None, *rights: Any) -> Any:
    request = Request(headers={"authorization": f"Bearer {bearer}"})
    return Callers(Senders(), Issuer(claims)).who(request, *rights)


A_TOKEN = "eyJ.eyJ.x"


def of(scope: str, **more: Any) -> Claims:
    return Claims(client="web", scopes={f"{API}/{scope}"}, **more)


def test_a_front_ends_token_is_another_front_end_than_a_key_of_the_same_name():
    assert who("web key", None, PLACE).name == "web"
    assert who(A_TOKEN, of("orders.place"), PLACE).name == "client:web"


@pytest.mark.parametrize(
    ("claims", "right", "may"),
    [
        (of("orders.place"), PLACE, True),
        (of("orders.place"), READ_OWN, False),
        (of("orders.read"), READ_OWN, True),
        (of("orders.cancel"), CANCEL_OWN, True),
        (of("orders.place", person="anna", groups={"admins"}), PLACE, False),
        (of("staff.read"), READ_ALL, False),
        (of("staff.read", groups={"operations"}), READ_ALL, False),
        (of("staff.read", person="olivia", groups={"operations"}), READ_ALL, True),
        (of("staff.read", person="walt", groups={"warehouse"}), READ_ALL, False),
        (of("staff.decide", person="olivia", groups={"operations"}), DECIDE, False),
        (of("staff.decide", person="anna", groups={"approvers"}), DECIDE, True),
        (of("staff.decide", person="ada", groups={"admins"}), DECIDE, True),
        (of("orders.read", person="anna", groups={"approvers"}), DECIDE, False),
        (Claims(client="web", scopes={"orders.place"}), PLACE, False),
    ],
)
def test_a_token_opens_what_its_scope_and_its_person_allow(claims, right, may):
    if may:
        assert who(A_TOKEN, claims, right).right == right
        return
    with pytest.raises(Problem, match="SCOPE_MISSING") as refused:
        who(A_TOKEN, claims, right)
    assert f'scope="{API}/{right.scope}"' in refused.value.headers["WWW-Authenticate"]


def test_who_proves_nothing_is_nobody():
    assert who(A_TOKEN, None, PLACE, DECIDE) is None
    assert who("", of("orders.place"), PLACE) is None
    assert who("kim's key", None, PLACE) is None


def test_who_decides_by_token_is_the_one_who_decides_on_the_console():
    caller = who(A_TOKEN, of("staff.decide", person="anna", groups={"approvers"}), DECIDE)
    assert (caller.by, caller.actor) == ("anna", "staff: anna"), "the id that the console keeps"
