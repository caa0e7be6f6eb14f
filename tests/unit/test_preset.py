"""Documents deflated with a preset dictionary: exact, and readable whichever dictionary they were written with."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.adapters.attributes import document, read_document
from order_processing.adapters.preset import DICTIONARIES, deflated, inflated
from order_processing.order import Order
from order_processing.verified_order import VerifiedOrder
from tests.orders import an_order, verified

# What is in the table was written with these: a changed dictionary could not read it.
CHECKSUMS = ["747b72b5"]


@given(st.binary(max_size=3000))
def test_what_was_deflated_comes_back(body):
    assert inflated(deflated(body)) == body
    assert inflated(zlib.compress(body)) == body


def test_no_dictionary_was_changed_or_removed():
    assert [f"{zlib.adler32(each):08x}" for each in DICTIONARIES] == CHECKSUMS


def test_an_unknown_dictionary_is_named():
    deflating = zlib.compressobj(zdict=b"another dictionary")
    packed = deflating.compress(b"something that says: another dictionary") + deflating.flush()
    with pytest.raises(zlib.error, match=f"dictionary {zlib.adler32(b'another dictionary'):08x}, which is not known"):
        inflated(packed)


@pytest.mark.parametrize(("value", "model"), [(an_order(), Order), (verified(an_order()), VerifiedOrder)])
def test_an_order_takes_less_than_half_its_size_and_a_short_document_stays_text(value, model):
    kept = document(value)
    assert read_document(kept, model) == value
    assert len(kept["B"]) < len(value.model_dump_json(exclude_defaults=True)) / 2
    assert set(document(value.items[0] if model is VerifiedOrder else value.lines[0])) == {"S"}
