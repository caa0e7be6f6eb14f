"""Packing and hand-over, parcel by parcel: what scanning a label does.

A parcel's step is written with its order, on the version that was seen, so of two scans at once one waits for the
other. With an order's last parcel goes the goods issue, in the same write, and then the customer hears of it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from order_processing.delivery import Parcel, Shipment
from order_processing.errors import OrderChanged
from order_processing.mail.progress import ready
from order_processing.observe import logger
from order_processing.order_parts import Confirmation, Handling
from order_processing.orders import Orders
from order_processing.post import AddressRefused, Post
from order_processing.settings import Settings
from order_processing.stored_order import StoredOrder
from order_processing.warehouse.dispatch import Dispatch, Leaving
from order_processing.warehouse.parcels import HandlingRefused, handed_over, packed, parcel_of, read_sscc

_TRIES = 8
_SENDING = timedelta(minutes=1)
"""For how long after it began a mail may still be on its way out: longer than a function may run."""


def find_parcel(
    scanned: str, *, dispatch: Dispatch, orders: Orders, location: str = ""
) -> tuple[StoredOrder, Shipment, Parcel]:
    """The order, shipment and parcel of a scanned label, by key.

    location: where it was scanned; "" asks for none. HandlingRefused says what is wrong with it.
    """
    sscc = read_sscc(scanned)
    order_id = dispatch.order_of(sscc)
    if order_id is None:
        raise HandlingRefused("NO_SUCH_PARCEL", f"sscc: {sscc}: no parcel of ours has this number")
    stored = orders.load(order_id)
    shipment, parcel = parcel_of(stored, sscc)
    if location and shipment.location != location:
        raise HandlingRefused(
            "WRONG_LOCATION", f"sscc: {sscc}: leaves from {shipment.location!r} and was scanned at {location!r}"
        )
    return stored, shipment, parcel


def pack_parcel(
    scanned: str, *, dispatch: Dispatch, orders: Orders, now: datetime, location: str = ""
) -> tuple[StoredOrder, Parcel]:
    """Mark a parcel as packed, once. Raises HandlingRefused."""
    for _ in range(_TRIES):
        stored, _, parcel = find_parcel(scanned, dispatch=dispatch, orders=orders, location=location)
        try:
            return _kept(stored, packed(stored, parcel.sscc, now), orders), parcel
        except OrderChanged:
            continue
    raise OrderChanged(stored.order_id)


def hand_over_parcel(
    scanned: str,
    *,
    dispatch: Dispatch,
    orders: Orders,
    post: Post,
    settings: Settings,
    status_url: Callable[[str], str],
    now: datetime,
    location: str = "",
) -> tuple[StoredOrder, Parcel]:
    """The carrier has a parcel: it goes on the next manifest; an order's last one takes its goods off stock.

    Done again it changes nothing, and does what a cut call left undone. Raises HandlingRefused.
    """
    for _ in range(_TRIES):
        stored, shipment, parcel = find_parcel(scanned, dispatch=dispatch, orders=orders, location=location)
        handling = handed_over(stored, parcel.sscc, now)
        if not handling.parcels[parcel.sscc].manifest:
            # First on the list, so that no parcel leaves that no manifest will show.
            carrier = settings.services[shipment.service].carrier
            leaving = Leaving(sscc=parcel.sscc, order_id=stored.order_id)
            dispatch.note_leaving(shipment.location, carrier, leaving)
        try:
            stored = _kept(stored, handling, orders)
        except OrderChanged:
            continue
        if settings.notices.shipped == "hand_over" and stored.handling.handed_over_at:
            stored = tell_shipped(stored, orders=orders, post=post, settings=settings, status_url=status_url, now=now)
        return stored, parcel
    raise OrderChanged(stored.order_id)


def tell_shipped(
    stored: StoredOrder,
    *,
    orders: Orders,
    post: Post,
    settings: Settings,
    status_url: Callable[[str], str],
    now: datetime,
) -> StoredOrder:
    """Tell the customer of the order's parcels, once, as a confirmation is sent: noted before and after.

    A mail that another run is just sending is left to it; one that was begun longer ago was cut, and goes again.
    """
    told, verified, promise = stored.handling.told, stored.verified, stored.promise
    begun_by_another = told and now < told.attempt_at + _SENDING
    if verified is None or promise is None or stored.delivery is None or (told and told.sent_at) or begun_by_another:
        return stored
    if not any(shipment.parcels for shipment in stored.delivery.shipments) or "@" not in stored.mail_address:
        return stored
    message = ready(stored.order_id, verified, promise, stored.delivery, settings, status_url(stored.order_id))
    try:
        stored = _noted(stored, Confirmation(attempt_at=now), orders)
    except OrderChanged:
        return orders.load(stored.order_id)
    try:
        message_id = post.send(message, to=stored.mail_address, order_id=stored.order_id, kind="ready")
    except AddressRefused as refused:  # the parcel leaves all the same, and its page says so
        logger.warning("not told that it ships", extra={"order_id": stored.order_id, "why": refused.why})
        return stored
    for _ in range(_TRIES):
        try:
            return _noted(stored, Confirmation(attempt_at=now, sent_at=now, message_id=message_id), orders)
        except OrderChanged:
            stored = orders.load(stored.order_id)
    raise OrderChanged(stored.order_id)


def _kept(stored: StoredOrder, handling: Handling, orders: Orders) -> StoredOrder:
    if handling == stored.handling:
        return stored
    if handling.handed_over_at and not stored.handling.handed_over_at:
        return orders.issue_goods(stored, handling)
    return orders.note_handling(stored, handling)


def _noted(stored: StoredOrder, told: Confirmation, orders: Orders) -> StoredOrder:
    return orders.note_handling(stored, stored.handling.model_copy(update={"told": told}))
