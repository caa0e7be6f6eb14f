"""Once a day: whether inventory, documents and accounts say what the orders say.

Every order is listed when it has come in, and looked at by each audit until it has left or ended early, and once more
then. Nothing is scanned: orders are found by the day they came in and by that list, stock by their SKUs, accounts by
their customers, documents by key. A run that is cut, or that has no more time, is gone on with by the next one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Protocol

from order_processing.auditing import MOST_MAILS, QUIET, hand_over_untold, left_at
from order_processing.findings import Finding, Findings
from order_processing.observe import logger, told_without_personal_data
from order_processing.order import Record
from order_processing.settings import Settings
from order_processing.stages.audit_accounts import AccountAudit, AccountBooks
from order_processing.stages.audit_documents import DocumentAudit, KeptDocuments
from order_processing.stages.audit_notes import Notes
from order_processing.stages.audit_stock import AuditedOrders, Holdings, StockAudit, StockBooks
from order_processing.status import Status
from order_processing.stored_order import StoredOrder

_BACK = timedelta(days=90)
"""How far the first audit looks back."""
_MOMENT = timedelta(milliseconds=1)
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_ORDERS = "orders"


class AuditList(Protocol):
    """The orders that each audit looks at again."""

    def add(self, since: datetime, order_ids: Sequence[str]) -> None: ...

    def pages(self) -> Iterator[tuple[str, list[str]]]: ...

    def keep(self, entry: str, order_ids: Sequence[str]) -> None: ...


class Audited(Record):
    """What an audit came to. looked_at: orders. left: the parts of the books that the next run begins with."""

    looked_at: int = 0
    left: tuple[str, ...] = ()
    found: tuple[Finding, ...] = ()
    resolved: tuple[Finding, ...] = ()


class Audit:
    """One run.

    tell: calls the stage that sends the mail of a hand-over, which does nothing where it was sent.
    in_time: whether there is time for more. pause: waits so many seconds.
    """

    def __init__(
        self,
        *,
        orders: AuditedOrders,
        listed: AuditList,
        stock: StockBooks,
        accounts: AccountBooks,
        documents: KeptDocuments,
        findings: Findings,
        tell: Callable[[str], None],
        settings: Settings,
        clock: Callable[[], datetime],
        in_time: Callable[[], bool] = lambda: True,
        pause: Callable[[float], None],
    ) -> None:
        self._orders, self._listed, self._stock, self._accounts = orders, listed, stock, accounts
        self._tell, self._settings, self._pause = tell, settings, pause
        self._now = clock()
        self._notes = Notes(findings, self._now, in_time)
        self._documents = DocumentAudit(documents, orders, self._notes, self._now)
        self._holdings = Holdings(orders, stock, clock, self._now - QUIET)
        self._skus: set[str] = set()
        self._by_customer: dict[str, set[str]] = defaultdict(set)
        self._looked_at = 0

    def run(self) -> Audited:
        """Look at everything."""
        # Only when all open orders were looked at is it known what they hold.
        if self._list_new() and self._look_at_orders():
            StockAudit(self._stock, self._holdings, self._notes, self._pause).run(self._skus)
        AccountAudit(self._accounts, self._notes, self._now).run(self._by_customer)
        self._documents.run()
        notes = self._notes
        left = tuple(dict.fromkeys(notes.left))
        return Audited(looked_at=self._looked_at, left=left, found=tuple(notes.found), resolved=tuple(notes.resolved))

    def _list_new(self) -> bool:
        """List the orders that have come in since the last run; whether there was time for all."""
        until = self._now - QUIET
        place = self._notes.place(_ORDERS)
        first = datetime.fromisoformat(place) if place else self._now - _BACK
        while first < until:
            if not self._notes.in_time(_ORDERS):
                return False
            midnight = datetime.combine(first.date() + _DAY, time(), first.tzinfo)  # the index has a key for each day
            last = min(until, midnight, *([first + _HOUR] if until - first < _DAY else []))
            self._listed.add(first, self._orders.received_between(first, last - _MOMENT))
            self._notes.keep_place(_ORDERS, last.isoformat())
            first = last
        return True

    def _look_at_orders(self) -> bool:
        """Look at every listed order, and strike those off that are over; whether there was time for all."""
        for entry, order_ids in self._listed.pages():
            if not self._notes.in_time(_ORDERS):
                return False
            known = set()
            still_open = []
            for stored in self._holdings.load(order_ids):
                known.add(stored.order_id)
                if self._look_at(stored):
                    still_open.append(stored.order_id)
            if still_open != order_ids:
                self._listed.keep(entry, still_open)
        again = {*self._notes.subjects("RESERVATION_LEFT"), *self._notes.subjects("HAND_OVER_NOT_TOLD")}
        for stored in self._holdings.load(sorted(order_id for order_id in again if "#" not in order_id)):
            self._look_at(stored)
        return True

    def _look_at(self, stored: StoredOrder) -> bool:
        """Look at what belongs to one order alone; whether it is to be looked at again."""
        self._looked_at += 1
        if stored.verified:
            self._skus |= {line.sku for line in stored.verified.order.lines}
            if Status.CONFIRMED.value in stored.times:
                self._by_customer[stored.verified.customer_id].add(stored.order_id)
        self._parts(stored)
        self._documents.missing(stored)
        untold = self._told(stored)
        over = left_at(stored)
        return untold or over is None or self._now < over + QUIET

    def _parts(self, stored: StoredOrder) -> None:
        """What a large change of a reservation has left. It belongs to no order, and goes where it should."""
        if not self._stock.parts_left(stored.order_id):
            self._notes.right("RESERVATION_LEFT", stored.order_id)
            return
        self._notes.wrong("RESERVATION_LEFT", stored.order_id, done="brought to an end")
        self._stock.finish(stored.order_id)

    def _told(self, stored: StoredOrder) -> bool:
        """Whether a mail of a hand-over that was cut is still to be sent again."""
        if not hand_over_untold(stored, self._settings, self._now):
            self._notes.right("HAND_OVER_NOT_TOLD", stored.order_id)
            return False
        times = self._notes.times("HAND_OVER_NOT_TOLD", stored.order_id)
        if times >= MOST_MAILS:
            advice = "tell the customer that the parcels are on their way: the mail could not be sent"
            self._notes.wrong("HAND_OVER_NOT_TOLD", stored.order_id, advice=advice)
            return False
        self._notes.wrong("HAND_OVER_NOT_TOLD", stored.order_id, done="sent again")
        try:
            self._tell(stored.order_id)
        except Exception as error:  # noqa: BLE001 - it is tried again by the next run
            told = told_without_personal_data(error)
            logger.error("could not be told now", extra={"order_id": stored.order_id, "fault": told})
        return True
