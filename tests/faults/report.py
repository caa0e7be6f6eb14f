"""One scenario swept: what it came to, as plain data that goes between processes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import compile_console
import compile_mail
import compile_pages

from tests.faults import invariants
from tests.faults.functions import Functions
from tests.faults.machine import Machines
from tests.faults.scenarios import Scenario, scenarios
from tests.faults.shop import stocked
from tests.faults.sweep import Exploration
from tests.faults.system import System
from tests.faults.world import World


@dataclass
class Swept:
    """runs: ways from the start to an end; windows: in how many ends a mail had gone out twice, by why."""

    scenario: str
    invocations: int = 0
    worlds: int = 0
    ends: int = 0
    runs: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    windows: Counter[str] = field(default_factory=Counter)
    violations: dict[str, list[str]] = field(default_factory=dict)


def compiled() -> None:
    """Templates of mails and pages, as they are deployed."""
    compile_mail.compile_if_stale()
    compile_pages.compile_if_stale()
    compile_console.compile_if_stale()


def named(name: str) -> Scenario:
    """The scenario of this name."""
    (found,) = [scenario for scenario in scenarios() if scenario.name == name]
    return found


def undisturbed(system: System, start: World) -> World:
    """The end of the scenario without a fault."""
    world, steps = start, 0
    while step := system.next(world):
        world = system.perform(world, step)
        steps += 1
        if steps > 100:
            raise AssertionError(f"{system.scenario.name}: no end")
    return world


def sweep(
    functions: Functions,
    scenario: Scenario,
    faults: int,
    resources: dict[str, Any] | None = None,
    *,
    stop: bool = False,
) -> Swept:
    """Disturb a scenario in every way. stop: at the first violation."""
    functions.most_writes(scenario.most_writes)
    functions.log.seek(0)
    functions.log.truncate()
    start = stocked(functions, scenario.setup)
    system = System(functions, Machines(resources), scenario)
    swept = Swept(scenario.name)
    end = undisturbed(system, start)
    expected = invariants.end_state(end)
    wrong = invariants.at_the_end(start, end, scenario, functions.log.getvalue())
    if wrong or scenario.ends not in invariants.statuses(end):
        swept.violations[f"undisturbed: {wrong} {invariants.statuses(end)}"] = []
        return swept
    exploration = Exploration(system, start, faults)
    for key in exploration.ends_found():
        world = exploration.nodes[key].world
        wrong = invariants.at_every_moment(start, world)
        if exploration.at_end(key):
            wrong += invariants.at_the_end(start, world, scenario, functions.log.getvalue())
            wrong += invariants.differences(expected, invariants.end_state(world))
            swept.windows.update(note for note in world.notes)
        functions.log.seek(0)
        functions.log.truncate()
        for one in wrong:
            swept.violations.setdefault(one, exploration.story(key))
        if wrong and stop:
            return swept
    swept.invocations = exploration.invocations
    swept.worlds = len(exploration.nodes)
    swept.ends = len(exploration.ends)
    swept.runs, swept.kinds = exploration.runs()
    return swept
