"""Beside the path: tell the rest of the company what happened to an order, each order's events in their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from order_processing.bus import MOST, Bus
from order_processing.events import OrderEvent
from order_processing.metrics import METRICS, emit
from order_processing.observe import note_fault


class Change(NamedTuple):
    """A change of the orders' table, in the order in which changes were made.

    position: where in the stream it stands; read: its event, None where it makes none.
    """

    position: str
    read: Callable[[], OrderEvent | None]


def publish_events(changes: Iterable[Change], bus: Bus) -> str | None:
    """Publish the events of the changes; the position of the first that could not be, None when all were.

    Nothing behind a failure is sent before it is. Two events of one order never go out in one call, which a
    bus may take in any order: the second goes when the first has been taken.
    """
    waiting: list[tuple[str, OrderEvent]] = []
    for change in changes:
        try:
            event = change.read()
        except Exception as error:  # noqa: BLE001 - one that cannot be read holds up its order's, and is reported
            note_fault(error, doing="telling of a change")
            return _sent(waiting, bus) or change.position
        if event is None:
            continue
        if len(waiting) == MOST or any(event.order_id == other.order_id for _, other in waiting):
            if failed := _sent(waiting, bus):
                return failed
            waiting = []
        waiting.append((change.position, event))
    return _sent(waiting, bus)


def _sent(waiting: list[tuple[str, OrderEvent]], bus: Bus) -> str | None:
    """Send these; the position of the first that was not taken."""
    if not waiting:
        return None
    place = bus.put([event for _, event in waiting])
    if off_the_path := Counter(event.name for _, event in waiting[:place] if event.name in METRICS):
        emit(off_the_path)
    return None if place is None else waiting[place][0]
