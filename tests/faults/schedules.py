"""The schedules that look for what fell between two calls, and how far they have looked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from order_processing.stages.start_orders import GRACE
from order_processing.stages.start_orders import SWEEP as STARTED
from order_processing.stages.sweep_orders import SWEEP as RECEIVED
from order_processing.sweeping import FIRST_LOOK
from tests.faults.actions import MEND, SWEEP, Action
from tests.faults.items import Item
from tests.faults.world import MAIN, World

SCHEDULED = (SWEEP, MEND)
_MOST_SWEEPS = 2
_MOST_MENDS = 3
_BEFORE = {STARTED: GRACE + timedelta(minutes=1), RECEIVED: FIRST_LOOK + timedelta(minutes=5)}


def have_looked(world: World) -> None:
    """The schedules have run until now, and found nothing."""
    now = datetime.fromtimestamp(world.clock, UTC)
    for sweep, before in _BEFORE.items():
        place = {"list": {"S": "progress"}, "entry": {"S": sweep}, "place": {"S": (now - before).isoformat()}}
        world.tables["findings"].put(("progress", sweep), Item(place))


def net(world: World) -> Action | None:
    """The schedule that looks for an order which is there and has no execution: each less often than it will."""
    there = any(part == "placed" for _, part in world.tables["orders"])
    if not there or any(machine == MAIN for machine, _ in world.executions):
        return None
    if world.swept < _MOST_SWEEPS:
        return SWEEP
    return MEND if world.mended < _MOST_MENDS else None
