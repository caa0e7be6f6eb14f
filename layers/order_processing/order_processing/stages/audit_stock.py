"""Reservation without order: what is reserved of each source against what the open orders hold of it.

Orders go on meanwhile. So where the two differ, the orders are read anew between two readings of the inventory that
say the same, and that twice with a pause: what still differs does so because nobody holds it, not because somebody
was just at it. What never stands still is left to the next run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Protocol

from order_processing.auditing import (
    Gap,
    Held,
    StockBook,
    claim_subject,
    gaps,
    held_by,
    left_at,
    sku_of,
    stray,
    total_of,
)
from order_processing.promise import Promise
from order_processing.reservation import Claim, SupplyKey
from order_processing.stages.audit_notes import Notes
from order_processing.stored_order import StoredOrder

PAUSE_SECONDS = 2.0
"""Between two looks at what differs: by then an order that came in is in the index, and one that moves has moved."""
_OVERLAP = timedelta(minutes=1)
_READERS = 8
_LOOKS = 6


class AuditedOrders(Protocol):
    """Orders by the time they came in, and by id."""

    def received_between(self, first: datetime, last: datetime) -> list[str]: ...

    def look_up(self, order_id: str) -> StoredOrder | None: ...


class StockBooks(Protocol):
    """What the inventory says, and what may be put right of it."""

    def read(self, sku: str) -> StockBook: ...

    def came(self, order_id: str, held: Promise) -> set[SupplyKey]: ...

    def parts_left(self, order_id: str) -> tuple[str, ...]: ...

    def finish(self, order_id: str) -> None: ...

    def give_back(self, claim: Claim, version: int) -> bool: ...


class Holdings:
    """What the open orders hold, as they were when they were looked at last."""

    def __init__(
        self, orders: AuditedOrders, stock: StockBooks, clock: Callable[[], datetime], until: datetime
    ) -> None:
        self._orders = orders
        self._stock = stock
        self._clock = clock
        self._until = until
        self.held: dict[str, Held] = {}
        self._by_sku: dict[str, set[str]] = defaultdict(set)
        self._on_their_way: set[str] = set()

    def load(self, order_ids: Iterable[str]) -> Iterator[StoredOrder]:
        """Orders as they are now, several at a time, each with what it holds."""
        with ThreadPoolExecutor(_READERS) as readers:
            for found in readers.map(self._load, order_ids):
                if found:
                    yield found

    def catch_up(self) -> None:
        """Look at the orders that have come in since the last time."""
        now = self._clock()
        self._look(self._orders.received_between(self._until - _OVERLAP, now))
        self._until = now

    def look_again(self, sku: str) -> None:
        """Look anew at all that hold something of a SKU, and at all that do not hold anything yet."""
        self._look([*self._by_sku[sku], *self._on_their_way])
        self.catch_up()

    def of(self, sku: str) -> dict[str, Held]:
        """What each order holds that holds something of a SKU."""
        return {order_id: self.held[order_id] for order_id in self._by_sku[sku]}

    def skus(self) -> list[str]:
        """Every SKU of which something is held."""
        return [sku for sku, order_ids in self._by_sku.items() if order_ids]

    def _look(self, order_ids: Iterable[str]) -> None:
        for _ in self.load(order_ids):
            pass

    def _load(self, order_id: str) -> StoredOrder | None:
        stored = self._orders.look_up(order_id)
        if stored is None:
            return None
        came = self._stock.came(order_id, stored.held) if stored.held else set()
        held = held_by(stored, came)
        for sku in {source[1] for source in self.held.get(order_id, {})}:
            self._by_sku[sku].discard(order_id)
        for sku in {source[1] for source in held}:
            self._by_sku[sku].add(order_id)
        self.held[order_id] = held
        (self._on_their_way.discard if held or left_at(stored) else self._on_their_way.add)(order_id)
        return stored


def compare(
    sku: str, stock: StockBooks, holdings: Holdings, pause: Callable[[float], None]
) -> tuple[list[Gap], list[Claim]] | None:
    """The gaps of a SKU and the claims that no order holds; None where it did not stand still."""

    def differing(book: StockBook) -> tuple[list[Gap], list[Claim]]:
        return gaps(sku, book, total_of(holdings.of(sku).values())), stray(book.claims, holdings.held)

    nothing: tuple[list[Gap], list[Claim]] = ([], [])
    if differing(stock.read(sku)) == nothing:
        return nothing
    last: tuple[list[Gap], list[Claim]] | None = None
    for _ in range(_LOOKS):
        before = stock.read(sku)
        holdings.look_again(sku)
        if stock.read(sku) != before:
            last = None
            continue
        seen = differing(before)
        if seen in (nothing, last):
            return seen
        last = seen
        pause(PAUSE_SECONDS)
    return None


class StockAudit:
    """One audit of what is reserved. holdings: of all open orders. pause: waits so many seconds."""

    def __init__(self, stock: StockBooks, holdings: Holdings, notes: Notes, pause: Callable[[float], None]) -> None:
        self._stock = stock
        self._holdings = holdings
        self._notes = notes
        self._pause = pause

    def run(self, skus: Iterable[str]) -> None:
        """Compare every SKU that is held or was named lately. skus: of the orders that were looked at."""
        open_before = [*self._notes.subjects("RESERVATION_DIFFERS"), *self._claims_before()]
        self._holdings.catch_up()
        for sku in self._notes.each("stock", [*skus, *self._holdings.skus(), *map(sku_of, open_before)]):
            seen = compare(sku, self._stock, self._holdings, self._pause)
            if seen is None:
                continue  # too busy to tell
            wrong, claims = seen
            for subject in open_before:
                if sku_of(subject) == sku and subject not in {*(g.subject for g in wrong), *map(claim_subject, claims)}:
                    self._notes.right(
                        "RESERVATION_LEFT" if subject.startswith("claim#") else "RESERVATION_DIFFERS", subject
                    )
            for claim in claims:
                self._stray(claim)
            for gap in wrong:
                self._differs(gap, claims)

    def _claims_before(self) -> list[str]:
        return [subject for subject in self._notes.subjects("RESERVATION_LEFT") if subject.startswith("claim#")]

    def _stray(self, claim: Claim) -> None:
        """Give back the claim of an order that is over. What goes on holds what it says: that is for a person."""
        over = [stored for stored in self._holdings.load([claim.order_id]) if left_at(stored)]
        if over:
            self._notes.wrong("RESERVATION_LEFT", claim_subject(claim), done="given back")
            self._stock.give_back(claim, over[0].version)
        else:
            advice = f"{claim.quantity} pieces are claimed for order {claim.order_id}, which does not hold them"
            self._notes.wrong("RESERVATION_LEFT", claim_subject(claim), advice=advice)

    def _differs(self, gap: Gap, claims: Iterable[Claim]) -> None:
        """Left to a person: what is reserved too much may be held by an order that no index shows any more."""
        kind, sku, location, document, _ = gap.source
        of = [each.quantity for each in claims if (each.sku, each.location, each.document) == (sku, location, document)]
        if kind == "supply" and sum(of) == gap.reserved - gap.held:
            return  # that is the claim that was found
        advice = f"{gap.reserved} are reserved, orders hold {gap.held}: `python -m operating.stock {sku}`"
        self._notes.wrong("RESERVATION_DIFFERS", gap.subject, advice=advice)
