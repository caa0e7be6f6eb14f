"""Which store a delivery is of: the one that signed it, and no other."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from order_processing.adapters.secrets import Secrets
from order_processing.doors import Doors
from order_processing.http import Request
from order_processing.stores import SignatureError, platform, sources
from order_processing.stores.sender import check_sender, sender_of
from tests.signing import SECRETS, body_of, headers_of, named, sign
from tests.unit.test_fetching import Kept

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize("source", sources())
def test_the_store_that_signed_it_is_found_among_others(source):
    secrets, raw = {"other": [SECRETS[source][1]], named(source): [SECRETS[source][0]]}, body_of(source, named(source))
    headers = headers_of(source, named(source), sign(source, SECRETS[source][0], raw, NOW))
    assert sender_of(platform(source), secrets, headers, raw, NOW) == named(source)
    check_sender(platform(source).read(headers, raw), named(source))


@pytest.mark.parametrize("source", sources())
def test_one_store_cannot_send_for_another(source):
    """It signs with its own secret, rightly, what speaks of another store."""
    secrets, raw = {"evil": [SECRETS[source][1]], named(source): [SECRETS[source][0]]}, body_of(source, named(source))
    headers = headers_of(source, named(source), sign(source, SECRETS[source][1], raw, NOW))
    with pytest.raises(SignatureError):
        check_sender(platform(source).read(headers, raw), sender_of(platform(source), secrets, headers, raw, NOW))


@pytest.mark.parametrize("source", sources())
def test_without_any_store_nothing_is_accepted(source):
    raw = body_of(source, named(source))
    headers = headers_of(source, named(source), sign(source, SECRETS[source][0], raw, NOW))
    with pytest.raises(SignatureError):
        sender_of(platform(source), {}, headers, raw, NOW)


class Vault:
    """Secrets Manager with one secret that somebody changes."""

    def __init__(self) -> None:
        self.value: dict[str, object] = {}
        self.reads = 0

    def get_secret_value(self, SecretId: str) -> dict[str, str]:
        self.reads += 1
        return {"SecretString": json.dumps(self.value)}


def door(senders) -> Doors:
    nothing = dict.fromkeys(["orders", "accounts", "queries", "executions"])

    class Links:
        def status_url(self, order_id: str) -> str:
            return order_id

    return Doors(**nothing, links=Links(), senders=senders, deliveries=Kept().deliveries)


def test_a_secret_that_was_set_a_moment_ago_is_known_and_forgeries_do_not_ask_for_it_each_time(monkeypatch):
    vault, clock = Vault(), [1000.0]
    monkeypatch.setattr("order_processing.adapters.secrets.time.monotonic", lambda: clock[0])
    raw = b'{"id": 1}'
    request = Request(
        headers=headers_of("shopify", "new.example.com", sign("shopify", "s", raw, NOW), topic="app/uninstalled"),
        body=raw.decode(),
    )
    vault.value = {"shopify": {"old.example.com": ["x"]}}
    doors = door(Secrets(vault, "senders"))
    assert doors.webhook("shopify", request).status == 401
    vault.value = {"shopify": {"new.example.com": ["s"]}}
    assert [doors.webhook("shopify", request).status for _ in range(5)] == [401] * 5
    assert vault.reads == 1
    clock[0] += 31
    assert doors.webhook("shopify", request).status == 200
    assert vault.reads == 2


def test_adobe_registers_an_address_by_a_challenge():
    given = "8ec8d794-e0ab-42df-9017-e3dada8e84f7"
    answer = door(None).challenge("adobe-commerce", Request(headers={}, query={"challenge": given}))
    assert (answer.status, answer.body, answer.content_type) == (200, given, "text/plain")
    assert door(None).challenge("adobe-commerce", Request(headers={})).status == 404
    assert door(None).challenge("shopify", Request(headers={}, query={"challenge": given})).status == 404
