"""One order as its customer sees it: where it is, what has happened, what comes when, and what it costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from order_processing.delivery import Parcel, Shipment
from order_processing.mail import sums as order_sums
from order_processing.mail.letter import Labelled, LineShown, Link
from order_processing.mail.plain import one_line
from order_processing.mail.writer import NotPromised
from order_processing.order import Line
from order_processing.order_parts import CUSTOMER
from order_processing.pages.wording import Wording
from order_processing.settings import Settings
from order_processing.status import Status
from order_processing.stored_order import StoredOrder

IN_WORK = frozenset({"checking", "confirming", "confirmed"})
"""The states in which something is about to happen without anybody."""
_EVENTS = {
    Status.RECEIVED: "received",
    Status.CORRECTION_PENDING: "question",
    Status.VERIFIED: "checked",
    Status.OFFER_PENDING: "choice",
    Status.RESERVED: "reserved",
    Status.APPROVAL_PENDING: "approval",
    Status.CONFIRMED: "confirmed",
    Status.READY_TO_SHIP: "ready",
    Status.REJECTED: "rejected",
    Status.CANCELLED: "cancelled",
    Status.EXPIRED: "expired",
}


@dataclass(frozen=True)
class EventShown:
    """Something that happened. at: ISO 8601, for programs."""

    at: str
    when: str
    what: str


@dataclass(frozen=True, kw_only=True)
class ShipmentShown:
    """What leaves together. parcels: each with where it is followed, "" for nowhere."""

    title: str
    facts: tuple[Labelled, ...]
    contents: tuple[str, ...]
    parcels: tuple[Link, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OrderShown:
    """The whole page in finished words; empty parts are left out."""

    paragraphs: tuple[str, ...]
    live: bool
    facts: tuple[Labelled, ...]
    timeline: tuple[EventShown, ...]
    shipments: tuple[ShipmentShown, ...]
    lines: tuple[LineShown, ...]
    sums: tuple[Labelled, ...]
    total: Labelled
    included: tuple[str, ...]
    addresses: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class RowShown:
    """One order in the list. state: the key of its short name."""

    number: str
    url: str
    description: str
    recorded: str
    state: str
    amount: str


def state_of(stored: StoredOrder) -> str:
    """Where an order is, in the few steps that matter to its customer."""
    if stored.ended:
        return stored.status.value.lower()
    if stored.pending:
        return "question" if stored.asks_customer else "staff"
    if stored.status is Status.READY_TO_SHIP:
        return "digital" if not travels(stored) else "shipped" if stored.handling.handed_over_at else "ready"
    if stored.has_reached(Status.CONFIRMED):
        return "confirmed"
    return "confirming" if stored.has_reached(Status.RESERVED) else "checking"


def travels(stored: StoredOrder) -> bool:
    """Whether anything of the order is sent in a parcel, as far as it is known."""
    return bool(stored.delivery and stored.delivery.shipments)


def heading_of(stored: StoredOrder, wording: Wording) -> str:
    """Where the order is, in a few words."""
    state = state_of(stored)
    if stored.ended:
        return wording.mail.text(f"{state}.heading")
    return wording.say("staff.heading" if state == "staff" else f"state.{state}.heading")


def order_page(stored: StoredOrder, wording: Wording, settings: Settings, *, live: bool) -> OrderShown:
    """live: whether the page renews itself."""
    order, writer = wording.order, wording.mail
    sums = _sums(wording)
    return OrderShown(
        paragraphs=(*_paragraphs(stored, wording), *_erased(stored, wording, settings)),
        live=live,
        facts=writer.facts(*_complete_by(stored, wording)),
        timeline=tuple(_timeline(stored, wording)),
        shipments=_prepared(stored, wording, settings) or _promised(stored, wording),
        lines=tuple(_line(line, stored, wording) for line in order.lines),
        sums=writer.sums(sums) if sums else (),
        total=Labelled(writer.text("sum.total"), writer.amount(order.total)),
        included=writer.included(sums) if sums else (),
        addresses=tuple(_addresses(wording)),
    )


def _paragraphs(stored: StoredOrder, wording: Wording) -> tuple[str, ...]:
    state, words = state_of(stored), wording.mail.text
    if stored.ended:
        return words(f"{state}.intro"), words("ended.nothing_delivered"), wording.mail.refund()
    if state == "staff":
        return (wording.say("staff.text"),)
    text = (wording.say(f"state.{state}.text"),)
    if state != "question" or not stored.question:
        return text
    return (*text, words("question.until", time=wording.mail.moment(stored.question.expires_at)))


def _erased(stored: StoredOrder, wording: Wording, settings: Settings) -> Iterable[str]:
    if stored.erased:
        day = wording.mail.figures.day_of(stored.erased.at, settings.store.time_zone)
        yield wording.page("order.erased", date=day)


def _complete_by(stored: StoredOrder, wording: Wording) -> Iterable[Labelled]:
    day = stored.promise.delivery_date if stored.promise and stored.has_reached(Status.CONFIRMED) else None
    if day:
        yield Labelled(wording.mail.text("fact.delivery"), wording.mail.figures.day(day))


def _timeline(stored: StoredOrder, wording: Wording) -> Iterable[EventShown]:
    """What happened, the oldest first; a status is told when it was reached first."""
    handling, late = stored.handling, stored.late_cancellation
    events = [(at, _EVENTS[Status(status)]) for status, at in stored.times.items() if Status(status) in _EVENTS]
    events += [(answer.at, "answered" if answer.actor == CUSTOMER else "decided") for answer in stored.answers]
    if state_of(stored) != "digital":
        packed = ((handling.packed_at, "packed"), (handling.handed_over_at, "shipped"))
        events += [(at, what) for at, what in packed if at]
    events += [(late.at, "late_cancellation")] if late else []
    for at, what in sorted(events, key=lambda event: event[0]):
        yield EventShown(at=at.isoformat(), when=wording.mail.moment(at), what=wording.say(f"event.{what}"))


def _line(line: Line, stored: StoredOrder, wording: Wording) -> LineShown:
    writer, verified = wording.mail, stored.verified
    if verified is None:
        return writer.line(line)
    item = verified.item(line.line_id)
    promised = stored.promise if stored.has_reached(Status.CONFIRMED) else None
    try:
        delivery = writer.delivery(line, item, promised) if promised else ()
    except NotPromised:
        delivery = ()
    return writer.line(line, item, delivery)


def _prepared(stored: StoredOrder, wording: Wording, settings: Settings) -> tuple[ShipmentShown, ...]:
    """The shipments as they were packed, with their parcels."""
    shipments = stored.delivery.shipments if stored.delivery and not stored.ended else ()
    number = 0
    shown = []
    for place, shipment in enumerate(shipments, 1):
        first, number = number + 1, number + len(shipment.parcels)
        parcels = tuple(_followed(parcel, first + i, wording) for i, parcel in enumerate(shipment.parcels))
        pieces: defaultdict[str, int] = defaultdict(int)
        for packed in (packed for parcel in shipment.parcels for packed in parcel.contents):
            pieces[packed.description] += packed.quantity
        facts = (
            *_dates(shipment.ship_date, _arrival(stored, shipment), wording),
            _carrier(shipment, wording, settings),
        )
        shown.append(_shipment(place, len(shipments), facts, pieces, wording, parcels))
    return tuple(shown)


def _promised(stored: StoredOrder, wording: Wording) -> tuple[ShipmentShown, ...]:
    """The shipments as they are promised: what leaves one place on one day."""
    verified, promise = stored.verified, stored.promise
    if not verified or not promise or not stored.has_reached(Status.CONFIRMED):
        return ()
    groups: defaultdict[tuple[date, str], list[date]] = defaultdict(list)
    pieces: defaultdict[tuple[date, str], defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for a in promise.allocations:
        groups[a.ship_date, a.location].append(a.delivery_date)
        pieces[a.ship_date, a.location][verified.item(a.line_id).part(a.sku).description] += a.quantity
    return tuple(
        _shipment(place, len(groups), _dates(key[0], max(groups[key]), wording), pieces[key], wording)
        for place, key in enumerate(sorted(groups), 1)
    )


def _shipment(
    place: int,
    of: int,
    facts: tuple[Labelled, ...],
    pieces: dict[str, int],
    wording: Wording,
    parcels: tuple[Link, ...] = (),
) -> ShipmentShown:
    writer = wording.mail
    number = writer.figures.number
    title = wording.page("shipment.title", number=number(place), of=number(of)) if of > 1 else ""
    contents = (
        writer.text("ready.content", quantity=number(quantity), description=one_line(description))
        for description, quantity in pieces.items()
    )
    return ShipmentShown(
        title=title or wording.page("shipment.only"), facts=facts, contents=tuple(contents), parcels=parcels
    )


def _dates(leaves: date, arrives: date | None, wording: Wording) -> tuple[Labelled, ...]:
    writer = wording.mail
    shown = [Labelled(writer.text("fact.ships"), writer.figures.day(leaves))]
    if arrives:
        shown.append(Labelled(wording.page("shipment.arrives"), writer.figures.day(arrives)))
    return tuple(shown)


def _arrival(stored: StoredOrder, shipment: Shipment) -> date | None:
    if stored.promise is None:
        return None
    here = [a for a in stored.promise.allocations if a.location == shipment.location]
    then = [a for a in here if a.ship_date == shipment.ship_date] or here
    return max((a.delivery_date for a in then), default=None)


def _carrier(shipment: Shipment, wording: Wording, settings: Settings) -> Labelled:
    service = settings.services.get(shipment.service)
    return Labelled(wording.mail.text("fact.carrier"), one_line(service.carrier if service else shipment.service))


def _followed(parcel: Parcel, number: int, wording: Wording) -> Link:
    """Only what a browser may safely open is a link."""
    shown = wording.mail.figures.number(number)
    if parcel.tracking_url.startswith("https://"):
        return Link(wording.page("shipment.track", number=shown), parcel.tracking_url)
    return Link(wording.mail.text("ready.sscc", sscc=parcel.tracking), "")


def _sums(wording: Wording) -> order_sums.Sums | None:
    """None for an order whose rows do not make its total: then just the total is shown, as it was placed."""
    try:
        return order_sums.of_order(wording.order)
    except order_sums.DoesNotAddUp:
        return None


def _addresses(wording: Wording) -> Iterable[tuple[str, tuple[str, ...]]]:
    order, words = wording.order, wording.mail.text
    for title, address in (("shipping_address", order.shipping_address), ("billing_address", order.billing_address)):
        if address:
            yield words(f"field.{title}"), tuple(map(one_line, wording.mail.figures.address(address)))


def short_state(status: Status, *, shipped: bool) -> str:
    """The key of a state's short name, from what a list knows of an order."""
    if shipped:
        return "short.shipped"
    if status in (Status.RECEIVED, Status.VERIFIED, Status.RESERVED):
        return "short.checking"
    if status in (Status.CONFIRMED, Status.RECORDED):
        return "short.confirmed"
    ready = "ready" if status is Status.READY_TO_SHIP else status.value.lower()
    return f"short.{'waiting' if status.value.endswith('_PENDING') else ready}"


def is_fresh(stored: StoredOrder, now: datetime, seconds: int) -> bool:
    """Whether an order in work came in so lately that its next step is a matter of seconds."""
    return state_of(stored) in IN_WORK and (now - stored.received_at).total_seconds() < seconds
