"""Who may see an order."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.access import LinkExpired, decision_token, guest_id, may_decide, may_see, order_token

OLD, NEW = "old-key-old-key", "new-key-new-key"


def test_a_token_shows_its_own_order_only():
    token = order_token("BRSJV48JX", ["", NEW])
    assert may_see("BRSJV48JX", token, ["", NEW])
    assert not may_see("BRSJV48JZ", token, ["", NEW])


def test_a_token_of_the_previous_key_is_still_good_and_one_of_an_older_key_is_not():
    token = order_token("BRSJV48JX", ["", OLD])
    assert may_see("BRSJV48JX", token, [OLD, NEW])
    assert not may_see("BRSJV48JX", token, [NEW, "newest"])


@given(st.text(max_size=60))
def test_no_other_text_is_a_token(text):
    assert text == order_token("BRSJV48JX", [NEW]) or not may_see("BRSJV48JX", text, [NEW])


@pytest.mark.parametrize("other", ["A@Example.com", " a@example.com "])
def test_a_guest_is_one_guest_however_the_address_is_typed(other):
    assert guest_id("a@example.com", "k") == guest_id(other, "k")
    assert guest_id("a@example.com", "k") != guest_id("a@example.com", "another key")
    assert "example" not in guest_id("a@example.com", "k")


def test_a_decision_link_is_good_for_its_order_until_it_expires():
    until = datetime(2026, 11, 27, tzinfo=UTC)
    token = decision_token("BRSJV48JX", until, ["", NEW])
    assert may_decide("BRSJV48JX", token, until - timedelta(seconds=1), ["", NEW])
    assert may_decide("BRSJV48JX", token, until - timedelta(seconds=1), [NEW, "newer"])
    assert not may_decide("BRSJV48JZ", token, until - timedelta(seconds=1), ["", NEW])
    with pytest.raises(LinkExpired):
        may_decide("BRSJV48JX", token, until, ["", NEW])


def test_the_end_of_a_decision_link_cannot_be_put_off_and_a_status_link_decides_nothing():
    until = datetime(2026, 11, 27, tzinfo=UTC)
    _, _, signature = decision_token("BRSJV48JX", until, ["", NEW]).partition(".")
    later = f"{int(until.timestamp()) + 1}.{signature}"
    assert not may_decide("BRSJV48JX", later, until, ["", NEW])
    assert not may_decide("BRSJV48JX", order_token("BRSJV48JX", ["", NEW]), until, ["", NEW])
    assert not may_see("BRSJV48JX", later, ["", NEW])
