"""The warehouse's door: `/shipments`, for a warehouse system with a key of its own."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from order_processing import order_number
from order_processing.delivery import Parcel
from order_processing.door import Senders, door, idempotency_key, required_holder
from order_processing.errors import OrderChanged, OrderNotFound
from order_processing.http import Answer, Problem, Request, answer
from order_processing.observe import logger
from order_processing.order_parts import ParcelHandling
from order_processing.orders import Orders
from order_processing.post import Post
from order_processing.settings import Settings
from order_processing.stored_order import StoredOrder
from order_processing.warehouse.day_list import day_list
from order_processing.warehouse.dispatch import Batch, Bins, Dispatch, Manifest
from order_processing.warehouse.hand_over import find_parcel, hand_over_parcel, pack_parcel, tell_shipped
from order_processing.warehouse.manifests import Documents, close_manifest
from order_processing.warehouse.open_batches import open_batch
from order_processing.warehouse.papers import documents_of, make_return_label
from order_processing.warehouse.parcels import HandlingRefused, state_of
from order_processing.warehouse.requests import BatchWanted, BinsWanted, ManifestWanted, body_of, number_of

_NOT_FOUND = frozenset({"NO_SUCH_PARCEL", "NO_SUCH_BATCH", "NO_SUCH_LOCATION"})
_MISTAKES = frozenset({"SSCC_INVALID", "TOO_MANY"})
_MOST_MANIFESTS = 20


class Store(Documents, Protocol):
    """Where documents are kept, and handed out by short-lived links."""

    def link(self, key: str) -> str:
        """An address under which a document can be fetched for a short time."""
        ...


class Printer(Protocol):
    """What works batches off, apart from the request that asks for one."""

    def start(self, batch_id: str) -> None:
        """Begin, or go on with, a batch."""
        ...


def _door(route: Callable[..., Answer]) -> Callable[..., Answer]:
    """A door that also answers what the warehouse refuses, and an order that somebody else is changing."""

    @door
    @functools.wraps(route)
    def answered(*args: Any) -> Answer:
        try:
            return route(*args)
        except HandlingRefused as refused:
            logger.info("refused", extra={"code": refused.code})
            status = 404 if refused.code in _NOT_FOUND else 400 if refused.code in _MISTAKES else 409
            return Problem(status, refused.code, str(refused)).answer()
        except OrderChanged:
            return Problem(503, "BUSY", "the order is being changed by somebody else: send it again").answer()

    return answered


class WarehouseDoor:
    """Every route of `/shipments`."""

    def __init__(
        self,
        *,
        dispatch: Dispatch,
        orders: Orders,
        bins: Bins,
        documents: Store,
        printer: Printer,
        post: Post,
        senders: Senders,
        status_url: Callable[[str], str],
        settings: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._dispatch, self._orders, self._bins, self._documents = dispatch, orders, bins, documents
        self._printer, self._post, self._senders = printer, post, senders
        self._status_url, self._settings, self._clock = status_url, settings, clock

    @_door
    def day(self, request: Request) -> Answer:
        """GET /shipments?location=&day=: the list of a day, of today if none is named."""
        self._holder(request)
        location = self._location(request.query.get("location", ""))
        day = self._day(request.query.get("day", ""), location)
        return answer(200, day_list(location, day, self._dispatch.due(location, day), self._settings))

    @_door
    def print(self, request: Request) -> Answer:
        """POST /shipments/batches: print many orders. The same Idempotency-Key is the same batch, gone on with."""
        by = self._holder(request)
        key = idempotency_key(request, "request")
        wanted = body_of(request, BatchWanted)
        location = self._location(wanted.location)
        digest = hashlib.sha256(f"{by}\n{location}\n{key}".encode()).hexdigest()
        batch = open_batch(
            digest[:16],
            location,
            wanted.day or self._today(location),
            dispatch=self._dispatch,
            bins=self._bins,
            settings=self._settings,
            now=self._clock(),
            by=by,
            carrier=wanted.carrier,
            orders=tuple(number_of(order) for order in wanted.orders),
            format=wanted.format,
            kinds=wanted.kinds,
        )
        if not batch.finished_at:
            self._printer.start(batch.batch_id)
        logger.info("batch wanted", extra={"batch": batch.batch_id, "orders": len(batch.orders), "by": by})
        return answer(200 if batch.finished_at else 202, self._batch(batch))

    @_door
    def batch(self, batch_id: str, request: Request) -> Answer:
        """GET /shipments/batches/{id}: how far a batch is, and where its documents are."""
        self._holder(request)
        batch = self._dispatch.batch(batch_id)
        if batch is None:
            raise HandlingRefused("NO_SUCH_BATCH", "there is no batch with this id")
        return answer(200, self._batch(batch))

    @_door
    def parcel(self, sscc: str, request: Request) -> Answer:
        """GET /shipments/parcels/{sscc}: which order's parcel this is, and how far it is."""
        self._holder(request)
        stored, _, parcel = find_parcel(sscc, dispatch=self._dispatch, orders=self._orders)
        return answer(200, _shown(stored, parcel))

    @_door
    def packed(self, sscc: str, request: Request) -> Answer:
        """POST /shipments/parcels/{sscc}/packed?location=: a parcel is packed and closed."""
        by = self._holder(request)
        stored, parcel = pack_parcel(
            sscc, dispatch=self._dispatch, orders=self._orders, now=self._clock(), location=self._scanned_at(request)
        )
        logger.info("packed", extra={"order_id": stored.order_id, "sscc": parcel.sscc, "by": by})
        return answer(200, _shown(stored, parcel))

    @_door
    def handed_over(self, sscc: str, request: Request) -> Answer:
        """POST /shipments/parcels/{sscc}/handed-over?location=: the carrier has a parcel."""
        by = self._holder(request)
        stored, parcel = hand_over_parcel(
            sscc,
            dispatch=self._dispatch,
            orders=self._orders,
            post=self._post,
            settings=self._settings,
            status_url=self._status_url,
            now=self._clock(),
            location=self._scanned_at(request),
        )
        logger.info("handed over", extra={"order_id": stored.order_id, "sscc": parcel.sscc, "by": by})
        return answer(200, _shown(stored, parcel))

    @_door
    def close(self, request: Request) -> Answer:
        """POST /shipments/manifests: close the manifest of what a carrier has taken over."""
        by = self._holder(request)
        key = idempotency_key(request, "request")
        wanted = body_of(request, ManifestWanted)
        location = self._location(wanted.location)
        self._known_carrier(wanted.carrier)
        manifest = close_manifest(
            location,
            wanted.carrier,
            hashlib.sha256(f"{by}\n{key}".encode()).hexdigest()[:32],
            dispatch=self._dispatch,
            orders=self._orders,
            documents=self._documents,
            settings=self._settings,
            now=self._clock(),
            finish=self._tell,
        )
        logger.info("manifest closed", extra={"manifest": manifest.number, "by": by})
        return answer(200, self._manifest(manifest))

    @_door
    def manifests(self, request: Request) -> Answer:
        """GET /shipments/manifests?location=&carrier=: the newest manifests."""
        self._holder(request)
        location, carrier = self._location(request.query.get("location", "")), request.query.get("carrier", "")
        self._known_carrier(carrier)
        found = self._dispatch.manifests(location, carrier, most=_MOST_MANIFESTS)
        return answer(200, {"manifests": [self._manifest(manifest) for manifest in found]})

    @_door
    def set_bins(self, request: Request) -> Answer:
        """POST /shipments/bins: where SKUs lie at a location; the pick list and the order of printing follow it."""
        self._holder(request)
        wanted = body_of(request, BinsWanted)
        self._bins.set(self._location(wanted.location), dict(wanted.bins))
        return answer(200, {"set": len(wanted.bins)})

    @_door
    def documents(self, order: str, request: Request) -> Answer:
        """GET /shipments/orders/{order}/documents: the order's documents, each by a short-lived link."""
        by = self._holder(request)
        stored = self._order(order)
        logger.info("documents handed out", extra={"order_id": stored.order_id, "by": by})
        return answer(200, documents_of(stored, self._documents.link))

    @_door
    def return_label(self, order: str, request: Request) -> Answer:
        """POST /shipments/orders/{order}/return-label?parcel=1: a label with which a parcel comes back."""
        by = self._holder(request)
        stored = self._order(order)
        number = request.query.get("parcel", "1")
        if not (number.isascii() and number.isdigit() and len(number) < 5):
            raise Problem(400, "PARCEL_INVALID", f"parcel: {number[:20]!r}, expected a parcel's number such as 1")
        made = make_return_label(
            stored, int(number), orders=self._orders, shelf=self._documents, settings=self._settings
        )
        logger.info("return label made", extra={"order_id": stored.order_id, "sscc": made["sscc"], "by": by})
        return answer(200, made)

    def _tell(self, stored: StoredOrder) -> None:
        if self._settings.notices.shipped == "hand_over":
            tell_shipped(
                stored,
                orders=self._orders,
                post=self._post,
                settings=self._settings,
                status_url=self._status_url,
                now=self._clock(),
            )

    def _order(self, number: str) -> StoredOrder:
        try:
            return self._orders.load(number_of(number))
        except OrderNotFound:
            raise Problem(404, "NO_SUCH_ORDER", "no order has this number") from None

    def _holder(self, request: Request) -> str:
        return required_holder(self._senders, request, "warehouse", key="your warehouse key")

    def _location(self, name: str) -> str:
        if name not in self._settings.locations:
            known = ", ".join(sorted(self._settings.locations))
            raise HandlingRefused("NO_SUCH_LOCATION", f"location: {name[:40]!r}, expected one of {known}")
        return name

    def _scanned_at(self, request: Request) -> str:
        name = request.query.get("location", "")
        return self._location(name) if name else ""

    def _known_carrier(self, name: str) -> None:
        known = sorted({service.carrier for service in self._settings.services.values()})
        if name not in known:
            raise Problem(404, "NO_SUCH_CARRIER", f"carrier: {name[:40]!r}, expected one of {', '.join(known)}")

    def _today(self, location: str) -> date:
        return self._clock().astimezone(ZoneInfo(self._settings.locations[location].time_zone)).date()

    def _day(self, given: str, location: str) -> date:
        try:
            return date.fromisoformat(given) if given else self._today(location)
        except ValueError:
            raise Problem(400, "DAY_INVALID", f"day: {given[:20]!r}, expected a date such as 2026-11-24") from None

    def _batch(self, batch: Batch) -> dict[str, Any]:
        return {
            "batch": batch.batch_id,
            "location": batch.location,
            "day": batch.day.isoformat(),
            "format": batch.format,
            "state": "finished" if batch.finished_at else "printing",
            "done": batch.done,
            "total": len(batch.orders),
            "orders": [order_number.display(order_id) for order_id in batch.orders],
            "left_out": [
                {"order": order_number.display(out.order_id), "code": out.code, "text": out.text}
                for out in batch.left_out
            ],
            "links": {name: self._documents.link(key) for name, key in batch.results.items()},
        }

    def _manifest(self, manifest: Manifest) -> dict[str, Any]:
        return {
            "number": manifest.number,
            "location": manifest.location,
            "carrier": manifest.carrier,
            "day": manifest.day.isoformat(),
            "parcels": [parcel.sscc for parcel in manifest.parcels],
            "state": "closed" if manifest.closed_at else "closing",
            "links": {"document": self._documents.link(manifest.key)} if manifest.key else {},
        }


def _shown(stored: StoredOrder, parcel: Parcel) -> dict[str, Any]:
    done = stored.handling.parcels.get(parcel.sscc, ParcelHandling())
    return {
        "sscc": parcel.sscc,
        "order": order_number.display(stored.order_id),
        "parcel": parcel.number,
        "of": parcel.of,
        "state": state_of(parcel.sscc, stored.handling, stored.status).value,
        "order_complete": stored.handling.handed_over_at is not None,
        "manifest": done.manifest,
    }
