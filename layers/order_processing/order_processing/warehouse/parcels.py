"""What the warehouse does with a parcel, step by step: printed, packed, handed over, on a manifest.

Each step is a rule from an order to its new `Handling`: done twice, it is done once and keeps its first time. A step
that must not be done now raises HandlingRefused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from order_processing.delivery import Parcel, Shipment
from order_processing.order_parts import Handling, ParcelHandling
from order_processing.sscc import is_valid
from order_processing.status import Status
from order_processing.stored_order import StoredOrder

_SCANNED = re.compile(r"(?:https://id\.gs1\.org/00/|\]C1|\]Q3|\]d2)?(?:\(00\)|00(?=\d{18}$))?(\d{18})")


class State(StrEnum):
    """How far a parcel is; in the order of the work."""

    TO_PRINT = "to_print"
    PRINTED = "printed"
    PACKED = "packed"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"


class HandlingRefused(Exception):
    """A step that must not be done now. code: stable; the message says why, and what to do instead."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def read_sscc(scanned: str) -> str:
    """The SSCC of what a scanner read off a label: bare, after its AI (00), or as the GS1 Digital Link of the 2D code.

    Raises HandlingRefused for what is none.
    """
    found = _SCANNED.fullmatch(scanned.strip())
    if not found or not is_valid(found[1]):
        raise HandlingRefused(
            "SSCC_INVALID", f"sscc: {scanned[:40]!r}, expected eighteen digits, the last of which is the check digit"
        )
    return found[1]


def parcel_of(stored: StoredOrder, sscc: str) -> tuple[Shipment, Parcel]:
    """The parcel with this SSCC, and its shipment. HandlingRefused if the order has none."""
    for shipment in stored.delivery.shipments if stored.delivery else ():
        for parcel in shipment.parcels:
            if parcel.sscc == sscc:
                return shipment, parcel
    raise HandlingRefused("NO_SUCH_PARCEL", f"sscc: {sscc}: no parcel that is ready has this number")


def state_of(sscc: str, handling: Handling, status: Status) -> State:
    """How far a parcel is."""
    done = handling.parcels.get(sscc, ParcelHandling())
    if done.handed_over_at:
        return State.HANDED_OVER
    if status is not Status.READY_TO_SHIP:
        return State.CANCELLED
    if done.packed_at:
        return State.PACKED
    return State.PRINTED if done.printed_at else State.TO_PRINT


def printed(stored: StoredOrder, ssccs: Iterable[str], at: datetime) -> Handling:
    """The labels of these parcels are printed: from the first one on the order cannot be cancelled."""
    _not_ended(stored)
    handling = stored.handling
    for sscc in ssccs:
        done = _of(handling, sscc)
        if done.handed_over_at:
            raise _left(sscc, done.handed_over_at)
        handling = _with(handling, sscc, done.model_copy(update={"printed_at": done.printed_at or at}))
    return handling.model_copy(update={"printed_at": handling.printed_at or at})


def packed(stored: StoredOrder, sscc: str, at: datetime) -> Handling:
    """A parcel is packed and closed."""
    _not_ended(stored)
    done = _printed(stored, sscc)
    if done.handed_over_at:
        raise _left(sscc, done.handed_over_at)
    return _closed(stored, _with(stored.handling, sscc, done.model_copy(update={"packed_at": done.packed_at or at})))


def handed_over(stored: StoredOrder, sscc: str, at: datetime) -> Handling:
    """The carrier has a parcel. One that nobody marked as packed must have been packed.

    With the last parcel the whole order is handed over.
    """
    done = _of(stored.handling, sscc)
    if not done.handed_over_at:
        _not_ended(stored)
        done = _printed(stored, sscc)
    taken = {"packed_at": done.packed_at or at, "handed_over_at": done.handed_over_at or at}
    return _closed(stored, _with(stored.handling, sscc, done.model_copy(update=taken)))


def on_manifest(stored: StoredOrder, ssccs: Iterable[str], number: str) -> Handling:
    """These parcels, all of them handed over, left with a manifest; one that left with another one stays on that."""
    handling = stored.handling
    for sscc in ssccs:
        done = _of(handling, sscc)
        handling = _with(handling, sscc, done.model_copy(update={"manifest": done.manifest or number}))
    if all(_of(handling, parcel.sscc).manifest for parcel in _parcels(stored)):
        return handling.model_copy(update={"manifest": handling.manifest or number})
    return handling


def _closed(stored: StoredOrder, handling: Handling) -> Handling:
    """The order's own times, once all its parcels have theirs."""
    parcels = [_of(handling, parcel.sscc) for parcel in _parcels(stored)]
    for name in ("packed_at", "handed_over_at"):
        times = [getattr(done, name) for done in parcels]
        if all(times) and getattr(handling, name) is None:
            handling = handling.model_copy(update={name: max(times)})
    return handling


def _parcels(stored: StoredOrder) -> list[Parcel]:
    return [parcel for shipment in stored.delivery.shipments for parcel in shipment.parcels] if stored.delivery else []


def _not_ended(stored: StoredOrder) -> None:
    if stored.ended:
        raise HandlingRefused(
            "ORDER_ENDED", f"the order is {stored.status}: put its parcels aside, they must not leave"
        )
    if not stored.has_reached(Status.READY_TO_SHIP):
        raise HandlingRefused("NOT_READY", f"the order is {stored.status}: it is not ready to ship yet")


def _printed(stored: StoredOrder, sscc: str) -> ParcelHandling:
    done = _of(stored.handling, sscc)
    if not done.printed_at:
        raise HandlingRefused("NOT_PRINTED", f"sscc: {sscc}: its label was not printed; print the order first")
    return done


def _left(sscc: str, at: datetime) -> HandlingRefused:
    return HandlingRefused("ALREADY_LEFT", f"sscc: {sscc}: handed over at {at:%Y-%m-%d %H:%M} UTC")


def _of(handling: Handling, sscc: str) -> ParcelHandling:
    return handling.parcels.get(sscc, ParcelHandling())


def _with(handling: Handling, sscc: str, done: ParcelHandling) -> Handling:
    return handling.model_copy(update={"parcels": {**handling.parcels, sscc: done}})
