"""Stock and supply, from the warehouse's and purchasing's own systems."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from local.reference import answers
from local.reference.operation import Body, Operation, Reply
from order_processing.inventory import PlannedSupply, Receipt, StockCount
from order_processing.inventory_files import MOST_DOCUMENTS

_CSV = "A header line with the fields' names, commas or semicolons, UTF-8; an empty field is one that is left out."


class StockCounts(BaseModel):
    """Counts of stock."""

    documents: Annotated[list[StockCount], Field(min_length=1, max_length=MOST_DOCUMENTS)]


class PlannedSupplies(BaseModel):
    """Purchase receipts and production orders as planned."""

    documents: Annotated[list[PlannedSupply], Field(min_length=1, max_length=MOST_DOCUMENTS)]


class Receipts(BaseModel):
    """What came of planned supply."""

    documents: Annotated[list[Receipt], Field(min_length=1, max_length=MOST_DOCUMENTS)]


_COUNT = {"document": "COUNT-1", "sku": "TEST-123", "location": "louisville", "on_hand": 480}
_SUPPLY = {
    "document": "PO-1",
    "sku": "TEST-123",
    "location": "louisville",
    "due_on": "2026-12-01",
    "quantity": 100,
}
_RECEIPT = {"document": "GR-1", "supply": "PO-1", "sku": "TEST-123", "location": "louisville", "quantity": 100}


def _documents(
    method: str, kind: str, name: str, summary: str, model: type[BaseModel], example: dict[str, object]
) -> Operation:
    return Operation(
        method,
        f"/inventory/{kind}",
        name,
        "inventory",
        summary,
        ({"inventory_key": []},),
        {
            200: Reply("Every document was taken in, or had been before.", answers.DocumentsTaken),
            409: Reply("Some documents were refused, the others taken in.", answers.DocumentsTaken),
        },
        ("CONTENT_TYPE_UNKNOWN", "DOCUMENTS_INVALID", "BODY_UNREADABLE", "BODY_TOO_LARGE"),
        (),
        Body(model, media={"text/csv": _CSV}, example={"documents": [example]}),
        "A document's number makes it one document: sent again, it changes nothing.",
    )


SUPPLY = (
    _documents("post", "counts", "takeCounts", "Tell what was counted", StockCounts, _COUNT),
    _documents("put", "counts", "putCounts", "Tell what was counted (the same as POST)", StockCounts, _COUNT),
    _documents("post", "supply", "planSupply", "Tell what will come", PlannedSupplies, _SUPPLY),
    _documents("put", "supply", "putSupply", "Tell what will come (the same as POST)", PlannedSupplies, _SUPPLY),
    _documents("post", "receipts", "takeReceipts", "Tell what came", Receipts, _RECEIPT),
    _documents("put", "receipts", "putReceipts", "Tell what came (the same as POST)", Receipts, _RECEIPT),
    Operation(
        "get",
        "/inventory/broken-promises",
        "listBrokenPromises",
        "inventory",
        "List confirmed orders that cannot be kept",
        ({"inventory_key": []}, {"staff_key": []}),
        {200: Reply("The orders, the oldest first.", answers.BrokenPromises)},
    ),
)
