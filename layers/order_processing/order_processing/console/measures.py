"""The console's page of what the process is judged by, over days and by store, and the month as a table to keep."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from order_processing.console.page import Download, Notice, Route, Shown, View, Visit
from order_processing.console.plot import Line, plot
from order_processing.console.staff import Group
from order_processing.csv_export import csv_of
from order_processing.measures import COUNTS, READY, STEPS, DayMeasures, Measures, Tally

PATH = "/staff/measures"
WHO = frozenset({Group.OPERATIONS})
_DAYS = 30
_LONGEST = 366
_SHARES = {
    "Order accuracy": ("right", "judged", "of the orders that were verified needed no correction by anybody"),
    "Straight through": ("straight", "ready", "of the orders that became ready did so without asking anybody"),
    "Promise kept": ("kept", "due", "of the orders that left, or should have, left on the day that was promised"),
    "Confirmation bounced": ("bounced", "confirmed", "of the confirmations that were mailed came back"),
}


@dataclass(frozen=True)
class ShareShown:
    name: str
    share: str
    part: int
    of: int
    words: str


@dataclass(frozen=True)
class Row:
    """A day or a store. values: as `_HEADINGS` names them."""

    name: str
    values: tuple[str, ...]


_HEADINGS = ("Received", "Ready", "Accuracy", "Straight", "Kept", "Bounced", "Ready p50", "Ready p95")


class MeasuresPage:
    """The page; `routes` brings it to the console."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures

    def routes(self) -> tuple[Route, ...]:
        """The pages with who may see them."""
        about = "Accuracy, straight-through rate, times, promises kept and bounces, over time and by store."
        return (
            Route("GET", PATH, WHO, self.show, navigation="Measures", about=about),
            Route("GET", PATH + "/export", WHO, self.export),
        )

    def show(self, visit: Visit) -> Shown:
        """GET: from a day to another, `store` for one alone; the last 30 days unless given."""
        try:
            last = _day(visit.query.get("to")) or visit.now.date() - timedelta(days=1)
            first = _day(visit.query.get("from")) or last - timedelta(days=_DAYS - 1)
        except ValueError:
            return _ODD
        if not 0 <= (last - first).days < _LONGEST:
            return _ODD
        days = self._measures.between(first, last)
        names = sorted({name for day in days for name in day.stores})
        store = visit.query.get("store", "")
        store = store if store in names else ""
        tallies = [(day.day, day.stores.get(store, Tally()) if store else day.total) for day in days]
        total = sum((tally for _, tally in tallies), Tally())
        stores = {name: sum((day.stores.get(name, Tally()) for day in days), Tally()) for name in names}
        values = {
            "first": first,
            "last": last,
            "chosen": store,
            "names": names,
            "shares": [_share(name, total) for name in _SHARES],
            "received": total.received,
            "steps": [
                (step, _time(total.percentile(step, 50)), _time(total.percentile(step, 95)), _number(total, step))
                for step in STEPS
            ],
            "headings": _HEADINGS,
            "days": [Row(str(day), _values(tally)) for day, tally in tallies],
            "stores": [Row(name, _values(tally)) for name, tally in stores.items()],
            "plots": _plots(tallies) if tallies else (),
            "month": f"{last:%Y-%m}",
        }
        return View("measures.html", "Measures", values)

    def export(self, visit: Visit) -> Shown:
        """GET: `month`, such as 2026-11, as CSV: a line for each day and store."""
        try:
            first = date.fromisoformat(visit.query.get("month", "") + "-01")
        except ValueError:
            return _ODD
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        body = csv_of(_COLUMNS, _lines(self._measures.between(first, last)))
        return Download(f"measures-{first:%Y-%m}.csv", "text/csv; charset=utf-8", body)


_COLUMNS = (
    "day",
    "store",
    *COUNTS,
    *(f"{step.replace(' ', '_')}_p{percent}_seconds" for step in STEPS for percent in (50, 95)),
)


def _lines(days: Sequence[DayMeasures]) -> list[tuple[str | int | float | None, ...]]:
    return [
        (
            day.day.isoformat(),
            name,
            *(getattr(tally, count) for count in COUNTS),
            *(
                None if (seconds := tally.percentile(step, percent)) is None else round(seconds, 1)
                for step in STEPS
                for percent in (50, 95)
            ),
        )
        for day in days
        for name, tally in day.stores.items()
    ]


def _plots(tallies: Sequence[tuple[date, Tally]]) -> tuple[object, ...]:
    by_day = dict(tallies)
    span = (max(by_day) - min(by_day)).days + 1
    every = [min(by_day) + timedelta(days=n) for n in range(span)]
    days = [f"{day:%d %b}" for day in every]
    counted = [by_day.get(day, Tally()) for day in every]  # a day that was not counted is a gap
    received = [float(by_day[day].received) if day in by_day else None for day in every]
    right = [_percent(tally, "Order accuracy") for tally in counted]
    straight = [_percent(tally, "Straight through") for tally in counted]
    kept = [_percent(tally, "Promise kept") for tally in counted]
    bounced = [_percent(tally, "Confirmation bounced") for tally in counted]
    half, most = ([_minutes(tally.percentile(READY, percent)) for tally in counted] for percent in (50, 95))
    return (
        plot("received", "Orders received", days, [Line("Orders", received)]),
        plot(
            "shares",
            "Order accuracy and straight-through rate",
            days,
            [Line("Order accuracy", right), Line("Straight through", straight, 2)],
            unit=" %",
            top=100,
        ),
        plot(
            "kept",
            "Promises kept and confirmations bounced",
            days,
            [Line("Promise kept", kept), Line("Confirmation bounced", bounced, 2)],
            unit=" %",
            top=100,
        ),
        plot(
            "times",
            "Minutes from received to ready",
            days,
            [Line("Half of the orders (p50)", half), Line("95 of 100 (p95)", most, 2)],
        ),
    )


def _share(name: str, tally: Tally) -> ShareShown:
    part, of, words = _SHARES[name]
    return ShareShown(name, _told(_percent(tally, name)), getattr(tally, part), getattr(tally, of), words)


def _percent(tally: Tally, name: str) -> float | None:
    part, of, _ = _SHARES[name]
    whole = getattr(tally, of)
    return round(100 * getattr(tally, part) / whole, 1) if whole else None


def _values(tally: Tally) -> tuple[str, ...]:
    shares = (_told(_percent(tally, name)) for name in _SHARES)
    times = (_time(tally.percentile(READY, percent)) for percent in (50, 95))
    return (str(tally.received), str(tally.ready), *shares, *times)


def _told(percent: float | None) -> str:
    return "none" if percent is None else f"{percent:g} %"


def _time(seconds: float | None) -> str:
    """A time in the largest unit of which there are at least two."""
    if seconds is None:
        return "none"
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} seconds"


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 2)


def _number(tally: Tally, step: str) -> int:
    return sum(tally.spans.get(step, {}).values())


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


_ODD = Notice(
    "These days cannot be shown",
    ("Expected days such as 2026-11-25, at most a year from one to the other, or a month such as 2026-11.",),
    400,
    (PATH, "Measures"),
)
