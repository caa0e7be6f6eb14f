"""ETags, and what If-Match and If-None-Match make of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.conditional import etag_of, is_known, is_named

TAG = etag_of("{}")


def test_a_tag_is_quoted_and_another_for_another_body():
    assert TAG[0] == TAG[-1] == '"'
    assert etag_of("{} ") != TAG == etag_of("{}")


@pytest.mark.parametrize(
    ("header", "named", "known"),
    [
        (TAG, True, True),
        (f'"a", {TAG}', True, True),
        ("*", True, True),
        (f"W/{TAG}", False, True),
        ('"a"', False, False),
        (TAG.strip('"'), False, False),
        ("", False, False),
    ],
)
def test_a_strong_tag_is_named_and_a_weak_one_only_known(header, named, known):
    assert (is_named(header, TAG), is_known(header, TAG)) == (named, known)


@given(st.text())
def test_no_header_is_too_odd(header):
    assert not is_named(header, TAG) or TAG in header or header.strip() == "*"
