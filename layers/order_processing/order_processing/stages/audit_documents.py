"""Document without order: what the bucket holds of orders against what the orders name.

The bucket is listed by key, a thousand documents a call, so many calls a run; the next run goes on from there, and
after the last document comes the first again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from order_processing.auditing import documents_due, wrong_with_document
from order_processing.delivery import KeptDocument
from order_processing.stages.audit_notes import Notes
from order_processing.stages.audit_stock import AuditedOrders
from order_processing.stored_order import StoredOrder

MOST_PAGES = 50
_PART = "documents"


class KeptDocuments(Protocol):
    """What the bucket holds of orders."""

    def pages(self, after: str) -> Iterator[list[KeptDocument]]: ...

    def find(self, key: str) -> KeptDocument | None: ...

    def remove(self, key: str) -> None: ...


class DocumentAudit:
    """One audit of documents."""

    def __init__(self, documents: KeptDocuments, orders: AuditedOrders, notes: Notes, now: datetime) -> None:
        self._documents = documents
        self._orders = orders
        self._notes = notes
        self._now = now

    def missing(self, stored: StoredOrder) -> None:
        """Look whether every document of an order is there that became ready lately."""
        for key in documents_due(stored, self._now):
            self._there(key)

    def run(self) -> None:
        """Look again at what was found before, then at the next part of the bucket."""
        self._found_before()
        place = self._notes.place(_PART)
        for number, page in enumerate(self._documents.pages(place)):
            if number == MOST_PAGES or not self._notes.in_time(_PART):
                return
            known: dict[str, StoredOrder | None] = {}
            for kept in page:
                if kept.order_id not in known:
                    known[kept.order_id] = self._orders.look_up(kept.order_id)
                self._judge(kept, known[kept.order_id])
            if page:
                self._notes.keep_place(_PART, page[-1].key)
        self._notes.keep_place(_PART, "")

    def _found_before(self) -> None:
        for key in self._notes.subjects("DOCUMENT_WITHOUT_ORDER"):
            kept = self._documents.find(key)
            if kept is None:
                self._notes.right("DOCUMENT_WITHOUT_ORDER", key)
            else:
                self._judge(kept, self._orders.look_up(kept.order_id))
        for key in self._notes.subjects("DOCUMENT_MISSING"):
            stored = self._orders.look_up(KeptDocument(key=key, put_at=self._now).order_id)
            if stored is None or stored.ended or stored.erased:
                self._notes.right("DOCUMENT_MISSING", key)
            else:
                self._there(key)

    def _there(self, key: str) -> None:
        if self._documents.find(key):
            self._notes.right("DOCUMENT_MISSING", key)
        else:
            advice = "bring back its last version: the bucket keeps what was removed for 30 days"
            self._notes.wrong("DOCUMENT_MISSING", key, advice=advice)

    def _judge(self, kept: KeptDocument, stored: StoredOrder | None) -> None:
        why = wrong_with_document(kept, stored, self._now)
        if not why:
            self._notes.right("DOCUMENT_WITHOUT_ORDER", kept.key)
        elif stored and stored.ended:
            self._notes.wrong("DOCUMENT_WITHOUT_ORDER", kept.key, done="removed")
            self._documents.remove(kept.key)
        else:
            advice = f"{why}: find out who put it there, then remove it"
            self._notes.wrong("DOCUMENT_WITHOUT_ORDER", kept.key, advice=advice)
