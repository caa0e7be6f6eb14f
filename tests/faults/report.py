"""One scenario swept: what it came to, as plain data that goes between processes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import compile_console
import compile_mail
import compile_pages

from tests.faults import invariants
from tests.faults.functions import Functions
from tests.faults.machine import Machines
from tests.faults.plan import CUT_BEFORE, THROTTLED, Plan
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


def undisturbed(system: System, start: World) -> list[World]:
    """The scenario without a fault: every world that it comes to, the end last."""
    worlds = [start]
    while step := system.next(worlds[-1]):
        worlds.append(system.perform(worlds[-1], step))
        if len(worlds) > 100:
            raise AssertionError(f"{system.scenario.name}: no end")
    return worlds


def legitimate(system: System, worlds: list[World]) -> dict[str, list[World]]:
    """The ends that a life may come to, by what came between: as if that had come between two functions, before the
    one or after it, or when the order was stored and not started. "": as if nothing came, and also as
    if the last action was not done, where that is not repeated."""
    ends = {"": [worlds[-1], *_without_the_last(system, worlds[0])]}
    for name in system.scenario.between:
        ends[name] = []
        for world in [*worlds, *_stored(system, worlds[0])]:
            after = world.copy()
            if system.comes_between(after, Plan(), name=name):
                ends[name].append(undisturbed(system, after)[-1])
    return ends


def _without_the_last(system: System, start: World) -> list[World]:
    if not system.scenario.once:
        return []
    shorter = replace(system.scenario, actions=system.scenario.actions[:-1])
    return [undisturbed(System(system.functions, system.machines, shorter), start)[-1]]


def _stored(system: System, start: World) -> list[World]:
    """The order is there and not started: its sender will send it again, or has been told that it was taken in."""
    step = system.next(start)
    plan = Plan()
    if step is None:
        raise AssertionError("nobody sends an order")
    system.perform(start, step, plan)
    (place,) = [n for n, call in enumerate(plan.calls) if call.operation == "StartExecution"]
    return [system.perform(start, step, Plan(faults={place: fault})) for fault in (CUT_BEFORE, THROTTLED)]


def sweep(
    functions: Functions,
    scenario: Scenario,
    faults: int,
    *,
    stop: bool = False,
) -> Swept:
    """Disturb a scenario in every way. stop: at the first violation."""
    functions.anew(scenario.most_writes)
    start = stocked(functions, scenario.setup)
    system = System(functions, Machines(), scenario)
    swept = Swept(scenario.name)
    worlds = undisturbed(system, start)
    if scenario.ends not in invariants.statuses(worlds[-1]):
        swept.violations[f"undisturbed: {invariants.statuses(worlds[-1])}"] = []
        return swept
    expected: dict[str, list[dict[str, Any]]] = {}
    for between, ends in legitimate(system, worlds).items():
        expected[between] = [invariants.end_state(end, scenario.beside) for end in ends]
        for end in ends:
            for wrong in invariants.at_the_end(start, end, scenario):
                swept.violations[f"undisturbed: {between}: {wrong}"] = []
    exploration = Exploration(system, start, faults)
    for key in exploration.ends_found():
        world = exploration.nodes[key].world
        found = invariants.at_every_moment(start, world) + functions.told_of_persons()
        if exploration.at_end(key):
            found += invariants.at_the_end(start, world, scenario)
            found += invariants.differences(expected[world.between], invariants.end_state(world, scenario.beside))
            swept.windows.update(note for note in world.notes)
        for one in found:
            swept.violations.setdefault(one, exploration.story(key))
        if found and stop:
            return swept
    swept.invocations = exploration.invocations
    swept.worlds = len(exploration.nodes)
    swept.ends = len(exploration.ends)
    swept.runs, swept.kinds = exploration.runs()
    return swept
