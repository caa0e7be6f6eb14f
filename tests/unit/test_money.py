"""Amounts in minor units."""

from decimal import Decimal

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from order_processing import money
from order_processing.money import AmountError, exponent, major_units, minor_units, round_half_up, rounded_minor_units

CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF"])


@given(st.integers(-(10**15), 10**15), CURRENCIES)
def test_minor_units_and_back(amount, currency):
    assert minor_units(major_units(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("19.99", "USD", 1999),
        ("1999", "JPY", 1999),
        ("1.999", "KWD", 1999),
        ("5.000", "USD", 500),
        ("-1.5", "EUR", -150),
    ],
)
def test_text_becomes_minor_units_of_its_currency(text, currency, amount):
    assert minor_units(text, currency) == amount


@pytest.mark.parametrize("text", ["1.999", "abc", "", "NaN", "Infinity", "1,50", 1.5, True])
def test_what_is_not_exact_is_refused(text):
    with pytest.raises(AmountError):
        minor_units(text, "USD")


@pytest.mark.parametrize("code", ["", "usd", "XXX", "EURO", "BTC"])
def test_unknown_currencies_are_refused(code):
    with pytest.raises(AmountError, match="ISO 4217"):
        exponent(code)


def test_exponents_agree_with_the_unicode_cldr():
    """CLDR tells how many decimals are shown, which is never more than there are; at 3 it is as many."""
    shown = {code: digits for code, (digits, *_) in get_global("currency_fractions").items()}
    ours = {code: exponent(code) for code in [*money._TWO_DECIMALS, *money._EXPONENTS]}
    assert [code for code, digits in ours.items() if shown.get(code, 2) > digits] == []
    assert [code for code, digits in ours.items() if digits == 3 and code != "IQD" and shown.get(code) != 3] == []


@pytest.mark.parametrize(("amount", "rounded"), [("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.4999", 2), ("-0.5", -1)])
def test_halves_go_away_from_zero(amount, rounded):
    assert round_half_up(Decimal(amount)) == rounded


def test_a_longer_fraction_is_rounded_only_where_that_is_asked_for():
    assert rounded_minor_units("0.4475", "USD") == 45
    with pytest.raises(AmountError, match="more decimals than USD has"):
        minor_units("0.4475", "USD")


@pytest.mark.parametrize("read", [minor_units, rounded_minor_units])
@pytest.mark.parametrize("text", ["1e999999", "1e9999999999", "1e-9999999999", "9" * 101, "1" + "0" * 60, "-1e60"])
def test_what_is_too_long_to_be_an_amount_is_refused(read, text):
    with pytest.raises(AmountError):
        read(text, "USD")


def test_no_digit_is_lost_on_the_way():
    assert minor_units("9" * 30, "USD") == 10**32 - 100
    with pytest.raises(AmountError):
        minor_units("0.1" + "0" * 40 + "1", "USD")
    assert rounded_minor_units("0.1" + "0" * 40 + "1", "USD") == 10
