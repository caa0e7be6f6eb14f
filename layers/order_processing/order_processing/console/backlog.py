"""What else waits for staff beside decisions, the oldest first: customers who were not reached, changes and
cancellations that came too late, promises that cannot be kept, and what the sweeps leave to a person."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol

from order_processing import order_number
from order_processing.findings import Finding
from order_processing.mail_reports import UnreachedCustomers
from order_processing.order import Record
from order_processing.orders import Orders
from order_processing.renewal_port import Broken

BACK = timedelta(days=30)
"""How far back is looked for what came too late: it stays on its list for good."""
MOST = 100


class Entry(Record):
    """Something that waits. order_id: "" for what is no order's. path: of the page where it is seen to."""

    at: datetime
    what: str
    why: str = ""
    order_id: str = ""
    path: str = ""


class BrokenPromises(Protocol):
    def broken(self) -> list[Broken]:
        """All of them, the oldest first."""
        ...


class LateCancellations(Protocol):
    def late_cancellations(self, since: datetime, /) -> list[str]:
        """The ids of the orders, since a time, the oldest first."""
        ...


class LateChanges(Protocol):
    def for_staff(self, since: datetime, /) -> list[tuple[str, str]]:
        """When, and the order's id, since a time, the oldest first."""
        ...


class Backlog:
    """Reads all the lists. findings: what the sweeps leave to a person, as entries."""

    def __init__(
        self,
        orders: Orders,
        *,
        unreached: UnreachedCustomers,
        broken: BrokenPromises,
        cancelled: LateCancellations,
        changed: LateChanges,
        findings: Callable[[], Iterable[Entry]] = tuple,
    ) -> None:
        self._orders = orders
        self._unreached = unreached
        self._broken = broken
        self._cancelled = cancelled
        self._changed = changed
        self._findings = findings

    def entries(self, now: datetime) -> list[Entry]:
        """What waits, the oldest first."""
        return sorted(self._entries(now), key=lambda entry: (entry.at, entry.order_id))

    def _entries(self, now: datetime) -> Iterable[Entry]:
        for one in self._unreached.waiting():
            yield Entry(
                at=one.at, what="Customer not reached", why=one.why, order_id=one.order_id, path="/staff/unreached"
            )
        for each in self._broken.broken():
            yield Entry(at=each.since, what="Confirmed promise cannot be kept", why=each.text, order_id=each.order_id)
        for order_id in self._cancelled.late_cancellations(now - BACK)[-MOST:]:
            stored = self._orders.load(order_id)
            late, left = stored.late_cancellation, stored.handling.handed_over_at
            if late and not left:  # what has left comes back by itself, and is no work until then
                why = "the label is printed, the parcel is here: keep it back"
                yield Entry(at=late.at, what="Cancelled too late", why=why, order_id=order_id)
        for at, order_id in self._changed.for_staff(now - BACK):
            why = "; ".join(s.reason for s in self._orders.load(order_id).states if s.action == "tell_staff")
            what = "Changed in its store too late"
            yield Entry(at=datetime.fromisoformat(at), what=what, why=why, order_id=order_id)
        yield from self._findings()


def of_findings(findings: Iterable[Finding]) -> list[Entry]:
    """What the sweeps leave to a person, as entries."""
    return [
        Entry(at=each.since, what=each.kind.replace("_", " ").capitalize(), why=_why(each), order_id=_order_of(each))
        for each in findings
        if each.needs_person
    ]


def _why(finding: Finding) -> str:
    return finding.advice if _order_of(finding) else f"{finding.subject}: {finding.advice}"


def _order_of(finding: Finding) -> str:
    """The order that a finding is about; "" for one about the books."""
    try:
        return order_number.parse(finding.subject)
    except order_number.OrderNumberError:
        return ""
