"""Counts, plans and receipts as JSON or CSV: read whole, or refused with every mistake by its place.

JSON is an object with a list `documents`; CSV has a header line, commas or semicolons, UTF-8. The fields are those
of `StockCount`, `PlannedSupply` and `Receipt`; an empty field of a CSV file is one that is left out.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator
from typing import Any

from pydantic import ValidationError

from order_processing.foreign_json import read_foreign_json
from order_processing.inventory import PlannedSupply, Receipt, StockCount
from order_processing.inventory_documents import Document

KINDS: dict[str, type[Document]] = {"counts": StockCount, "supply": PlannedSupply, "receipts": Receipt}
MOST_DOCUMENTS = 500
_OURS = ("document#", "claim#", "order#")
_SHOWN = 60

Mistake = tuple[str, str]


class InvalidDocuments(ValueError):
    """Documents that cannot be taken; mistakes: (where, what was found and what would be right)."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("; ".join(f"{where}: {what}" for where, what in mistakes))
        self.mistakes = mistakes


def read_json(kind: str, raw: bytes, locations: Collection[str]) -> list[Document]:
    """The documents of `{"documents": [...]}`. locations: those that there are. Raises InvalidDocuments."""
    try:
        body = read_foreign_json(raw)
    except ValueError as error:
        raise InvalidDocuments([("body", f"is not JSON: {error}")]) from None
    values = body.get("documents") if isinstance(body, dict) else None
    if not isinstance(values, list):
        raise InvalidDocuments([("documents", "missing; expected a list of documents")])
    # As JSON once more, so that a number must be a number and a date may be a text.
    return _documents(
        (
            (f"documents[{n}]", lambda value=value: KINDS[kind].model_validate_json(json.dumps(value), strict=True))
            for n, value in enumerate(values)
        ),
        locations,
    )


def read_csv(kind: str, raw: bytes, locations: Collection[str]) -> list[Document]:
    """The documents of a CSV file. locations: those that there are. Raises InvalidDocuments."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidDocuments([("body", f"is not UTF-8: {error}")]) from None
    header = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if header.count(";") > header.count(",") else ",", strict=True)
    shape = KINDS[kind]
    try:
        names = [name.strip() for name in next(rows, [])]
        _check_header(names, shape)
        return _documents(
            ((f"line {rows.line_num}", lambda row=row: _of_row(names, row, shape)) for row in rows if row), locations
        )
    except csv.Error as error:
        raise InvalidDocuments([(f"line {rows.line_num}", f"is not CSV: {error}")]) from None


def _check_header(names: list[str], shape: type[Document]) -> None:
    expected = f"expected {', '.join(shape.model_fields)}"
    mistakes = [
        ("line 1", f"found the column {name!r}, {expected}") for name in names if name not in shape.model_fields
    ]
    needed = [name for name, field in shape.model_fields.items() if field.is_required() and name not in names]
    mistakes += [("line 1", f"the column {name} is missing, {expected}") for name in needed]
    mistakes += [("line 1", f"the column {name} is there twice") for name in set(names) if names.count(name) > 1]
    if mistakes:
        raise InvalidDocuments(mistakes)


def _of_row(names: list[str], row: list[str], shape: type[Document]) -> Document:
    if len(row) > len(names):
        raise _Row(f"has {len(row)} fields, expected {len(names)}")
    return shape.model_validate({name: value for name, value in zip(names, row, strict=False) if value.strip()})


class _Row(ValueError):
    """A line that does not fit its header."""


def _documents(read: Iterator[tuple[str, Any]], locations: Collection[str]) -> list[Document]:
    found: list[Document] = []
    mistakes: list[Mistake] = []
    seen: dict[tuple[str, ...], str] = {}
    for where, make in read:
        try:
            document: Document = make()
        except ValidationError as error:
            mistakes += [_mistake(where, one) for one in error.errors(include_url=False)]
            continue
        except _Row as error:
            mistakes.append((where, str(error)))
            continue
        mistakes += [(_at(where, field), what) for field, what in _wrong(document, locations)]
        key = (document.document, getattr(document, "supply", ""), document.sku, document.location)
        if key in seen:
            mistakes.append((where, f"is the same document, SKU and location as {seen[key]}"))
        seen.setdefault(key, where)
        found.append(document)
        if len(found) > MOST_DOCUMENTS:
            mistakes = [("documents", f"more than {MOST_DOCUMENTS}; expected at most so many at a time")]
            break
    if not found and not mistakes:
        mistakes = [("documents", "none; expected at least one")]
    if mistakes:
        raise InvalidDocuments(mistakes)
    return found


def _wrong(document: Document, locations: Collection[str]) -> Iterator[Mistake]:
    if document.location not in locations:
        yield "location", f"found {document.location!r}, expected one of {', '.join(sorted(locations))}"
    if document.sku.startswith(_OURS):
        yield "sku", f"found {document.sku!r}, expected one that does not begin with {' or '.join(_OURS)}"


def _mistake(where: str, error: Any) -> Mistake:
    field = ".".join(map(str, error["loc"]))
    if error["type"] == "missing":
        return _at(where, field), "missing; expected a value"
    if error["type"] == "extra_forbidden":
        return _at(where, field), "is not a field of this document"
    found = repr(error["input"])
    message = error["msg"]
    return _at(where, field), f"found {found[:_SHOWN]}, {message[0].lower()}{message[1:]}"


def _at(where: str, field: str) -> str:
    if not field:
        return where
    return f"{where}.{field}" if where.endswith("]") else f"{where}, {field}"
