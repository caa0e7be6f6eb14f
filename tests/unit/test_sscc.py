"""SSCCs: GS1's own examples, and the rules that hold for every prefix."""

from datetime import date
from itertools import takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from order_processing import sscc

prefixes = st.text("0123456789", min_size=4, max_size=12)


def test_computes_the_check_digit_as_published() -> None:
    assert sscc.check_digit("10614141123456789") == "7"
    assert sscc.check_digit("37610425002123456") == "9"


@given(prefixes, st.text(max_size=20), st.integers(1, 10_000), st.integers(0, 10**6))
def test_a_candidate_is_valid_and_holds_the_prefix_after_the_extension_digit(
    prefix: str, order_id: str, number: int, probe: int
) -> None:
    made = sscc.candidate(prefix, order_id, number, probe)
    assert sscc.is_valid(made)
    assert made[1 : 1 + len(prefix)] == prefix
    assert made == sscc.candidate(prefix, order_id, number, probe)


@given(st.text("0123456789", min_size=12, max_size=12), st.text(max_size=9))
def test_probing_visits_many_numbers_before_any_comes_again(prefix: str, order_id: str) -> None:
    assert len({sscc.candidate(prefix, order_id, 1, probe) for probe in range(500)}) == 500


def test_probing_leaves_no_number_out() -> None:
    assert len({sscc.candidate("061414100001", "BRSJV48JX", 1, probe) for probe in range(10**5)}) == 10**5


def test_spreads_over_the_whole_space_with_all_extension_digits() -> None:
    made = [sscc.candidate("0614141", f"order {i}", 1) for i in range(2000)]
    assert {code[0] for code in made} == set("0123456789")
    assert len(set(made)) == len(made)


locations, days = st.text(max_size=12), st.dates()


@given(prefixes, locations, days)
def test_a_day_at_a_location_always_has_the_same_ranges_each_larger_and_at_last_every_number(
    prefix: str, location: str, day: date
) -> None:
    found = list(sscc.ranges(prefix, location, day))
    assert found == list(sscc.ranges(prefix, location, day))
    growing = list(takewhile(lambda digits: len(digits) > 1, found))
    assert [len(digits) for digits in growing] == list(range(len(found[0]), 1, -1))
    assert sorted(found[len(growing) :]) == list("0123456789")
    assert 10**3 <= 10 ** (17 - len(prefix) - len(found[0])) <= 10**6


@given(prefixes, locations, days, st.text(max_size=20), st.integers(1, 10_000), st.integers(0, 10**6))
def test_a_number_of_a_range_begins_as_the_range_says(
    prefix: str, location: str, day: date, order_id: str, number: int, probe: int
) -> None:
    for digits in sscc.ranges(prefix, location, day):
        made = sscc.candidate(prefix, order_id, number, probe, within=digits)
        assert sscc.is_valid(made)
        assert made[0] + made[1 + len(prefix) :][: len(digits) - 1] == digits
        assert made[1 : 1 + len(prefix)] == prefix


@given(prefixes, st.text(max_size=20), st.integers(1, 10_000), locations, days)
def test_a_parcel_tries_numbers_of_its_days_ranges_the_smallest_first(
    prefix: str, order_id: str, number: int, location: str, day: date
) -> None:
    tried = list(sscc.candidates(prefix, order_id, number, location, day))
    assert tried == list(sscc.candidates(prefix, order_id, number, location, day))
    assert all(made.startswith(beginning) and sscc.is_valid(made) for beginning, made in tried)
    beginnings = list(dict.fromkeys(beginning for beginning, _ in tried))
    assert beginnings == [digits[0] + prefix + digits[1:] for digits in sscc.ranges(prefix, location, day)]
    assert len({made for beginning, made in tried if beginning == beginnings[0]}) == len(tried) // len(beginnings)


@settings(max_examples=20)
@given(st.text("0123456789", min_size=12, max_size=12), locations, days, st.text(max_size=9))
def test_probing_leaves_no_number_of_a_range_out(prefix: str, location: str, day: date, order_id: str) -> None:
    first = next(sscc.ranges(prefix, location, day))
    assert len({sscc.candidate(prefix, order_id, 1, probe, within=first) for probe in range(10**3)}) == 10**3


def test_days_and_locations_are_spread_over_the_ranges() -> None:
    first = [next(sscc.ranges("0614141", f"place {n}", date(2026, 1, 1 + n % 28))) for n in range(300)]
    assert len(set(first)) > 290
    assert {digits[0] for digits in first} == set("0123456789")


@given(st.integers(0, 17), st.integers(1, 9))
def test_a_wrong_digit_is_found(place: int, by: int) -> None:
    right = sscc.candidate("0614141", "BRSJV48JX", 1)
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
    assert not sscc.is_valid(wrong)


@pytest.mark.parametrize("prefix", ["", "123", "1234567890123", "06141a1", "061４141"])
def test_refuses_what_is_no_prefix(prefix: str) -> None:
    with pytest.raises(sscc.SsccError, match="is not a GS1 company prefix"):
        sscc.candidate(prefix, "BRSJV48JX", 1)


def test_is_read_with_its_application_identifier() -> None:
    assert sscc.human_readable("106141411234567897") == "(00)106141411234567897"
    with pytest.raises(sscc.SsccError):
        sscc.human_readable("106141411234567890")
