"""Counts, plans and receipts that come from outside: taken in once each, by their document's number.

Answers are told per document, so that one that cannot be taken keeps no other from being taken.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, Protocol

from order_processing.inventory import PlannedSupply, Receipt, StockCount
from order_processing.order import Record
from order_processing.reservation import Claim, SupplyKey

Document = StockCount | PlannedSupply | Receipt


class Taken(Record):
    """What taking in a document came to.

    outcome: `unchanged` when it had been taken in before; `closed` for a plan of supply that has come in full.
    short: pieces that are promised and are not there, or will not come.
    waiting: the orders' claims on a supply that are still open after its receipt.
    """

    outcome: Literal["new", "changed", "unchanged", "closed"]
    short: int = 0
    waiting: tuple[Claim, ...] = ()


class DocumentTaken(ValueError):
    """The document's number was taken in before, and it said something else; the message says what."""


class UnknownSupply(LookupError):
    """A receipt for a document that was never planned."""


class Books(Protocol):
    """Where stock and supply are kept; each document counts once."""

    def count(self, count: StockCount) -> Taken:
        """A count of stock. Raises DocumentTaken."""
        ...

    def plan_supply(self, planned: PlannedSupply) -> Taken:
        """A receipt or production order as planned, or planned anew."""
        ...

    def receive(self, receipt: Receipt) -> Taken:
        """What came of a supply. Raises DocumentTaken and UnknownSupply."""
        ...


class Result(Record):
    """What became of one document. row: its number among those that came, from 1. problem: why it was refused."""

    row: int
    document: str
    sku: str
    location: str
    outcome: Literal["new", "changed", "unchanged", "closed", "refused"]
    short: int = 0
    problem: str = ""


class Concern(Record):
    """What may have made orders' promises untrue, or possible again: a SKU, and the supply that changed, if one did."""

    sku: str
    location: str = ""
    document: str = ""

    @property
    def supply(self) -> SupplyKey | None:
        """The supply that changed; None where it was stock."""
        return (self.sku, self.location, self.document) if self.document else None


def check_same(now: Record, before: Record) -> None:
    """Raise DocumentTaken when a document says something else than it did before."""
    said = before.model_dump()
    for field, value in now.model_dump().items():
        if value != said[field]:
            raise DocumentTaken(f"{field}: found {value}, but this document said {said[field]} before")


def take_in(
    documents: Sequence[Document], *, books: Books, look_at: Callable[[Sequence[Concern]], None]
) -> list[Result]:
    """Take in documents in their sequence, and have the promises looked at that they may concern.

    look_at: is told also of what had been taken in before, in case it was not told then.
    """
    results = [_taken(row, document, books) for row, document in enumerate(documents, 1)]
    looked = [_concern(of) for of, result in zip(documents, results, strict=True) if result.outcome != "refused"]
    if looked:
        look_at(list(dict.fromkeys(looked)))
    return results


def refused(results: Iterable[Result]) -> list[tuple[str, str]]:
    """(which document, why) of those that could not be taken."""
    return [(f"documents[{of.row - 1}].document", of.problem) for of in results if of.outcome == "refused"]


def _taken(row: int, document: Document, books: Books) -> Result:
    known = {"row": row, "document": document.document, "sku": document.sku, "location": document.location}
    try:
        if isinstance(document, StockCount):
            taken = books.count(document)
        elif isinstance(document, PlannedSupply):
            taken = books.plan_supply(document)
        else:
            taken = books.receive(document)
    except (DocumentTaken, UnknownSupply) as error:
        return Result.model_validate({**known, "outcome": "refused", "problem": str(error)})
    return Result.model_validate({**known, "outcome": taken.outcome, "short": taken.short})


def _concern(document: Document) -> Concern:
    if isinstance(document, StockCount):
        return Concern(sku=document.sku)
    number = document.supply if isinstance(document, Receipt) else document.document
    return Concern(sku=document.sku, location=document.location, document=number)
