"""The order's number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.order_number import ALPHABET, OrderNumberError, check_character, derive, display, parse

NUMBERS = st.text().map(derive)


def test_check_character_is_the_noid_algorithms():
    """The algorithm's own worked example: 13030/xf93gt2 has the check character q."""
    extended = "0123456789bcdfghjkmnpqrstvwxz"
    total = sum(i * (extended.index(c) if c in extended else 0) for i, c in enumerate("13030/xf93gt2", 1))
    assert extended[total % 29] == "q"
    assert "".join(ALPHABET).lower() == extended


@given(NUMBERS)
def test_it_is_read_back_however_it_is_written(number):
    assert parse(display(number)) == parse(number.lower()) == parse(f" {number[:3]} {number[3:]} ") == number


@given(NUMBERS, st.integers(0, 8), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(number, place, wrong):
    typed = number[:place] + wrong + number[place + 1 :]
    if typed != number:
        with pytest.raises(OrderNumberError):
            parse(typed)


@given(NUMBERS, st.integers(0, 6))
def test_two_swapped_neighbours_are_found(number, place):
    typed = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if typed != number:
        with pytest.raises(OrderNumberError):
            parse(typed)


@given(st.text(), st.integers(0, 50))
def test_the_same_order_has_the_same_number_and_each_probe_another(origin, probe):
    assert derive(origin, probe) == derive(origin, probe)
    assert derive(origin, probe) != derive(origin, probe + 1)


def test_consecutive_orders_have_unlike_numbers():
    numbers = [derive(f"shopify\nshop\n{i}") for i in range(2000)]
    assert len(set(numbers)) == 2000
    assert sorted(numbers) != numbers
    assert all(n[-1] == check_character(n[:-1]) for n in numbers)


@pytest.mark.parametrize("text", ["", "1", "BRSJ-V48J-", "BRSJ-V48J-XX", "AEUA-AAAA-A", "ÄÖÜ", "B" * 10_000])
def test_what_is_no_number_is_refused_with_what_was_expected(text):
    with pytest.raises(OrderNumberError, match="is not an order number such as"):
        parse(text)
