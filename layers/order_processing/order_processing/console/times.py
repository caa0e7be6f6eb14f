"""Times as the console tells them: to the minute and in UTC, as in logs and executions, and spans in words."""

from __future__ import annotations

from datetime import datetime


def moment(at: datetime) -> str:
    """A time."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def left(until: datetime | None, now: datetime) -> str:
    """How long it is until then, in the two largest units."""
    if until is None:
        return ""
    minutes = int((until - now).total_seconds() // 60)
    return "none" if minutes < 0 else _span(minutes)


def since(then: datetime, now: datetime) -> str:
    """How long it is since then, in the two largest units."""
    return _span(max(0, int((now - then).total_seconds() // 60)))


def _span(minutes: int) -> str:
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{counted(days, 'day')} {counted(hours, 'hour')}"
    return f"{counted(hours, 'hour')} {counted(minutes % 60, 'minute')}" if hours else counted(minutes, "minute")


def counted(number: int, unit: str) -> str:
    """`1 order`, `2 orders`."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
