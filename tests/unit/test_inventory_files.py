"""Counts, plans and receipts as JSON and CSV: read whole, or every mistake by its place."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.inventory import PlannedSupply, Receipt, StockCount
from order_processing.inventory_files import KINDS, MOST_DOCUMENTS, InvalidDocuments, read_csv, read_json

PLACES = ("leipzig", "louisville")
SAMPLES = Path(__file__).parents[2] / "events" / "inventory"
COUNT = {"document": "C-1", "sku": "A", "location": "leipzig", "on_hand": 12}


def as_json(*documents: object) -> bytes:
    return json.dumps({"documents": documents}).encode()


def mistakes(read, kind: str, raw: bytes) -> list[tuple[str, str]]:
    with pytest.raises(InvalidDocuments) as caught:
        read(kind, raw, PLACES)
    return caught.value.mistakes


def test_documents_as_json():
    planned = {"document": "P-1", "sku": "A", "location": "leipzig", "due_on": "2026-12-03", "quantity": 5}
    came = {"document": "R-1", "supply": "P-1", "sku": "A", "location": "leipzig", "quantity": 4, "final": True}
    assert read_json("counts", as_json(COUNT), PLACES) == [StockCount(**COUNT)]
    assert read_json("supply", as_json(planned), PLACES) == [PlannedSupply(**{**planned, "due_on": date(2026, 12, 3)})]
    assert read_json("receipts", as_json(came), PLACES) == [Receipt(**came)]


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"on_hand": -1}, "documents[1].on_hand", "found -1, input should be greater than or equal to 0"),
        ({"on_hand": "12"}, "documents[1].on_hand", "found '12', input should be a valid integer"),
        ({"on_hand": True}, "documents[1].on_hand", "found True, input should be a valid integer"),
        ({"sku": "  "}, "documents[1].sku", "found '  ', string should have at least 1 character"),
        ({"sku": "order#X"}, "documents[1].sku", "found 'order#X', expected one that does not begin with document#"),
        ({"location": "lpz"}, "documents[1].location", "found 'lpz', expected one of leipzig, louisville"),
        ({"buckets": 65}, "documents[1].buckets", "found 65, input should be less than or equal to 64"),
        ({"safety": -2}, "documents[1].safety", "found -2, input should be greater than or equal to 0"),
        ({"colour": "red"}, "documents[1].colour", "is not a field of this document"),
        ({}, "documents[1]", "is the same document, SKU and location as documents[0]"),
    ],
)
def test_a_mistake_names_document_field_value_and_expectation(change, path, said):
    ((where, what),) = mistakes(read_json, "counts", as_json(COUNT, {**COUNT, **change}))
    assert (where, what[: len(said)]) == (path, said)


def test_every_mistake_is_told_at_once():
    wrong = mistakes(read_json, "counts", as_json({"sku": "A"}, 7, {**COUNT, "on_hand": -1}))
    assert [where for where, _ in wrong] == [
        "documents[0].document",
        "documents[0].location",
        "documents[0].on_hand",
        "documents[1]",
        "documents[2].on_hand",
    ]
    assert wrong[0][1] == "missing; expected a value"


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"documents": {}}', b'{"documents": []}', b"\xff"])
def test_what_holds_no_documents_is_refused(raw):
    assert len(mistakes(read_json, "counts", raw)) == 1


def test_more_than_can_be_taken_at_a_time_is_refused():
    many = [{**COUNT, "document": f"C-{number}"} for number in range(MOST_DOCUMENTS + 1)]
    assert mistakes(read_json, "counts", as_json(*many))[0][0] == "documents"
    assert len(read_json("counts", as_json(*many[1:]), PLACES)) == MOST_DOCUMENTS


@pytest.mark.parametrize("comma", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_documents_as_csv_as_spreadsheets_write_them(comma, end, mark):
    rows = ["document,supply,sku,location,quantity,final", "R-1,P-1,A,leipzig,4,yes", "", "R-2,P-1,B,leipzig,0,"]
    raw = mark + end.join(rows).replace(",", comma).encode()
    first, second = read_csv("receipts", raw, PLACES)
    assert first == Receipt(document="R-1", supply="P-1", sku="A", location="leipzig", quantity=4, final=True)
    assert (second.sku, second.final) == ("B", False)


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("document,sku,location\nC-1,A,leipzig", "line 1", "the column on_hand is missing, expected document, sku"),
        ("document,sku,location,on_hand,hue\nC,A,leipzig,1,", "line 1", "found the column 'hue', expected document"),
        ("document,sku,location,on_hand,sku\nC,A,leipzig,1,B", "line 1", "the column sku is there twice"),
        ("document,sku,location,on_hand\nC,A,leipzig,1\nC,B,leipzig,many", "line 3, on_hand", "found 'many', input"),
        ("document,sku,location,on_hand\nC,A,leipzig,1,2", "line 2", "has 5 fields, expected 4"),
        ("document,sku,location,on_hand\nC,A,leipzig", "line 2, on_hand", "missing; expected a value"),
        ('document,sku,location,on_hand\nC,A"x,"leip"zig,1', "line 2", "is not CSV"),
        ("document,sku,location,on_hand\n", "documents", "none; expected at least one"),
    ],
)
def test_a_mistake_in_csv_names_line_field_value_and_expectation(text, where, said):
    found = mistakes(read_csv, "counts", text.encode())
    assert (where, True) in [(place, what.startswith(said)) for place, what in found]


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused_in_words(kind, raw):
    for read in (read_json, read_csv):
        try:
            assert read(kind, raw, PLACES)
        except InvalidDocuments as error:
            assert error.mistakes


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_samples_are_what_the_documentation_says(kind):
    assert len(read_csv(kind, (SAMPLES / f"{kind}.csv").read_bytes(), PLACES)) >= 2
