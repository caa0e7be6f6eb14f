"""Stage 5: can the warehouse pack and ship it without asking anyone?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Protocol

from order_processing import sscc
from order_processing.delivery import Delivery, Document, PackedLine, Shipment
from order_processing.documents.needed import missing
from order_processing.documents.set_of_documents import DocumentRefused, Printed, bought_labels, documents_for
from order_processing.errors import DeliveryRefused, OrderEnded
from order_processing.order_parts import Handling
from order_processing.orders import Orders
from order_processing.packing import PackedShipment, pack
from order_processing.postage import buy_labels
from order_processing.settings import Settings
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verified_order import VerifiedOrder
from order_processing.voiding import Carriers, give_back


class Documents(Protocol):
    """Keeps documents under their keys; the same key with the same bytes may be put again."""

    def put(self, document: Document, body: bytes) -> None:
        """Keep one document."""
        ...


HandOut = Callable[[StoredOrder], StoredOrder]
"""Hands out by e-mail what needs no parcel, once, and returns the order as it is afterwards (see `hand_out`)."""


def prepare_delivery(
    order_id: str,
    *,
    orders: Orders,
    documents: Documents,
    carriers: Carriers,
    hand_out: HandOut,
    tell: Callable[[StoredOrder], object],
    settings: Settings,
    now: datetime,
) -> None:
    """Pack the order, number its parcels, make the documents they need, and move it to READY_TO_SHIP.

    Everything is derived from the order, so a second run makes the same numbers and the same bytes. Nothing is
    kept or bought before all documents are made. What is handed out by e-mail goes out last, and an order of
    nothing else has left with it. What cannot be printed, what a carrier refuses and a pool without keys raise
    DeliveryRefused, for staff to mend; a carrier that does not answer raises CarrierUnavailable.
    tell: writes to the customer that the parcels are ready, once; called where the settings want that.
    """
    stored = orders.load(order_id)
    if stored.ended:
        give_back(stored, carriers)  # what a run has bought that was cut before it saw that the order had ended
        raise OrderEnded(stored.status)
    if stored.has_reached(Status.READY_TO_SHIP):
        if stored.delivery and stored.delivery.handed_out and not stored.delivery.shipments:
            _leave(stored, orders, now)
        _told(stored, settings, tell)
        return
    if stored.promise_broken:
        return  # it is renewed by `renew_promises`, and then this stage is called again
    verified, promise = stored.verified, stored.promise
    if verified is None or promise is None:
        raise ValueError(f"order {order_id} is {stored.status} but nothing is promised to it")
    shipments = _numbered(stored, pack(verified, promise, settings), orders, settings)
    try:
        printed = list(documents_for(order_id, verified, promise, Delivery(shipments=shipments), settings))
    except DocumentRefused as refused:
        raise DeliveryRefused("DOCUMENT_REFUSED", str(refused)) from None
    stored, shipments, bought = buy_labels(
        stored, shipments, verified, orders=orders, carriers=carriers, settings=settings, now=now
    )
    printed += bought_labels(shipments, bought)
    kept = tuple(_document(order_id, each) for each in printed)
    for document, each in zip(kept, printed, strict=True):
        documents.put(document, each.body)
    if gaps := missing(shipments, kept, verified, settings):
        raise ValueError(f"order {order_id} is not ready to ship: {'; '.join(gaps)}")
    by_email = _by_email(verified)
    if by_email:
        stored = hand_out(stored)
    stored = orders.ready(stored, Delivery(shipments=shipments, handed_out=by_email, documents=kept), at=now)
    if by_email and not shipments:
        _leave(stored, orders, now)
    _told(stored, settings, tell)


def _told(stored: StoredOrder, settings: Settings, tell: Callable[[StoredOrder], object]) -> None:
    """The mail that parcels are on their way, where it is due when they are ready, or was cut at the hand-over."""
    due = {"ready": True, "hand_over": stored.handling.handed_over_at is not None}
    if due.get(settings.notices.shipped) and stored.delivery and stored.delivery.shipments:
        tell(stored)


def _by_email(verified: VerifiedOrder) -> tuple[PackedLine, ...]:
    if not any(item.digital for item in verified.items):
        return ()
    # Imported here, because most orders hold nothing that is handed out by e-mail.
    from order_processing.stages.hand_out import handed_out

    return handed_out(verified)


def _leave(stored: StoredOrder, orders: Orders, now: datetime) -> None:
    """Nothing of the order travels: with the e-mail it has left, once, and its keys are out of the inventory."""
    orders.issue_goods(stored, Handling(printed_at=now, packed_at=now, handed_over_at=now))


def _numbered(
    stored: StoredOrder, shipments: tuple[PackedShipment, ...], orders: Orders, settings: Settings
) -> tuple[Shipment, ...]:
    """The shipments, each on the list of its day, with an SSCC for each parcel, which no other order's parcel has."""
    numbered: list[Shipment] = []
    parcels = 0
    for shipment in shipments:
        numbers = range(parcels + 1, parcels + 1 + len(shipment.parcels))
        parcels += len(numbers)
        numbered.append(shipment.numbered([_number_of(n, stored, shipment, orders, settings) for n in numbers]))
    return tuple(numbered)


def _number_of(number: int, stored: StoredOrder, shipment: PackedShipment, orders: Orders, settings: Settings) -> str:
    """The SSCC of the order's nth parcel: the one that it had on another day, or a free one of this day's."""
    order_id, prefix, place = stored.order_id, settings.gs1_company_prefix, (shipment.location, shipment.ship_date)
    of_the_day = partial(sscc.candidates, prefix, order_id, number, *place)
    before = stored.numbers_before[number - 1 : number]
    if before and all(candidate != before[0] for _, candidate in of_the_day()):
        orders.list_order(*place, order_id)
        return before[0]
    for beginning, candidate in of_the_day():
        orders.list_numbers(*place, beginning)  # before a number is claimed, so that no parcel stands on no list
        if orders.claim_sscc(candidate, f"{order_id}/{number}"):
            return candidate
    raise sscc.SsccError(f"company prefix {prefix}: of all numbers tried none is free, another prefix is needed")


def _document(order_id: str, printed: Printed) -> Document:
    return Document(
        kind=printed.kind,
        key=f"orders/{order_id}/{printed.name}",
        content_type=printed.content_type,
        sha256=hashlib.sha256(printed.body).hexdigest(),
        size=len(printed.body),
    )
