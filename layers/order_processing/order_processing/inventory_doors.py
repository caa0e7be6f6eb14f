"""The doors for stock and supply: counts, plans and receipts from the systems of warehouse and purchasing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from order_processing.door import Senders, door, required_holder
from order_processing.http import JSON, Answer, Problem, Request, answer
from order_processing.inventory_documents import Books, Concern, refused, take_in
from order_processing.inventory_files import KINDS, InvalidDocuments, read_csv, read_json
from order_processing.observe import logger
from order_processing.renewal_port import Broken

_READERS = {JSON: read_json, "text/csv": read_csv}


class ListOfBroken(Protocol):
    """The confirmed promises that cannot be kept."""

    def broken(self) -> list[Broken]: ...


class InventoryDoors:
    """Every route under /inventory. locations: those that there are. look_at: has promises looked at."""

    def __init__(
        self,
        *,
        books: Books,
        broken: ListOfBroken,
        look_at: Callable[[Sequence[Concern]], None],
        senders: Senders,
        locations: Sequence[str],
    ) -> None:
        self._books = books
        self._broken = broken
        self._look_at = look_at
        self._senders = senders
        self._locations = locations

    @door
    def receive(self, kind: str, request: Request) -> Answer:
        """POST or PUT /inventory/{counts, supply, receipts}: documents, as JSON or CSV, each taken in once."""
        sender = required_holder(self._senders, request, "inventory")
        if kind not in KINDS:
            raise Problem(404, "NO_SUCH_ROUTE", f"found {kind!r}, expected one of {', '.join(KINDS)}")
        content_type = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
        if content_type not in _READERS:
            expected = " or ".join(_READERS)
            raise Problem(415, "CONTENT_TYPE_UNKNOWN", f"header Content-Type: {content_type!r}, expected {expected}")
        try:
            documents = _READERS[content_type](kind, request.raw_body(), self._locations)
        except InvalidDocuments as error:
            detail = "nothing was taken in, because some documents are not what they should be"
            raise Problem(400, "DOCUMENTS_INVALID", detail, error.mistakes) from None
        results = take_in(documents, books=self._books, look_at=self._look_at)
        outcomes = dict(Counter[str](result.outcome for result in results))
        logger.info("documents taken in", extra={"kind": kind, "by": sender, **outcomes})
        if short := [result for result in results if result.short]:
            logger.warning("less than was promised", extra={"kind": kind, "skus": [of.sku for of in short]})
        errors = [{"path": where, "message": what} for where, what in refused(results)]
        return answer(
            409 if errors else 200,
            {
                "documents": len(results),
                **outcomes,
                "results": [result.model_dump(exclude_defaults=True) for result in results],
                **({"errors": errors} if errors else {}),
            },
        )

    @door
    def broken_promises(self, request: Request) -> Answer:
        """GET /inventory/broken-promises: confirmed orders to which nothing can be promised; for staff as well."""
        required_holder(self._senders, request, "inventory", "staff")
        found = [broken.model_dump(mode="json") for broken in self._broken.broken()]
        return answer(200, {"orders": found})
