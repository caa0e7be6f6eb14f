"""The order as a front end sends it."""

import copy
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.api_order import InvalidOrder, read_order

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BODY = {
    "currency": "USD",
    "customer": {"email": "ada@example.com", "name": "Ada Bell"},
    "shipping_address": {
        "name": "Ada Bell",
        "line1": "1 Main Street",
        "city": "Louisville",
        "region": "KY",
        "postal_code": "40202",
        "country": "US",
    },
    "lines": [{"sku": "TEST-123", "quantity": 2, "unit_price": "152.60", "discount": "1.10"}],
    "shipping": {"service": "standard", "price": "5.00"},
    "total": "309.10",
}


def read(body):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_order(raw, client="front end", idempotency_key="k-1", received_at=NOW)


def changed(path, value):
    body = copy.deepcopy(BODY)
    *parents, last = path
    place = body
    for step in parents:
        place = place[step]
    place[last] = value
    return body


def test_amounts_become_minor_units_and_the_key_makes_the_order_one_order():
    order = read(BODY)
    assert (order.lines[0].unit_price, order.lines[0].net, order.shipping.price, order.total) == (
        15260,
        30410,
        500,
        30910,
    )
    assert order.origin == "api\nfront end\nk-1"


@pytest.mark.parametrize(
    ("body", "path", "words"),
    [
        (b"{", "body", "not JSON"),
        (b"\xff\xfe{}", "body", "not JSON"),
        (b'{"total": NaN}', "body", "NaN is not a number of JSON"),
        (b"[]", "body", "valid dictionary"),
        (changed(["lines", 0, "quantity"], -1), "lines[0].quantity", "'-1': input should be greater than 0"),
        (changed(["lines", 0, "quantity"], 0), "lines[0].quantity", "greater than 0"),
        (changed(["lines", 0, "quantity"], 1.5), "lines[0].quantity", "valid integer"),
        (changed(["lines", 0, "quantity"], "2"), "lines[0].quantity", "valid integer"),
        (changed(["lines", 0, "unit_price"], 152.6), "lines[0].unit_price", "valid string"),
        (changed(["lines", 0, "unit_price"], "152.605"), "lines[0].unit_price", "more decimals than USD has"),
        (changed(["lines", 0, "unit_price"], "-1.00"), "lines[0].unit_price", "is not an amount from 0"),
        (changed(["lines"], []), "lines", "at least 1 item"),
        (changed(["currency"], "XXX"), "currency", "not a currency code of ISO 4217"),
        (changed(["currency"], "usd"), "currency", "pattern"),
        (changed(["coupon"], "TEN"), "coupon", "is not a field of an order"),
        (changed(["lines", 0, "colour"], "red"), "lines[0].colour", "is not a field of an order"),
        ({k: v for k, v in BODY.items() if k != "total"}, "total", "missing"),
    ],
)
def test_a_mistake_is_named_with_field_value_and_expectation(body, path, words):
    with pytest.raises(InvalidOrder) as refused:
        read(body)
    assert [message for where, message in refused.value.errors if where == path and words in message]


def test_all_mistakes_are_named_at_once():
    body = changed(["lines", 0, "unit_price"], "1.001")
    body["total"] = "x"
    with pytest.raises(InvalidOrder) as refused:
        read(body)
    assert [path for path, _ in refused.value.errors] == ["lines[0].unit_price", "total"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*BODY, "sku", "x"]), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_an_order_or_a_named_mistake(value):
    try:
        read(value)
    except InvalidOrder as error:
        assert error.errors
