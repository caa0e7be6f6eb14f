"""Stage 5: can the warehouse pack and ship it without asking anyone?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Protocol

from order_processing import sscc
from order_processing.delivery import Delivery, Document, Shipment
from order_processing.documents.packing_slip import packing_slip
from order_processing.documents.shipping_label import shipping_label
from order_processing.errors import OrderEnded
from order_processing.orders import Orders
from order_processing.packing import PackedShipment, pack
from order_processing.promise import Promise
from order_processing.settings import Settings
from order_processing.stored_order import Status
from order_processing.verified_order import VerifiedOrder

PDF = "application/pdf"


class Documents(Protocol):
    """Keeps documents under their keys; the same key with the same bytes may be put again."""

    def put(self, document: Document, body: bytes) -> None:
        """Keep one document."""
        ...


def prepare_delivery(order_id: str, *, orders: Orders, documents: Documents, settings: Settings, now: datetime) -> None:
    """Pack the order, number its parcels, make labels and packing slip, and move it to READY_TO_SHIP.

    Everything is derived from the order, so a second run makes the same numbers and the same bytes.
    """
    stored = orders.load(order_id)
    if stored.ended:
        raise OrderEnded(stored.status)
    if stored.has_reached(Status.READY_TO_SHIP):
        return
    verified, promise = stored.verified, stored.promise
    if verified is None or promise is None:
        raise ValueError(f"order {order_id} is {stored.status} but nothing is promised to it")
    shipments = _numbered(order_id, pack(verified, promise, settings), orders, settings)
    made = list(_make_documents(order_id, verified, promise, Delivery(shipments=shipments), settings))
    for document, body in made:
        documents.put(document, body)
    orders.ready(stored, Delivery(shipments=shipments, documents=tuple(d for d, _ in made)), at=now)


def _numbered(
    order_id: str, shipments: tuple[PackedShipment, ...], orders: Orders, settings: Settings
) -> tuple[Shipment, ...]:
    """The shipments with an SSCC for each parcel, which no other order's parcel has."""
    numbered: list[Shipment] = []
    parcels = 0
    for shipment in shipments:
        ssccs = [_claimed(order_id, parcels + i, orders, settings) for i in range(1, len(shipment.parcels) + 1)]
        parcels += len(ssccs)
        numbered.append(shipment.numbered(ssccs))
    return tuple(numbered)


def _claimed(order_id: str, parcel_number: int, orders: Orders, settings: Settings) -> str:
    for probe in count():
        candidate = sscc.candidate(settings.gs1_company_prefix, order_id, parcel_number, probe)
        if orders.claim_sscc(candidate, f"{order_id}/{parcel_number}"):
            return candidate
    raise AssertionError("count() does not end")


def _make_documents(
    order_id: str, verified: VerifiedOrder, promise: Promise, delivery: Delivery, settings: Settings
) -> Iterator[tuple[Document, bytes]]:
    """Each document with its body: a label a parcel, and a packing slip where something is packed."""
    number = 0
    for shipment in delivery.shipments:
        for parcel in shipment.parcels:
            number += 1
            body = shipping_label(parcel, shipment, verified, settings, order_id)
            yield _document(order_id, "label", f"label-{number}.pdf", body), body
    if delivery.shipments:
        body = packing_slip(order_id, verified, promise, delivery, settings)
        yield _document(order_id, "packing_slip", "packing-slip.pdf", body), body


def _document(order_id: str, kind: str, name: str, body: bytes) -> Document:
    return Document(
        kind=kind,
        key=f"orders/{order_id}/{name}",
        content_type=PDF,
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
    )
