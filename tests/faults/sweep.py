"""The sweep: every fault at every call of a scenario, and every pair of them, each run to its end.

Two runs that come to the same world with the same number of faults left go on alike, because functions keep nothing
that changes what they do. So worlds are nodes and invocations are edges, each edge is walked once, and the number of
runs is the number of ways through. Nothing is left out by that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.faults.plan import AT_ONCE, Call, Plan
from tests.faults.system import Step, System, invocation, told_of
from tests.faults.world import World

TWICE, LATE, LATE_BETWEEN = "invoked twice", "late copy", "late copy between"
_MOST_STEPS = 400


@dataclass
class Node:
    """A world that was come to. after: (fault, key) of each way on; came: how it was first reached."""

    world: World
    after: list[tuple[str, bytes]] = field(default_factory=list)
    came: tuple[bytes, str] | None = None


class Exploration:
    """All worlds that a scenario comes to with at most so many faults."""

    def __init__(self, system: System, start: World, faults: int) -> None:
        self.system = system
        self.faults = faults
        self.nodes: dict[bytes, Node] = {}
        self.ends: list[bytes] = []
        self.invocations = 0
        self.start = self._reach(start, None)[0]

    def ends_found(self) -> Iterator[bytes]:
        """Every world, as it is come to; see `at_end`."""
        waiting = [self.start]
        while waiting:
            key = waiting.pop()
            node = self.nodes[key]
            self.system.functions.wire.old = self.nodes[self.start].world
            step = self.system.next(node.world)
            if step is None:
                self.ends.append(key)
                yield key
                continue
            if len(node.world.invoked) > _MOST_STEPS:
                raise AssertionError(f"no end: {self.story(key)}")
            for fault, after in self._ways(node.world, step):
                reached, new = self._reach(after, (key, f"{step.name}: {fault}" if fault else step.name))
                node.after.append((fault, reached))
                if new:
                    waiting.append(reached)
            yield key

    def at_end(self, key: bytes) -> bool:
        """Whether nothing more happens in a world."""
        return bool(self.ends) and self.ends[-1] == key

    def _reach(self, world: World, came: tuple[bytes, str] | None) -> tuple[bytes, bool]:
        key = world.key()
        new = key not in self.nodes
        if new:
            self.nodes[key] = Node(world, came=came)
        return key, new

    def _ways(self, world: World, step: Step) -> Iterator[tuple[str, World]]:
        plan = Plan()
        self.invocations += 1
        after = self.system.perform(world, step, plan)
        yield "", after
        left = self.faults - world.faults
        if not left:
            return
        if step.function:
            yield from self._disturbed(world, step, plan.calls, {}, left)
            if step.function != "publish_events":
                self.invocations += 1
                yield TWICE, _faulty(self.system.perform(world, step, twice=True), 1)
        for invoked in world.invoked:
            yield from self._late(world, invoked, left)

    def _late(self, world: World, invoked: str, left: int) -> Iterator[tuple[str, World]]:
        """An earlier invocation comes once more, and something may befall it."""
        told = f"{LATE} of {_function(invoked)}"
        plan = Plan()
        self.invocations += 1
        yield told, _faulty(self.system.copy_of(world, invoked, plan), 1)
        if left > 1:
            for place, call in enumerate(plan.calls):
                for kind in call.kinds():
                    self.invocations += 1
                    after = self.system.copy_of(world, invoked, Plan(faults={place: kind}))
                    yield f"{told}; {kind} at {place + 1} {call.operation}", _faulty(after, 2)

    def _disturbed(
        self, world: World, step: Step, calls: list[Call], before: dict[int, str], left: int
    ) -> Iterator[tuple[str, World]]:
        """The step with one more fault after those that its plan has."""
        others = [name for name in self._others(world, step) if name not in before.values()]
        for place in range(max(before, default=-1) + 1, len(calls)):
            for kind in [*calls[place].kinds(), *others]:
                yield from self._with_faults(world, step, {**before, place: kind}, left)

    def _others(self, world: World, step: Step) -> dict[str, Callable[[World, Plan], bool]]:
        """What may run wholly before a call, by the fault's name: it is done on the world, and says whether it can."""
        system = self.system

        def again(function: str, event: Callable[[], Any], key: Hashable) -> Callable[[World, Plan], bool]:
            def comes(now: World, plan: Plan) -> bool:
                ahead = now.clock - world.clock if (function, key) != (step.function, step.key) else 0
                now.clock -= ahead  # only the step's own clock is ahead
                system.functions.invoke(now, function, event, key, plan)
                now.clock += ahead
                return True

            return comes

        others = {AT_ONCE: again(step.function, step.event, step.key)}
        for invoked in world.invoked:
            if invoked != told_of(step):
                others[f"{LATE_BETWEEN} of {_function(invoked)}"] = again(*invocation(invoked))
        if not world.between:
            others |= {name: partial(system.comes_between, name=name) for name in system.scenario.between}
        return others

    def _with_faults(
        self, world: World, step: Step, faults: dict[int, str], left: int, others: dict[int, str] | None = None
    ) -> Iterator[tuple[str, World]]:
        """others: the faults of what comes between, where something does."""
        came: list[bool] = []
        plans: list[Plan] = []

        def between(comes: Callable[[World, Plan], bool]) -> Callable[[], None]:
            def now() -> None:
                plans.append(Plan(faults=others or {}, copied=True))
                came.append(comes(self.system.functions.wire.world, plans[-1]))

            return now

        plan = Plan(faults=faults)
        plan.between = {name: between(comes) for name, comes in self._others(world, step).items()}
        self.invocations += 1
        after = _faulty(self.system.perform(world, step, plan), len(faults) + len(others or ()))
        if not all(came):
            return
        told = ", ".join(f"{kind} at {n + 1} {plan.calls[n].operation}" for n, kind in faults.items())
        if others:
            told += "; the other: " + ", ".join(f"{kind} at {n + 1}" for n, kind in others.items())
        yield told, after
        if left - 1 <= 0 or others:
            return
        for other in plans:
            for place, call in enumerate(other.calls):
                for kind in call.kinds():
                    yield from self._with_faults(world, step, faults, left - 1, {place: kind})
        if not plan.dead:
            yield from self._disturbed(world, step, plan.calls, faults, left - 1)

    def story(self, key: bytes) -> list[str]:
        """How a world was first come to."""
        told: list[str] = []
        came = self.nodes[key].came
        while came:
            told.append(came[1])
            came = self.nodes[came[0]].came
        return told[::-1]

    def runs(self) -> tuple[int, Counter[str]]:
        """How many ways lead from the start to an end, and by the kind of their first fault."""
        ways: dict[bytes, int] = {}
        kinds: Counter[str] = Counter()
        for key in self._backwards():
            after = self.nodes[key].after
            ways[key] = sum(ways[one] for _, one in after) if after else 1
        for node in self.nodes.values():
            if not node.world.faults:
                kinds.update({_kind(fault): 0 for fault, _ in node.after})
                for fault, after_it in node.after:
                    kinds[_kind(fault)] += ways[after_it] if fault else 0
        return ways[self.start], Counter({kind: n for kind, n in kinds.items() if kind})

    def _backwards(self) -> list[bytes]:
        """All worlds, each after those that come of it."""
        order: list[bytes] = []
        seen: set[bytes] = set()
        stack = [(self.start, False)]
        while stack:
            key, back = stack.pop()
            if back:
                order.append(key)
            elif key not in seen:
                seen.add(key)
                stack.append((key, True))
                stack.extend((after, False) for _, after in self.nodes[key].after)
        return order


def _function(invoked: str) -> str:
    return invoked.partition("\n")[0]


def _kind(fault: str) -> str:
    """A fault's kind, without its place: of two in one invocation the first."""
    return re.split(r" at \d| of ", fault)[0]


def _faulty(world: World, faults: int) -> World:
    world.faults += faults
    return world
