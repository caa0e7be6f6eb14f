"""What the rest of the company is told of an order: one event for each change that matters outside.

An event says what is so after the change, in the order's own terms, and nothing about the customer: no name,
address, e-mail, phone number, text that somebody wrote, or id of a person. `docs/events.md` describes each.
"""

from datetime import date, datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from order_processing import order_number
from order_processing.delivery import Delivery, Parcel
from order_processing.order import Order, Record
from order_processing.order_parts import Handling, Reason
from order_processing.promise import Promise
from order_processing.status import Status
from order_processing.store_state import StoreState

LARGEST = 240_000
"""Bytes of an event's JSON. EventBridge takes 256 KB an entry, with its names and times."""


class Head(Record):
    """An order's head at one version; see `StoredOrder` for the fields.

    replaced_at: the version at which its store last changed it; 0 if it has not.
    """

    order_id: str
    version: int
    status: Status
    times: dict[str, datetime] = {}
    reason: Reason | None = None
    promise: Promise | None = None
    delivery: Delivery | None = None
    handling: Handling = Field(default_factory=Handling)
    replaced_at: int = 0


class OrderEvent(Record):
    """What every event says.

    id: the same each time this event is sent: an id that was seen before is to be left alone.
    sequence: grows with each event of one order, not by one each time. An event with a lower sequence than
        one already seen of its order comes late, and says what was so before.
    at: when the change was made. status: the order's after it.
    complete: False where lists were left out because the event would have been too large.
    """

    lists: ClassVar[tuple[str, ...]] = ()

    schema_version: Literal[1] = 1
    id: str
    order_id: str
    number: str = Field(description="the order's number as people read it")
    sequence: int = Field(ge=0)
    at: datetime
    status: Status
    complete: bool = True

    @property
    def name(self) -> str:
        """What kind of event it is."""
        return type(self).__name__

    def fitted(self) -> "OrderEvent":
        """The event as it can be sent: without its lists where they are too long."""
        if len(self.model_dump_json()) <= LARGEST:
            return self
        return self.model_copy(update={**dict.fromkeys(self.lists, ()), "complete": False})


class OrderedLine(Record):
    """A line as ordered. sku: as the store sent it."""

    line_id: str
    sku: str
    quantity: int


class PromisedLine(Record):
    """Pieces of a line that come from one place on one day."""

    line_id: str
    sku: str
    quantity: int
    location: str
    ship_date: date
    delivery_date: date


class PackedPieces(Record):
    """Pieces of a line in a parcel."""

    line_id: str
    sku: str
    quantity: int


class ParcelReady(Record):
    """A parcel. sscc: 18 digits; weight_g: gross."""

    sscc: str
    weight_g: int
    contents: tuple[PackedPieces, ...]


class ShipmentReady(Record):
    """Parcels that leave one location together."""

    location: str
    ship_date: date
    service: str
    parcels: tuple[ParcelReady, ...]


class OrderReceived(OrderEvent):
    """An order came in. total: minor units of the currency."""

    lists = ("lines",)

    source: str
    store: str
    store_order_id: str
    store_order_number: str
    placed_at: datetime
    currency: str
    total: int
    lines: tuple[OrderedLine, ...]


class OrderReplaced(OrderEvent):
    """Its store changed the order before it was confirmed, or opened an ended one again: it begins anew, as it is now.

    reopened: whether it had ended. total: minor units of the currency.
    """

    lists = ("lines",)

    reopened: bool
    currency: str
    total: int
    lines: tuple[OrderedLine, ...]


class _WithReason(OrderEvent):
    reason_code: str


class OrderCorrectionNeeded(_WithReason):
    """The order waits for its customer, or for staff, to put something right."""


class OrderOffered(_WithReason):
    """The order cannot be promised as asked: it waits for its customer's choice."""


class OrderApprovalNeeded(_WithReason):
    """The order waits for staff's decision."""


class OrderResumed(OrderEvent):
    """Whoever was asked has answered, and the order goes on."""


class _WithPromise(OrderEvent):
    lists = ("promised",)

    delivery_date: date | None = Field(description="the day on which everything is there; none if nothing travels")
    promised: tuple[PromisedLine, ...]


class OrderReserved(_WithPromise):
    """All that was ordered is promised, and held."""


class OrderConfirmed(_WithPromise):
    """The customer has been told in writing, or by staff: from here on the order goes forward."""


class OrderPromiseChanged(_WithPromise):
    """What had been confirmed comes otherwise than promised."""

    previous_delivery_date: date | None


class OrderRecorded(OrderEvent):
    """The order stands in the customer's account."""


class OrderReadyToShip(OrderEvent):
    """Parcels, labels and papers are ready."""

    lists = ("shipments",)

    shipments: tuple[ShipmentReady, ...]


class OrderHandedOver(OrderEvent):
    """The carrier has the parcels. manifest: the number of the list they left with."""

    manifest: str


class OrderRejected(_WithReason):
    """The order ended: it could never be right, or staff refused it."""


class OrderCancelled(_WithReason):
    """The order ended: its customer or staff cancelled it."""


class OrderExpired(_WithReason):
    """The order ended: nobody decided in time."""


EVENTS: tuple[type[OrderEvent], ...] = (
    OrderReceived,
    OrderReplaced,
    OrderCorrectionNeeded,
    OrderOffered,
    OrderReserved,
    OrderApprovalNeeded,
    OrderResumed,
    OrderConfirmed,
    OrderRecorded,
    OrderReadyToShip,
    OrderHandedOver,
    OrderPromiseChanged,
    OrderRejected,
    OrderCancelled,
    OrderExpired,
)

_REASONED: dict[Status, type[_WithReason]] = {
    Status.CORRECTION_PENDING: OrderCorrectionNeeded,
    Status.OFFER_PENDING: OrderOffered,
    Status.APPROVAL_PENDING: OrderApprovalNeeded,
    Status.REJECTED: OrderRejected,
    Status.CANCELLED: OrderCancelled,
    Status.EXPIRED: OrderExpired,
}
_PROMISED = frozenset({Status.CONFIRMED, Status.RECORDED, Status.READY_TO_SHIP})
_PENDING = frozenset({Status.CORRECTION_PENDING, Status.OFFER_PENDING, Status.APPROVAL_PENDING})


def received(order_id: str, order: Order, received_at: datetime) -> OrderReceived:
    """The event of an order that came in."""
    return OrderReceived(
        **_shared(order_id, 0, Status.RECEIVED, received_at),
        source=order.source,
        store=order.store,
        store_order_id=order.store_order_id,
        store_order_number=order.store_order_number,
        placed_at=order.placed_at,
        currency=order.currency,
        total=order.total,
        lines=_lines(order),
    )


def replaced(order_id: str, state: StoreState) -> OrderReplaced | None:
    """The event of a later state that the store told; None for one that the order does not go on with."""
    if not state.counts:
        return None
    return OrderReplaced(
        **_shared(order_id, state.version, Status.RECEIVED, state.at),
        reopened=state.action == "take_up_again",
        currency=state.order.currency,
        total=state.order.total,
        lines=_lines(state.order),
    )


def _lines(order: Order) -> tuple[OrderedLine, ...]:
    return tuple(OrderedLine(line_id=x.line_id, sku=x.sku, quantity=x.quantity) for x in order.lines)


def event_of(before: Head | None, after: Head, changed_at: datetime) -> OrderEvent | None:
    """The event that a change of an order's head makes, or None where it concerns nobody outside.

    changed_at: when the change was written, for changes that carry no time of their own.
    """
    if after.replaced_at != (before.replaced_at if before else 0):
        return None  # the store's state itself, written in the same step, is told
    if before is None or before.status is not after.status:
        return _new_status(before, after, changed_at)
    if after.handling.handed_over_at and not before.handling.handed_over_at:
        shared = _of(after, after.handling.handed_over_at)
        return OrderHandedOver(**shared, manifest=after.handling.manifest)
    if after.status in _PROMISED and before.promise and after.promise and before.promise != after.promise:
        previous = before.promise.delivery_date
        return OrderPromiseChanged(
            **_of(after, changed_at), **_promised(after.promise), previous_delivery_date=previous
        )
    return None


def _new_status(before: Head | None, after: Head, changed_at: datetime) -> OrderEvent | None:
    shared = _of(after, after.times.get(after.status.value, changed_at))
    if kind := _REASONED.get(after.status):
        return kind(**shared, reason_code=after.reason.code if after.reason else "")
    if before and before.status in _PENDING and after.promise == before.promise:
        return OrderResumed(**shared)
    if after.status is Status.RESERVED:
        return OrderReserved(**shared, **_promised(after.promise))
    if after.status is Status.CONFIRMED:
        return OrderConfirmed(**shared, **_promised(after.promise))
    if after.status is Status.RECORDED:
        return OrderRecorded(**shared)
    if after.status is Status.READY_TO_SHIP:
        return OrderReadyToShip(**shared, shipments=_shipments(after.delivery))
    return None


def _of(head: Head, at: datetime) -> dict[str, Any]:
    return _shared(head.order_id, head.version, head.status, at)


def _shared(order_id: str, sequence: int, status: Status, at: datetime) -> dict[str, Any]:
    return {
        "id": f"{order_id}-{sequence}",
        "order_id": order_id,
        "number": order_number.display(order_id),
        "sequence": sequence,
        "at": at,
        "status": status,
    }


def _promised(promise: Promise | None) -> dict[str, Any]:
    lines = tuple(
        PromisedLine(
            line_id=a.line_id,
            sku=a.sku,
            quantity=a.quantity,
            location=a.location,
            ship_date=a.ship_date,
            delivery_date=a.delivery_date,
        )
        for a in (promise.allocations if promise else ())
    )
    return {"delivery_date": promise.delivery_date if promise else None, "promised": lines}


def _shipments(delivery: Delivery | None) -> tuple[ShipmentReady, ...]:
    return tuple(
        ShipmentReady(
            location=shipment.location,
            ship_date=shipment.ship_date,
            service=shipment.service,
            parcels=tuple(map(_parcel, shipment.parcels)),
        )
        for shipment in (delivery.shipments if delivery else ())
    )


def _parcel(parcel: Parcel) -> ParcelReady:
    contents = tuple(PackedPieces(line_id=c.line_id, sku=c.sku, quantity=c.quantity) for c in parcel.contents)
    return ParcelReady(sscc=parcel.sscc, weight_g=parcel.weight_g, contents=contents)
