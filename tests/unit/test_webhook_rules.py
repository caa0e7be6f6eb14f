"""When a message is tried again and an endpoint left alone; how a message is signed; who hears of what."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from order_processing.stores.signature import standard_webhook_key, verify_standard_webhook
from order_processing.webhooks.circuit import DISABLE_AFTER, GIVE_UP_AFTER, OPEN_AFTER, Health, failed, next_attempt
from order_processing.webhooks.endpoint import Endpoint, Store
from order_processing.webhooks.message import Message, message_of, new_secret, signed_headers, trial_message

AT = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
chances = st.floats(0, 1)


@given(st.lists(chances, min_size=200, max_size=200))
def test_a_message_is_tried_for_three_days_and_once_more_as_they_end(drawn):
    attempts, now, waits = 1, AT, []
    while (again := next_attempt(attempts, AT, now, drawn[attempts])) is not None:
        waits.append(again - now)
        now, attempts = again, attempts + 1
    assert now == AT + GIVE_UP_AFTER, "the last attempt is the end of the three days"
    assert 15 <= attempts <= 35
    assert timedelta(seconds=30) <= waits[0] <= MINUTE
    assert all(timedelta(0) < wait <= timedelta(hours=6) for wait in waits)
    assert sum(wait < timedelta(hours=1) for wait in waits[:6]) >= 4, "most of the first ones come soon"


@given(st.integers(1, 12), chances)
def test_waits_grow_and_no_two_endpoints_wait_alike(attempts, chance):
    shortest, longest = (next_attempt(attempts, AT, AT, bound) for bound in (0.0, 1.0))
    assert shortest
    assert longest
    assert longest - AT == min(MINUTE * 3 ** (attempts - 1), timedelta(hours=6))
    assert shortest - AT == (longest - AT) / 2
    assert shortest <= next_attempt(attempts, AT, AT, chance) <= longest


def test_who_asks_to_be_left_alone_is_but_not_beyond_the_three_days():
    assert next_attempt(1, AT, AT, 0.5, timedelta(hours=2)) == AT + timedelta(hours=2)
    assert next_attempt(1, AT, AT, 1.0, timedelta(seconds=1)) == AT + MINUTE
    late = AT + timedelta(hours=71)
    assert next_attempt(9, AT, late, 0.5, timedelta(hours=20)) == AT + GIVE_UP_AFTER


def failures(number: int, every: timedelta, status: int | None = 500) -> Health:
    """An endpoint's health after so many attempts that failed one after the other."""
    health = Health()
    for n in range(number):
        health = failed(health.model_copy(update={"failures": health.failures + 1}), status, AT + n * every, 1.0)
    return health


def test_an_endpoint_that_fails_five_times_running_is_left_alone():
    before, after = failures(OPEN_AFTER - 1, MINUTE), failures(OPEN_AFTER, MINUTE)
    assert not before.is_open
    assert after.is_open
    assert after.probe_at == AT + (OPEN_AFTER - 1) * MINUTE + MINUTE
    assert after.failing_since == AT


def test_probes_come_less_and_less_often_down_to_once_an_hour():
    health, gaps, now = failures(OPEN_AFTER, MINUTE), [], AT + timedelta(minutes=10)
    for _ in range(10):
        now = max(now, health.probe_at or now)
        health = failed(health.model_copy(update={"failures": health.failures + 1}), None, now, 1.0)
        assert health.probe_at
        gaps.append(health.probe_at - now)
    assert gaps == sorted(gaps)
    assert gaps[-1] == timedelta(hours=1)


def test_attempts_that_had_begun_before_the_circuit_opened_do_not_put_the_probe_off():
    health = failures(OPEN_AFTER, timedelta(0))
    assert failures(OPEN_AFTER + 5, timedelta(0)).probe_at == health.probe_at


def test_an_endpoint_that_fails_for_five_days_is_disabled_and_says_why():
    assert not failures(5, DISABLE_AFTER / 5).disabled
    assert "5 days" in failures(6, DISABLE_AFTER / 5).disabled


def test_an_endpoint_that_is_gone_is_disabled_at_once():
    assert "410" in failures(1, MINUTE, status=410).disabled


DETAIL = {"id": "7K3M9QXB4-3", "at": "2026-11-26T08:00:00Z", "order_id": "7K3M9QXB4", "sequence": 3, "store": "é"}
OLD, NEW = new_secret(bytes(32)), new_secret(bytes(range(32)))


def test_a_message_says_what_happened_when_and_all_that_the_event_says():
    message = message_of("OrderConfirmed", DETAIL)
    assert (message.id, message.kind, message.at) == ("7K3M9QXB4-3", "OrderConfirmed", AT)
    assert json.loads(message.body) == {"type": "OrderConfirmed", "timestamp": "2026-11-26T08:00:00Z", "data": DETAIL}
    assert message_of("OrderConfirmed", DETAIL) == message


@pytest.mark.parametrize("secrets", [(NEW,), (OLD,), (NEW, OLD), (OLD, NEW)])
def test_the_published_library_accepts_a_message_under_each_secret_that_is_valid(secrets):
    now = datetime.now(UTC)
    message = message_of("OrderConfirmed", DETAIL)
    headers = signed_headers(message, secrets, now)
    for secret in secrets:
        assert Webhook(secret).verify(message.body, headers)["data"] == DETAIL
        verify_standard_webhook(headers, message.body.encode(), [standard_webhook_key(secret)], now)
    for secret in {OLD, NEW} - set(secrets):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(message.body, headers)


@pytest.mark.parametrize("change", ["body", "webhook-id", "webhook-timestamp"])
def test_whatever_was_changed_on_the_way_is_found(change):
    now = datetime.now(UTC)
    message = message_of("OrderConfirmed", DETAIL)
    headers, body = signed_headers(message, (NEW,), now), message.body
    if change == "body":
        body = body.replace("OrderConfirmed", "OrderCancelled")
    else:
        headers[change] = {"webhook-id": "7K3M9QXB4-4"}.get(change, str(int(now.timestamp()) + 1))
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(body, headers)


def test_a_secret_holds_32_bytes_and_no_message_goes_out_unsigned():
    assert base64.b64decode(OLD.removeprefix("whsec_")) == bytes(32)
    with pytest.raises(ValueError, match="random: 24 bytes"):
        new_secret(bytes(24))
    with pytest.raises(ValueError, match="secrets: none"):
        signed_headers(message_of("OrderConfirmed", DETAIL), (), AT)


def test_a_trial_says_nothing_of_any_order():
    message: Message = trial_message("erp", AT)
    assert json.loads(message.body)["type"] == "Test"
    assert "order" not in message.body


names = st.sampled_from(["webshop", "webshop2", "shop.example.com", "WebShop", "", "web:shop"])
stores = st.builds(Store, source=st.sampled_from(["api", "shopify"]), store=names)


@given(st.lists(stores, min_size=1, max_size=3), stores, st.sampled_from([(), ("OrderConfirmed",)]))
def test_an_endpoint_hears_of_its_own_stores_orders_and_of_no_others(own, other, kinds):
    endpoint = Endpoint(name="erp", url="https://x.example.com", stores=tuple(own), kinds=kinds, added_at=AT)
    assert endpoint.hears(other, "OrderConfirmed") == (other in own)
    assert endpoint.hears(own[0], "OrderCancelled") == (not kinds)
