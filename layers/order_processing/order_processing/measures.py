"""What the process is judged by: how right orders come in, how far they go by themselves, how long they take, whether
promises were kept and confirmations arrived. Counted for each day on which orders came, and for each store.

Counts and histograms add up, so any span of days and any choice of stores is a sum of what was counted once.
"""

import math
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from order_processing.order import Record
from order_processing.promise import DIGITAL
from order_processing.settings import Settings
from order_processing.status import ENDED, PATH, PENDING, Status
from order_processing.stored_order import StoredOrder

READY = "received to ready"
STEPS = {
    "verified": (Status.RECEIVED, Status.VERIFIED),
    "reserved": (Status.VERIFIED, Status.RESERVED),
    "confirmed": (Status.RESERVED, Status.CONFIRMED),
    "recorded": (Status.CONFIRMED, Status.RECORDED),
    "prepared": (Status.RECORDED, Status.READY_TO_SHIP),
    READY: (Status.RECEIVED, Status.READY_TO_SHIP),
}
"""The spans that are measured, waits for people included: from which status to which."""
_RATIO = math.log(1.1)
SETTLED_AFTER = (1, 2, 7, 14, 35)
"""A day is counted anew so many days after: what became of its orders is known more and more."""


class Tally(Record):
    """What was counted. judged: orders that verification has looked at; right: those of them that nobody and nothing
    had to correct. ready: those that reached READY_TO_SHIP; straight: those of them of which nobody was asked anything.
    due: those that have left or should have; kept: those of them that left on the promised day and were promised no
    later one. confirmed: by mail; bounced: those of them whose mail came back. spans: for each of STEPS, how many
    took how long, by the whole power of 1.1 of the seconds.
    """

    received: int = 0
    judged: int = 0
    right: int = 0
    ready: int = 0
    straight: int = 0
    ended: int = 0
    due: int = 0
    kept: int = 0
    confirmed: int = 0
    bounced: int = 0
    spans: dict[str, dict[int, int]] = {}

    def __add__(self, other: "Tally") -> "Tally":
        """Both counted together."""
        counts = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        spans = {
            step: _added(self.spans.get(step, {}), other.spans.get(step, {}))
            for step in (*self.spans, *(step for step in other.spans if step not in self.spans))
        }
        return Tally(**counts, spans=spans)

    def percentile(self, step: str, percent: int) -> float | None:
        """After how many seconds so many percent were through, to within 5 %; None where none was."""
        buckets = sorted(self.spans.get(step, {}).items())
        rank = math.ceil(sum(number for _, number in buckets) * percent / 100)
        for bucket, number in buckets:
            rank -= number
            if rank <= 0:
                return math.exp((bucket + 0.5) * _RATIO)
        return None


COUNTS = tuple(name for name in Tally.model_fields if name != "spans")


class DayMeasures(Record):
    """What was counted of the orders that came on a day (UTC). stores: by source and store."""

    day: date
    counted_at: datetime
    stores: dict[str, Tally] = {}

    @property
    def total(self) -> Tally:
        """All stores together."""
        return sum(self.stores.values(), Tally())


class Measures(Protocol):
    """What was counted of each day."""

    def keep(self, day: DayMeasures) -> None:
        """Keep it, in the place of what was counted of that day before."""
        ...

    def between(self, first: date, last: date) -> list[DayMeasures]:
        """The days that were counted, both counted, the oldest first."""
        ...


def stores_seen(measures: Measures, today: date) -> list[tuple[str, str]]:
    """(source, store) of every store that sent orders in the last weeks, as far as days were counted."""
    days = measures.between(today - timedelta(days=max(SETTLED_AFTER)), today)
    names = sorted({name for day in days for name in day.stores})
    return [(source, store) for source, _, store in (name.partition(": ") for name in names)]


def name_of(source: str, store: str) -> str:
    """A store as it is named in the measures."""
    return f"{source}: {store}"


def tally_of(stored: StoredOrder, settings: Settings, now: datetime) -> Tally:
    """One order, counted."""
    corrected = any(d.resolution in ("corrected", "needs_customer", "fatal") for d in stored.discrepancies)
    corrected = corrected or any(answer.corrections for answer in stored.answers)
    judged = bool(stored.verified or stored.discrepancies or stored.status is not Status.RECEIVED)
    asked = bool(stored.answers or stored.history or set(stored.times) & {status.value for status in PENDING})
    ready = Status.READY_TO_SHIP.value in stored.times
    kept = _kept(stored, settings, now)
    sent = stored.confirmation if stored.confirmation and stored.confirmation.message_id else None
    bounced = any(mail.kind == "confirmation" and mail.bounced_at for mail in stored.mails)
    return Tally(
        received=1,
        judged=int(judged),
        right=int(judged and not corrected),
        ready=int(ready),
        straight=int(ready and not asked),
        ended=int(stored.status in ENDED),
        due=int(kept is not None),
        kept=int(kept is True),
        confirmed=int(sent is not None),
        bounced=int(sent is not None and bounced),
        spans={step: {_bucket(seconds): 1} for step, seconds in _spans(stored).items()},
    )


def counted(day: date, orders: Iterable[StoredOrder], settings: Settings, now: datetime) -> DayMeasures:
    """A day's orders, counted for each store."""
    stores: dict[str, Tally] = {}
    for stored in orders:
        name = name_of(stored.placed.source, stored.placed.store)
        stores[name] = stores.get(name, Tally()) + tally_of(stored, settings, now)
    return DayMeasures(day=day, counted_at=now, stores=dict(sorted(stores.items())))


def _kept(stored: StoredOrder, settings: Settings, now: datetime) -> bool | None:
    """Whether the promise was kept; None where it is not known yet, nothing travels, or the order has ended."""
    if stored.ended or not stored.promise or not stored.has_reached(Status.CONFIRMED):
        return None
    promised = stored.delay.previous if stored.delay else stored.promise
    shipments = [each for each in promised.allocations if each.location != DIGITAL]
    if not shipments:
        return None
    last = max(shipments, key=lambda each: each.ship_date)
    place = settings.locations.get(last.location)
    zone = ZoneInfo(place.time_zone if place else settings.store.time_zone)
    left = stored.handling.handed_over_at
    if left:
        return stored.delay is None and left.astimezone(zone).date() <= last.ship_date
    return False if now.astimezone(zone).date() > last.ship_date else None


def _spans(stored: StoredOrder) -> dict[str, float]:
    times = {status: stored.times[status.value] for status in PATH if status.value in stored.times}
    return {
        step: (times[to] - times[since]).total_seconds()
        for step, (since, to) in STEPS.items()
        if since in times and to in times
    }


def _bucket(seconds: float) -> int:
    return math.floor(math.log(max(seconds, 0.01)) / _RATIO)


def _added(one: dict[int, int], other: dict[int, int]) -> dict[int, int]:
    return {bucket: one.get(bucket, 0) + other.get(bucket, 0) for bucket in sorted({*one, *other})}
