"""What strangers send as JSON is read, or refused, and takes no time without bound."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from order_processing.api_order import InvalidOrder, read_order
from order_processing.foreign_json import read_foreign_json
from order_processing.http import Problem, Request
from order_processing.inventory_files import InvalidDocuments, read_json
from order_processing.money import AmountError, minor_units, rounded_minor_units
from order_processing.order import Record
from order_processing.order_queries import QueryError, read_cursor
from order_processing.stores.payload import Unreadable, parse_json
from order_processing.warehouse.requests import body_of

DEEP = b"[" * 100_000 + b"]" * 100_000
NUMBER = b"9" * 5_000


class Anything(Record):
    a: object


@pytest.mark.parametrize("raw", [DEEP, b'{"a":' * 50_000, NUMBER, b"\xff", b"{", b'{"a": ' + NUMBER + b"}"])
def test_whatever_cannot_be_read_is_told_as_such_by_whoever_reads_it(raw):
    with pytest.raises(ValueError, match=r"\w"):
        read_foreign_json(raw)
    with pytest.raises(InvalidOrder):
        read_order(raw, client="c", idempotency_key="k", received_at=datetime.now(UTC))
    with pytest.raises(Unreadable):
        parse_json(raw)
    with pytest.raises(InvalidDocuments):
        read_json("counts", raw, ())
    with pytest.raises(Problem):
        body_of(Request(headers={}, body=raw.decode("latin-1")), Anything)


def test_a_deep_cursor_is_none():
    with pytest.raises(QueryError):
        read_cursor(base64.urlsafe_b64encode(DEEP).decode())


@pytest.mark.parametrize("amount", ["1e999999999", "1e999999", "-1e999999", "1e-999999", "9" * 5_000, "Infinity"])
def test_an_amount_beyond_all_measure_is_refused_at_once(amount):
    began = time.monotonic()
    for read in (minor_units, rounded_minor_units):
        with pytest.raises(AmountError, match="not an amount"):
            read(amount, "USD")
        with pytest.raises(AmountError):
            read(Decimal(amount), "USD")
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(("amount", "units"), [("0", 0), ("0.00", 0), ("0E-20", 0), ("1e3", 100_000), ("-5.10", -510)])
def test_small_amounts_are_read_however_they_are_written(amount, units):
    assert minor_units(amount, "USD") == units
