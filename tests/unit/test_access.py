"""Who may see an order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.access import guest_id, may_see, order_token

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
