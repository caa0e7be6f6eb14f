"""Taking in what stores deliver, by whatever way it came: a webhook, a fetched order, or out of quarantine.

The signature, or the store's own API, has vouched for a delivery before it comes here. From then on it is never
lost: it becomes an order, is queued to be fetched, is set aside with its reason, or is known to bring nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from order_processing.cancellation import cancel_for_store
from order_processing.decisions import Executions
from order_processing.intake import take_in
from order_processing.observe import count, logger
from order_processing.order import Record
from order_processing.orders import Orders, OrderTooLarge
from order_processing.stores.platform import (
    Delivery,
    NeedsFetch,
    NotAnOrder,
    OrderChanged,
    OrderDeleted,
    Unreadable,
    platform,
)

DELETED_IN_STORE = "an order that is deleted in the store is not touched here"


class SetAside(Record):
    """A delivery in quarantine.

    id: made of source and body, so that what is sent again is set aside once. headers: without signatures.
    path, reason: what could not be read, in words without what a customer wrote. size: of the body, in bytes.
    """

    id: str
    source: str
    headers: dict[str, str]
    path: str = ""
    reason: str
    received_at: datetime
    size: int


class Quarantine(Protocol):
    """Deliveries that were vouched for and could not be read, with their bodies as they came."""

    def put(self, delivery: SetAside, raw: bytes) -> None:
        """Keep it; nothing happens when it is kept already."""
        ...


class Notices(Protocol):
    """Notices of orders that are to be fetched from their stores."""

    def put(self, source: str, notice: NeedsFetch) -> None:
        """Keep it until the order was fetched."""
        ...


class Taken(Record):
    """What became of a delivery. order_id: of its order, new or known. reason: why there is none, or not yet."""

    order_id: str = ""
    new: bool = False
    fetching: bool = False
    quarantined: str = ""
    path: str = ""
    reason: str = ""


class Deliveries:
    """Every way in for a store's delivery."""

    def __init__(self, *, orders: Orders, executions: Executions, quarantine: Quarantine, notices: Notices) -> None:
        self._orders = orders
        self._executions = executions
        self._quarantine = quarantine
        self._notices = notices

    def receive(self, source: str, headers: Mapping[str, str], raw: bytes, now: datetime) -> Taken:
        """Take in a delivery whose signature was right. source: a platform's name. Raises CannotCancel, as `take`."""
        return self.take_or_set_aside(source, headers, raw, now, lambda: platform(source).read(headers, raw))

    def take_or_set_aside(
        self, source: str, headers: Mapping[str, str], raw: bytes, now: datetime, read: Callable[[], Delivery]
    ) -> Taken:
        """Take in what `read` makes of the bytes, or put them into quarantine where it cannot. Raises CannotCancel."""
        try:
            return self.take(source, read(), raw, now)
        except Unreadable as error:
            return self.set_aside(source, headers, raw, now, reason=str(error), path=error.path)
        except OrderTooLarge as error:
            return self.set_aside(source, headers, raw, now, reason=str(error))

    def take(self, source: str, delivery: Delivery, raw: bytes, now: datetime) -> Taken:
        """Take in what a delivery brings. raw: the bytes it was read from.

        Raises OrderTooLarge, and CannotCancel while the order is just being confirmed: it is to come again.
        """
        if isinstance(delivery, NeedsFetch):
            self._notices.put(source, delivery)
            return Taken(fetching=True, reason=delivery.reason)
        if isinstance(delivery, NotAnOrder):
            return Taken(reason=delivery.reason)
        if isinstance(delivery, OrderDeleted):
            return Taken(reason=DELETED_IN_STORE)
        fingerprint = hashlib.sha256(raw).hexdigest()
        placed = take_in(delivery.order, raw, fingerprint, orders=self._orders, executions=self._executions, now=now)
        logger.info("order taken in", extra={"order_id": placed.order_id, "new": placed.new})
        if isinstance(delivery, OrderChanged) and delivery.change == "cancelled" and not placed.new:
            self._cancel(placed.order_id, now)
        return Taken(order_id=placed.order_id, new=placed.new)

    def set_aside(
        self, source: str, headers: Mapping[str, str], raw: bytes, now: datetime, *, reason: str, path: str = ""
    ) -> Taken:
        """Put a delivery into quarantine."""
        aside = SetAside(
            id=hashlib.sha256(source.encode() + b"\n" + raw).hexdigest()[:32],
            source=source,
            headers=kept_headers(headers),
            path=path,
            reason=reason,
            received_at=now,
            size=len(raw),
        )
        self._quarantine.put(aside, raw)
        count("DeliveryQuarantined", source=source)
        logger.warning("set aside", extra={"quarantined": aside.id, "source": source, "path": path})
        return Taken(quarantined=aside.id, path=path, reason=reason)

    def _cancel(self, order_id: str, now: datetime) -> None:
        stored = cancel_for_store(order_id, orders=self._orders, executions=self._executions, now=now)
        if stored.late_cancellation:
            logger.warning("the store cancelled too late", extra={"order_id": order_id})


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """What a delivery's headers say of it: the platforms' own and the type, without signatures and keys."""
    kept = {}
    for name, value in headers.items():
        lower = name.lower()
        if any(word in lower for word in ("signature", "hmac", "authorization", "token", "secret", "key", "cookie")):
            continue
        if lower == "content-type" or lower.startswith(("x-shopify-", "x-wc-", "x-webhook-", "webhook-", "x-adobe-")):
            kept[lower] = value[:500]
    return kept
