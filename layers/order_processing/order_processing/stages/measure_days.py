"""Off the path: counts what the process is judged by, for a day that is over, and again as more is known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from order_processing.measures import DayMeasures, Measures, counted
from order_processing.settings import Settings
from order_processing.stored_order import StoredOrder


def measure_day(
    day: date,
    *,
    orders_of: Callable[[date], Iterable[StoredOrder]],
    measures: Measures,
    settings: Settings,
    now: datetime,
) -> DayMeasures:
    """Count the orders that came on a day, in the place of what was counted before: run twice, it is counted once."""
    found = counted(day, orders_of(day), settings, now)
    measures.keep(found)
    return found


def day_of(event: dict[str, object], today: date) -> date:
    """The day that is asked for: `day`, or so many `days_ago`. ValueError for neither."""
    if isinstance(event.get("day"), str):
        return date.fromisoformat(str(event["day"]))
    if isinstance(ago := event.get("days_ago"), int):
        return today - timedelta(days=ago)
    raise ValueError("event: found neither day nor days_ago, expected one of them")
