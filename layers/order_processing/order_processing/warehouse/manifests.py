"""Closing a manifest: every parcel that a carrier has and that no manifest lists goes on the next one, once.

The manifest with its parcels is kept first and then worked off: each order is told its number, the document is made,
the parcels leave the list of what leaves. A call that was cut is finished by the next one before anything else, so
there is never more than one open, and what is handed over meanwhile waits for the one after it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import groupby
from typing import Protocol
from zoneinfo import ZoneInfo

from order_processing.delivery import Document
from order_processing.documents.manifest import ManifestLine, manifest_document
from order_processing.errors import OrderChanged
from order_processing.orders import Orders
from order_processing.settings import Settings
from order_processing.stored_order import StoredOrder
from order_processing.warehouse.dispatch import Dispatch, Leaving, Manifest
from order_processing.warehouse.parcels import HandlingRefused, on_manifest, parcel_of

_MOST_PARCELS = 3000
_TRIES = 8
_AT_ONCE = 8


class Documents(Protocol):
    """Keeps documents under their keys."""

    def put(self, document: Document, body: bytes) -> None:
        """Keep one document."""
        ...


def close_manifest(
    location: str,
    carrier: str,
    request: str,
    *,
    dispatch: Dispatch,
    orders: Orders,
    documents: Documents,
    settings: Settings,
    now: datetime,
    finish: Callable[[StoredOrder], object] = lambda stored: None,
) -> Manifest:
    """Close the manifest of what a carrier has taken over at a location, and return it.

    request: the caller's key; the same one gives the same manifest. finish: called with each order that is handed
    over completely. Raises HandlingRefused when there is no parcel to list.
    """
    while True:
        last = next(iter(dispatch.manifests(location, carrier)), None)
        if last and not last.closed_at:
            _worked_off(last, dispatch, orders, documents, settings, now, finish)
            continue
        if ours := dispatch.manifest_for(location, carrier, request):
            return ours
        parcels = _to_list(dispatch.leaving(location, carrier), location, carrier, dispatch, orders)
        if not parcels:
            raise HandlingRefused(
                "NOTHING_TO_CLOSE", f"{carrier} has taken over nothing at {location!r} that is not on a manifest"
            )
        count = last.count + 1 if last else 1
        opened = Manifest(
            location=location,
            carrier=carrier,
            number=f"{_slug(location)}-{_slug(carrier)}-{count:05}",
            count=count,
            day=now.astimezone(ZoneInfo(settings.locations[location].time_zone)).date(),
            parcels=parcels,
            begun_at=now,
            request=request,
        )
        dispatch.open_manifest(opened)  # taken or not: whoever opened it, it is worked off next


def _to_list(
    leaving: Iterable[Leaving], location: str, carrier: str, dispatch: Dispatch, orders: Orders
) -> tuple[Leaving, ...]:
    """Which of the parcels are handed over and on no manifest; those that are on one leave the list."""
    waiting = list(leaving)[:_MOST_PARCELS]
    stored = _loaded(waiting, orders)
    listed, found = [], []
    for parcel in waiting:
        done = stored[parcel.order_id].handling.parcels.get(parcel.sscc)
        if done and done.manifest:
            listed.append(parcel.sscc)
        elif done and done.handed_over_at:
            found.append(parcel)
    dispatch.forget_leaving(location, carrier, listed)
    return tuple(found)


def _worked_off(
    manifest: Manifest,
    dispatch: Dispatch,
    orders: Orders,
    documents: Documents,
    settings: Settings,
    now: datetime,
    finish: Callable[[StoredOrder], object],
) -> None:
    by_order = [
        (order_id, [parcel.sscc for parcel in parcels])
        for order_id, parcels in groupby(
            sorted(manifest.parcels, key=lambda p: (p.order_id, p.sscc)), key=lambda p: p.order_id
        )
    ]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        stored = list(threads.map(lambda each: _listed(each[0], each[1], manifest.number, orders), by_order))
    for order in stored:
        if order.handling.handed_over_at:
            finish(order)
    lines = []
    for order, (order_id, ssccs) in zip(stored, by_order, strict=True):
        for sscc in ssccs:
            shipment, parcel = parcel_of(order, sscc)
            lines.append(ManifestLine(order_id, shipment.service, parcel))
    body = manifest_document(
        manifest.number, manifest.location, manifest.carrier, manifest.day, lines, settings, at=manifest.begun_at
    )
    document = Document(
        kind="manifest",
        key=f"manifests/{manifest.number}.pdf",
        content_type="application/pdf",
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
    )
    documents.put(document, body)
    dispatch.forget_leaving(manifest.location, manifest.carrier, [parcel.sscc for parcel in manifest.parcels])
    dispatch.close_manifest(manifest.model_copy(update={"closed_at": now, "key": document.key}))


def _listed(order_id: str, ssccs: list[str], number: str, orders: Orders) -> StoredOrder:
    """The order, once it says that these parcels left with this manifest."""
    for _ in range(_TRIES):
        stored = orders.load(order_id)
        handling = on_manifest(stored, ssccs, number)
        if handling == stored.handling:
            return stored
        try:
            return orders.note_handling(stored, handling)
        except OrderChanged:
            continue
    raise OrderChanged(order_id)


def _loaded(parcels: Iterable[Leaving], orders: Orders) -> dict[str, StoredOrder]:
    ids = sorted({parcel.order_id for parcel in parcels})
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return dict(zip(ids, threads.map(orders.load, ids), strict=True))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "x"
