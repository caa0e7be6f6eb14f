"""Printing many orders at once: one PDF, or one stream of ZPL, in picking order, and the pick list for them.

A batch is kept with its orders before anything is printed, and worked off in portions. With each order the moment
of printing is written on the version that was seen, so an order is either printed or cancelled, never both; one that
was cancelled first is left out, and the batch says so. A run that was cut is gone on with where the last portion
ended: what that one has marked stays marked, and the same documents come out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Protocol

from order_processing.delivery import Delivery, Document, Shipment
from order_processing.documents.pick_list import pick_list
from order_processing.documents.shipping_label import shipping_label_zpl
from order_processing.errors import OrderChanged, OrderNotFound
from order_processing.orders import Orders
from order_processing.settings import Settings
from order_processing.stored_order import StoredOrder
from order_processing.warehouse.dispatch import Batch, Bins, Dispatch, LeftOut
from order_processing.warehouse.parcels import HandlingRefused, printed
from order_processing.warehouse.picking import skus_of

PORTION = 25
_AT_ONCE = 12
_TRIES = 8
_PDF, _ZPL = "application/pdf", "application/zpl"
Join = Callable[[Sequence[bytes]], bytes]


class Shelf(Protocol):
    """Where documents are kept."""

    def get(self, key: str) -> bytes:
        """A document's bytes."""
        ...

    def put(self, document: Document, body: bytes) -> None:
        """Keep one document."""
        ...


def print_batch(
    batch_id: str,
    *,
    dispatch: Dispatch,
    orders: Orders,
    bins: Bins,
    shelf: Shelf,
    settings: Settings,
    join: Join,
    clock: Callable[[], datetime],
) -> Batch:
    """Work a batch off, or the rest of it. join: PDFs to one.

    Each order is marked as printed, then its documents are put together. Raises BatchChanged when another run works
    on the same batch.
    """
    batch = dispatch.batch(batch_id)
    if batch is None:
        raise LookupError(f"batch {batch_id}: there is none")
    while batch.done < len(batch.orders):
        batch = dispatch.note_batch(batch, _portion_printed(batch, orders, shelf, settings, join, clock()))
    if batch.finished_at:
        return batch
    results = {}
    if batch.parts:
        body = _joined(batch.format, [shelf.get(key) for key in batch.parts], join)
        results["documents"] = _kept(batch, f"documents.{batch.format}", body, shelf)
    going = set(batch.orders) - {out.order_id for out in batch.left_out}
    if due := [d for d in dispatch.due(batch.location, batch.day) if d.order_id in going]:
        shipments = [(d.order_id, d.shipment) for d in due]
        picked = pick_list(batch.location, batch.day, shipments, settings, bins.of(batch.location, skus_of(due)))
        results["pick_list"] = _kept(batch, "pick-list.pdf", picked, shelf)
    return dispatch.note_batch(batch, batch.model_copy(update={"results": results, "finished_at": clock()}))


def _portion_printed(
    batch: Batch, orders: Orders, shelf: Shelf, settings: Settings, join: Join, now: datetime
) -> Batch:
    """The batch with its next portion printed."""
    portion = batch.orders[batch.done : batch.done + PORTION]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        done = list(threads.map(lambda order_id: _marked(order_id, batch, orders, now), portion))
        pages = threads.map(
            lambda each: [] if isinstance(each, LeftOut) else _pages(each, batch, shelf, settings), done
        )
        bodies = [body for of_order in pages for body in of_order]
    parts = batch.parts
    if bodies:
        name = f"part-{batch.done // PORTION + 1:04}.{batch.format}"
        parts = (*parts, _kept(batch, name, _joined(batch.format, bodies, join), shelf))
    left_out = tuple(each for each in done if isinstance(each, LeftOut))
    return batch.model_copy(
        update={"done": batch.done + len(portion), "left_out": (*batch.left_out, *left_out), "parts": parts}
    )


def _marked(order_id: str, batch: Batch, orders: Orders, now: datetime) -> StoredOrder | LeftOut:
    """The order once it is marked as printed, or why it must not be."""
    for _ in range(_TRIES):
        try:
            stored = orders.load(order_id)
            ssccs = [parcel.sscc for shipment in _shipments(stored, batch) for parcel in shipment.parcels]
            handling = printed(stored, ssccs, now)
            return stored if handling == stored.handling else orders.note_handling(stored, handling)
        except OrderChanged:
            continue
        except HandlingRefused as refused:
            return LeftOut(order_id=order_id, code=refused.code, text=str(refused))
        except OrderNotFound:
            return LeftOut(order_id=order_id, code="NO_SUCH_ORDER", text="there is no such order")
    raise OrderChanged(order_id)


def _pages(stored: StoredOrder, batch: Batch, shelf: Shelf, settings: Settings) -> list[bytes]:
    """An order's documents for this location and day, in the order of printing."""
    delivery = stored.delivery or Delivery(shipments=())
    if batch.format == "zpl":
        return _zpl(stored, delivery, batch, shelf, settings)
    wanted = [d for kind in batch.kinds for d in documents_of(delivery, batch.location, batch.day) if d.kind == kind]
    return [shelf.get(document.key) for document in wanted]


def _zpl(stored: StoredOrder, delivery: Delivery, batch: Batch, shelf: Shelf, settings: Settings) -> list[bytes]:
    """The labels as ZPL: as they were kept, or drawn now, the same bytes, where the settings keep none."""
    kept = [d for d in documents_of(delivery, batch.location, batch.day) if d.content_type == _ZPL]
    if kept or stored.verified is None:
        return [shelf.get(document.key) for document in kept]
    return [
        shipping_label_zpl(parcel, shipment, stored.verified, settings, stored.order_id)
        for shipment in _shipments(stored, batch)
        for parcel in shipment.parcels
    ]


def documents_of(delivery: Delivery, location: str, day: date) -> list[Document]:
    """The documents that go with what leaves a location on a day: of its parcels, its shipment, and of the order.

    Labels and declarations have their parcel's number in the order, invoices and notes their shipment's.
    """
    parcels: set[int] = set()
    shipments: set[int] = set()
    count = 0
    for number, shipment in enumerate(delivery.shipments, 1):
        numbers = range(count + 1, count + 1 + len(shipment.parcels))
        count += len(shipment.parcels)
        if (shipment.location, shipment.ship_date) == (location, day):
            parcels.update(numbers)
            shipments.add(number)
    found = []
    for document in delivery.documents:
        name = document.key.rpartition("/")[2]
        number_in_name = re.search(r"-(\d+)\.\w+$", name)
        of = shipments if document.kind in ("commercial_invoice", "dangerous_goods_note") else parcels
        if number_in_name is None or int(number_in_name[1]) in of:
            found.append(document)
    return found


def _shipments(stored: StoredOrder, batch: Batch) -> list[Shipment]:
    shipments = stored.delivery.shipments if stored.delivery else ()
    return [s for s in shipments if (s.location, s.ship_date) == (batch.location, batch.day)]


def _joined(format_: str, bodies: Sequence[bytes], join: Join) -> bytes:
    return join(bodies) if format_ == "pdf" else b"".join(bodies)


def _kept(batch: Batch, name: str, body: bytes, shelf: Shelf) -> str:
    document = Document(
        kind="batch",
        key=f"batches/{batch.batch_id}/{name}",
        content_type=_PDF if name.endswith(".pdf") else _ZPL,
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
    )
    shelf.put(document, body)
    return document.key
