"""Whatever a store sends, it is read or refused by name: no other exception, no loss of money."""

import contextlib
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from order_processing.shares import share
from order_processing.stores import Unreadable, platform
from order_processing.stores.payload import parse_json

PAYLOADS = Path(__file__).parents[2] / "events" / "webhooks"
HEADERS = {
    "shopify": {"X-Shopify-Topic": "orders/create", "X-Shopify-Shop-Domain": "a.myshopify.com"},
    "woocommerce": {"X-WC-Webhook-Topic": "order.created", "X-WC-Webhook-Source": "https://a.example.com"},
}
STANDARD = {
    "type": "order.created",
    "timestamp": "2026-05-04T12:30:01Z",
    "data": {
        "id": "A-77",
        "updated_at": "2026-05-04T12:30:00Z",
        "currency": "EUR",
        "customer": {"email": "ada@example.com", "name": "Ada Quill"},
        "shipping_address": {"line1": "Weg 1", "city": "Bonn", "country": "DE"},
        "lines": [{"sku": "TEA", "quantity": 2, "unit_price": "4.50"}],
        "total": "9.00",
    },
}
NOTICES = {
    "bigcommerce": {"producer": "stores/abc", "scope": "store/order/created", "data": {"type": "order", "id": 218}},
    "squarespace": {"websiteId": "w1", "topic": "order.create", "data": {"orderId": "585d498fdee9f31a60284a37"}},
}
PRODUCT = {
    "id": 1,
    "product_id": 2,
    "variant_id": 3,
    "name": "Tea",
    "sku": "TEA",
    "type": "physical",
    "quantity": 3,
    "base_price": "6.0000",
    "price_inc_tax": "6.6000",
    "price_ex_tax": "6.0000",
    "total_inc_tax": "19.8000",
    "total_ex_tax": "18.0000",
    "total_tax": "1.8000",
    "applied_discounts": [{"amount": "1.0000"}],
    "product_options": [{"display_name": "Size", "display_value": "L"}],
}


def payloads(name):
    return [json.loads(path.read_bytes()) for path in sorted(PAYLOADS.glob(f"{name}-*.json"))]


SAMPLES = {
    "shopify": payloads("shopify"),
    "woocommerce": payloads("woo"),
    "adobe-commerce": payloads("magento"),
    "stripe": payloads("stripe"),
    "standardwebhooks": [STANDARD],
    "bigcommerce": [NOTICES["bigcommerce"]],
    "squarespace": [NOTICES["squarespace"]],
}
FETCHED = {
    "bigcommerce": [
        *payloads("bigcommerce"),
        [PRODUCT],
        [{"street_1": "Weg 1", "zip": 1}],
        [{"code": "A", "discount": "1"}],
    ],
    "squarespace": payloads("squarespace"),
}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**25), 10**25),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.sampled_from(
        ["-1", "1e5", "0.005", "12.345", "9" * 30, "\ud800", "\x00", "2026-13-01", "0001-01-01T00:00+14:00"]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(value, path=()):
    """Every place within a JSON value."""
    yield path
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


def replaced(value, path, new):
    """The value with another one at a place."""
    if not path:
        return new
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = replaced(value[path[0]], path[1:], new)
    return changed


def reads_or_refuses(source, raw):
    with contextlib.suppress(Unreadable):
        platform(source).read(HEADERS.get(source, {}), raw)


@pytest.mark.parametrize("source", sorted(SAMPLES))
@given(raw=st.one_of(st.binary(max_size=60), values.map(lambda v: json.dumps(v).encode())))
def test_any_body_is_read_or_refused(source, raw):
    reads_or_refuses(source, raw)


@pytest.mark.parametrize("source", sorted(SAMPLES))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_real_order_with_anything_anywhere_is_read_or_refused(source, data):
    body = data.draw(st.sampled_from(SAMPLES[source]))
    for _ in range(data.draw(st.integers(1, 3))):
        body = replaced(body, data.draw(st.sampled_from(list(places(body)))), data.draw(values))
    reads_or_refuses(source, json.dumps(body).encode())


@pytest.mark.parametrize("source", sorted(FETCHED))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_fetched_order_with_anything_anywhere_is_read_or_refused(source, data):
    store = platform(source)
    notice = store.read({}, json.dumps(NOTICES[source]).encode())
    answers = FETCHED[source]
    for _ in range(data.draw(st.integers(0, 3))):
        answers = replaced(answers, data.draw(st.sampled_from([p for p in places(answers) if p])), data.draw(values))
    with contextlib.suppress(Unreadable):
        store.read_fetched(notice, {url: json.dumps(a).encode() for url, a in zip(notice.urls, answers, strict=True)})


@given(amount=st.integers(0, 10**9), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_shares_sum_to_the_amount_and_keep_the_order_of_the_weights(amount, weights):
    shares = share(amount, weights)
    assert sum(shares) == amount
    assert min(shares) >= 0
    if sum(weights):
        exact = [Decimal(amount) * weight / sum(weights) for weight in weights]
        assert all(abs(got - want) < 1 for got, want in zip(shares, exact, strict=True))


@given(st.decimals(-(10**6), 10**6, places=4))
def test_fractions_never_pass_through_a_float(number):
    assert parse_json(f"[{number}]".encode()) == [number]
