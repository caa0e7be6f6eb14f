"""Where the keys of the tokens' issuer come from, and how often they are asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from order_processing.adapters import tokens
from order_processing.adapters.tokens import IssuedTokens
from tests.unit.test_tokens import CLIENT, ISSUER, key_set, signed

ELSEWHERE = "https://login.example.com"


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Every address that was asked, each of which has the test's keys."""
    addresses: list[str] = []

    def fetch(url: str) -> dict[str, Any]:
        addresses.append(url)
        if url.endswith("openid-configuration"):
            return {"jwks_uri": f"{ELSEWHERE}/keys"}
        found: dict[str, Any] = json.loads(key_set())
        return found

    monkeypatch.setattr(tokens, "_fetch", fetch)
    return addresses


def issued(issuer: str = ISSUER, audiences: str = "") -> IssuedTokens:
    def client(_: str) -> Any:
        return SimpleNamespace(meta=SimpleNamespace(endpoint_url="https://cognito.example"))

    return IssuedTokens(client, {"TOKEN_ISSUER": issuer, "TOKEN_AUDIENCES": audiences})


def now_valid(name: str = "ours", **claims: Any) -> str:
    now = datetime.now(UTC)
    return signed(CLIENT | {"iat": now, "exp": now + timedelta(minutes=5), **claims}, name)


def test_a_pools_keys_are_asked_for_once_where_its_api_answers(asked):
    known = issued()
    assert [known.claims_of(now_valid()).client for _ in range(3)] == ["web"] * 3
    assert asked == ["https://cognito.example/us-east-1_pool/.well-known/jwks.json"]


def test_nobody_makes_us_ask_for_keys_all_the_time(asked):
    known = issued()
    assert [known.claims_of(now_valid("theirs")) for _ in range(5)] == [None] * 5
    assert len(asked) == 1, "they were fetched within the last minute"
    known._fetched_at -= 61
    assert known.claims_of(now_valid("theirs")) is None
    assert len(asked) == 2


def test_another_issuers_keys_are_where_it_says_and_its_tokens_must_be_for_us(asked):
    of_theirs = now_valid(iss=ELSEWHERE, aud="orders")
    assert issued(ELSEWHERE, "orders,others").claims_of(of_theirs).client == "web"
    assert asked == [f"{ELSEWHERE}/.well-known/openid-configuration", f"{ELSEWHERE}/keys"]
    assert issued(ELSEWHERE, "somebody-else").claims_of(of_theirs) is None


def test_keys_are_not_fetched_over_a_line_that_anybody_may_write_to(monkeypatch):
    monkeypatch.setattr(tokens, "_fetch", lambda _: {"jwks_uri": "http://login.example.com/keys"})
    with pytest.raises(ValueError, match="https"):
        issued(ELSEWHERE, "orders").claims_of(now_valid(iss=ELSEWHERE, aud="orders"))


def test_without_an_issuer_no_token_proves_anything_and_nobody_is_asked(asked):
    assert issued("").claims_of(now_valid()) is None
    assert asked == []
