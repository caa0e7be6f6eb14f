"""Whether the books say what the orders say: stock, documents, the mail of a hand-over. Rules, no I/O.

An order is open in the books from when it came until it has left the house or ended early: until then it may hold
something of the inventory, and each audit looks at it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, get_args

from order_processing.delivery import KeptDocument
from order_processing.findings import AuditKind, Kind
from order_processing.inventory import Stock, Supply
from order_processing.order_parts import Handling
from order_processing.reservation import Claim, SourceKey, SupplyKey, moves, received
from order_processing.settings import Settings
from order_processing.status import Status
from order_processing.stored_order import StoredOrder

KINDS: tuple[Kind, ...] = get_args(AuditKind)
"""The kinds of findings that the audits make, and resolve."""
QUIET = timedelta(minutes=15)
"""For how long after a change of an order what belongs to it may still be on its way."""
DOCUMENTS_DUE = timedelta(days=2)
"""For how long after it became ready each audit asks whether every document of an order is there."""
MOST_MAILS = 3
"""How often an audit has a mail of a hand-over sent again, before it is left to a person."""
RETURN_LABEL = re.compile(r"return-label-\d+\.pdf")
"""What is printed later, when a parcel is to come back, and is not named by the order's delivery."""

Held = Mapping[SourceKey, int]


class StockBook(NamedTuple):
    """What the inventory says of one SKU. claims: what orders hold of its supply."""

    stock: tuple[Stock, ...]
    supply: tuple[Supply, ...]
    claims: tuple[Claim, ...]


class Gap(NamedTuple):
    """A source of which another number of pieces is reserved than orders hold."""

    source: SourceKey
    reserved: int
    held: int

    @property
    def subject(self) -> str:
        """How a finding names it: kind, location, bucket or document, SKU."""
        kind, sku, location, document, bucket = self.source
        return f"{kind}#{location}#{document or bucket}#{sku}"


def sku_of(subject: str) -> str:
    """The SKU of a gap's or a claim's subject."""
    return subject.rpartition("#")[2]


def claim_subject(claim: Claim) -> str:
    """How a finding names a claim that no order holds."""
    return f"claim#{claim.location}#{claim.document}#{claim.order_id}#{claim.sku}"


def left_at(stored: StoredOrder) -> datetime | None:
    """When an order left the house or ended early; None while it is open in the books."""
    if stored.ended:
        return stored.times.get(stored.status.value, stored.received_at)
    return stored.handling.handed_over_at


def held_by(stored: StoredOrder, came: Collection[SupplyKey]) -> dict[SourceKey, int]:
    """The pieces that an order holds of each source. came: supplies that were promised to it and are stock now."""
    if left_at(stored) or stored.held is None:
        return {}
    held: Counter[SourceKey] = Counter()
    for move in received(moves(stored.held, None), came):
        held[move.source] += move.before
    return dict(held)


def total_of(held: Iterable[Held]) -> Counter[SourceKey]:
    """What several orders hold together."""
    total: Counter[SourceKey] = Counter()
    for one in held:
        total.update(one)
    return total


def gaps(sku: str, book: StockBook, held: Held) -> list[Gap]:
    """Every source of a SKU of which more or less is reserved than orders hold."""
    reserved: dict[SourceKey, int] = {}
    for there in book.stock:
        reserved["stock", there.sku, there.location, "", there.bucket] = there.reserved
    for coming in book.supply:
        reserved["supply", coming.sku, coming.location, coming.document, 0] = coming.reserved
    sources = {*reserved, *(source for source in held if source[1] == sku)}
    found = (Gap(source, reserved.get(source, 0), held.get(source, 0)) for source in sorted(sources))
    return [gap for gap in found if gap.reserved != gap.held]


def stray(claims: Iterable[Claim], held: Mapping[str, Held]) -> list[Claim]:
    """The claims on supply that no order holds. held: what each order holds, by its id."""
    return [
        claim
        for claim in claims
        if not held.get(claim.order_id, {}).get(("supply", claim.sku, claim.location, claim.document, 0))
    ]


def wrong_with_document(kept: KeptDocument, stored: StoredOrder | None, now: datetime) -> str:
    """Why a document in the bucket belongs to no order; "" where it does.

    What is being prepared has documents that its order does not name yet, and an erased order tells of nothing.
    """
    if stored is None:
        return "there is no such order"
    if stored.erased:
        return ""
    if stored.ended:
        ended_at = stored.times.get(stored.status.value, stored.received_at)
        return "the order ended early" if now >= ended_at + QUIET else ""
    if stored.delivery is None or not stored.has_reached(Status.READY_TO_SHIP) or now < kept.put_at + QUIET:
        return ""
    named = any(document.key == kept.key for document in stored.delivery.documents)
    return "" if named or RETURN_LABEL.fullmatch(kept.name) else "its order does not name it"


def documents_due(stored: StoredOrder, now: datetime) -> tuple[str, ...]:
    """The keys of the documents of an order that became ready lately; they are kept for longer than that."""
    ready_at = stored.times.get(Status.READY_TO_SHIP.value)
    if stored.delivery is None or stored.ended or stored.erased or not ready_at or now >= ready_at + DOCUMENTS_DUE:
        return ()
    return tuple(document.key for document in stored.delivery.documents)


def hand_over_untold(stored: StoredOrder, settings: Settings, now: datetime) -> bool:
    """Whether the customer should have been told that the parcels are on their way, and the mail was cut."""
    if stored.ended or stored.erased or stored.delivery is None or "@" not in stored.mail_address:
        return False
    if not any(shipment.parcels for shipment in stored.delivery.shipments):
        return False
    handling = stored.handling
    if handling.told:
        return handling.told.sent_at is None and now >= handling.told.attempt_at + QUIET
    due_at = _due_at(stored, handling, settings)
    return due_at is not None and now >= due_at + QUIET


def _due_at(stored: StoredOrder, handling: Handling, settings: Settings) -> datetime | None:
    when = settings.notices.shipped
    if when == "ready":
        return stored.times.get(Status.READY_TO_SHIP.value)
    return handling.handed_over_at if when == "hand_over" else None
