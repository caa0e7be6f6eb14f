"""Taking in what stores deliver, by whatever way it came: a webhook, a fetched order, or out of quarantine.

The signature, or the store's own API, has vouched for a delivery before it comes here. From then on it is never
lost: it becomes an order, is queued to be fetched, is set aside with its reason, or is known to bring nothing.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

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
    OrderPlaced,
    Unreadable,
    platform,
)
from order_processing.stores.sender import EVERY_STORE, check_sender, connection_of

if TYPE_CHECKING:  # most deliveries are new orders, and need nothing of it
    from order_processing.store_changes import StoreChanges
    from order_processing.stores.mapping import Mappings


Told = OrderPlaced | OrderChanged | OrderDeleted


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
    """What became of a delivery. order_id: of its order, new or known. reason: why there is none, or not yet.

    action: for a known order, what was done about it: see `stores.arrival.judge`.
    """

    order_id: str = ""
    new: bool = False
    action: str = ""
    fetching: bool = False
    quarantined: str = ""
    path: str = ""
    reason: str = ""


class Deliveries:
    """Every way in for a store's delivery.

    changes: made when the first delivery of a known order comes. mappings: None where no store has one.
    """

    def __init__(
        self,
        *,
        orders: Orders,
        changes: "Callable[[], StoreChanges]",
        executions: Executions,
        quarantine: Quarantine,
        notices: Notices,
        mappings: "Mappings | None" = None,
    ) -> None:
        self._mappings = mappings
        self._orders = orders
        self._changes = changes
        self._executions = executions
        self._quarantine = quarantine
        self._notices = notices

    def receive(
        self, source: str, headers: Mapping[str, str], raw: bytes, now: datetime, *, sender: str = EVERY_STORE
    ) -> Taken:
        """Take in a delivery whose signature was right. source: a platform's name. sender: the store that signed it.

        Raises SignatureError for one that speaks of another store, and CannotCancel, as `take`.
        """

        def read() -> Delivery:
            delivery = platform(source).read(headers, raw)
            check_sender(delivery, sender)
            return delivery

        return self.take_or_set_aside(source, headers, raw, now, read)

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
        delivery = self._in_our_words(source, delivery)
        fingerprint = hashlib.sha256(raw).hexdigest()
        # What is probably known is looked up first: a write that is refused costs as much as one that is made.
        if not isinstance(delivery, OrderPlaced) and (taken := self._follow(source, delivery, raw, fingerprint, now)):
            return taken
        if isinstance(delivery, OrderDeleted):
            return Taken(reason="an order that was deleted before it was known")
        placed = take_in(delivery.order, raw, fingerprint, orders=self._orders, executions=self._executions, now=now)
        logger.info("order taken in", extra={"order_id": placed.order_id, "new": placed.new})
        if not placed.new and not placed.same_body:
            return self._follow(source, delivery, raw, fingerprint, now) or Taken(order_id=placed.order_id)
        return Taken(order_id=placed.order_id, new=placed.new)

    def _in_our_words(self, source: str, delivery: Told) -> Told:
        """The delivery as the store's mapping reads it."""
        if self._mappings is None or isinstance(delivery, OrderDeleted):
            return delivery
        mapping = self._mappings.of(source, connection_of(source, delivery.order.store))
        return delivery.model_copy(update={"order": mapping.read(delivery.order)}) if mapping else delivery

    def _follow(
        self,
        source: str,
        delivery: Told,
        raw: bytes,
        fingerprint: str,
        now: datetime,
    ) -> Taken | None:
        """What comes of a delivery whose order is known; None when it is not."""
        # Imported here, because most deliveries are new orders.
        from order_processing.store_changes import follow

        if isinstance(delivery, OrderDeleted):
            origin = (source, delivery.store, delivery.store_order_id)
        else:
            origin = (delivery.order.source, delivery.order.store, delivery.order.store_order_id)
        changes = self._changes()
        stored, judgement = follow(
            delivery,
            raw,
            fingerprint,
            lambda: changes.find(*origin),
            changes=changes,
            orders=self._orders,
            executions=self._executions,
            now=now,
        )
        if stored is None:
            return None
        return Taken(order_id=stored.order_id, action=judgement.action, reason=judgement.reason)

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
