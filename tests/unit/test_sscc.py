"""SSCCs: GS1's own examples, and the rules that hold for every prefix."""

import pytest
from hypothesis import given
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
