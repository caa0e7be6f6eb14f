"""An order's documents for staff: each by a short-lived link, and a label for a parcel that comes back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

from order_processing import order_number, sscc
from order_processing.carriers import OWN
from order_processing.delivery import Document, Parcel, Shipment
from order_processing.orders import Orders
from order_processing.settings import Settings
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.warehouse.parcels import HandlingRefused


class Shelf(Protocol):
    """Where documents are kept, and handed out by short-lived links."""

    def put(self, document: Document, body: bytes) -> None:
        """Keep one document."""
        ...

    def link(self, key: str) -> str:
        """An address under which a document can be fetched for a short time."""
        ...


def documents_of(stored: StoredOrder, link: Callable[[str], str]) -> dict[str, Any]:
    """Every document of an order with its kind, checksum, size and a short-lived link; none before it is ready."""
    return {
        "order": order_number.display(stored.order_id),
        "documents": [
            {
                "kind": document.kind,
                "name": document.key.rpartition("/")[2],
                "content_type": document.content_type,
                "sha256": document.sha256,
                "size": document.size,
                "link": link(document.key),
            }
            for document in (stored.delivery.documents if stored.delivery else ())
        ],
    }


def make_return_label(
    stored: StoredOrder, number: int, *, orders: Orders, shelf: Shelf, settings: Settings
) -> dict[str, Any]:
    """A label with which the order's nth parcel comes back, kept with its documents; made again it is the same.

    Its SSCC is its own. Raises HandlingRefused for an order that is not ready, a parcel that it does not have, and
    one whose label is a carrier's: that one's return is the carrier's too.
    """
    verified = stored.verified
    if not stored.has_reached(Status.READY_TO_SHIP) or stored.delivery is None or verified is None:
        raise HandlingRefused("NOT_READY", f"the order is {stored.status}: nothing of it can come back yet")
    shipment, parcel = _nth(stored.delivery.shipments, number)
    if settings.services[shipment.service].labels != OWN:
        raise HandlingRefused("RETURN_BY_CARRIER", "the label was a carrier's: ask that carrier for the return")
    # Imported here, because the rest of the warehouse's day prints nothing.
    from order_processing.documents.shipping_label import return_label

    own = parcel.model_copy(update={"sscc": _claimed(stored.order_id, number, orders, settings)})
    body = return_label(own, shipment, verified, settings, stored.order_id)
    document = Document(
        kind="return_label",
        key=f"orders/{stored.order_id}/return-label-{number}.pdf",
        content_type="application/pdf",
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
    )
    shelf.put(document, body)
    return {
        "order": order_number.display(stored.order_id),
        "parcel": number,
        "sscc": own.sscc,
        "sha256": document.sha256,
        "link": shelf.link(document.key),
    }


def _nth(shipments: tuple[Shipment, ...], number: int) -> tuple[Shipment, Parcel]:
    parcels = [(shipment, parcel) for shipment in shipments for parcel in shipment.parcels]
    if not 0 < number <= len(parcels):
        raise HandlingRefused("NO_SUCH_PARCEL", f"parcel: {number}, expected 1 to {len(parcels)}")
    return parcels[number - 1]


def _claimed(order_id: str, number: int, orders: Orders, settings: Settings) -> str:
    for probe in count():
        candidate = sscc.candidate(settings.gs1_company_prefix, f"{order_id}/return", number, probe)
        if orders.claim_sscc(candidate, f"{order_id}/return-{number}"):
            return candidate
    raise AssertionError("count() does not end")
