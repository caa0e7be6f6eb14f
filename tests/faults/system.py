"""What happens next in a world, and what comes of it: the functions, the state machines and a scenario together."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any

from tests.faults.actions import MEND, REDRIVE, SWEEP, UNDER_WAY, Action
from tests.faults.course import Outcome
from tests.faults.functions import Functions
from tests.faults.machine import Machines, Place, expired, redriven
from tests.faults.plan import Plan
from tests.faults.scenarios import Scenario
from tests.faults.schedules import SCHEDULED, have_looked, net
from tests.faults.world import MAIN, Execution, World

_IN_A_MINUTE = 61
_MENDS = 2
_MOST_MENDS = 6
_PAUSE = 6000


@dataclass
class Step:
    """What happens next: an invocation for an execution, for an action, or for the stream; or an action without one.

    key: says as much as the event, which is made when it is needed.
    """

    function: str = ""
    event: Callable[[], dict[str, Any]] = dict
    key: Hashable = ""
    place: Place | None = None
    execution: Execution | None = None
    action: Action | None = None
    between: str = ""
    records: int = 0

    @property
    def name(self) -> str:
        return self.function or (self.action.kind if self.action else "")


class System:
    """The functions, the state machines and a scenario: what happens next in a world, and what comes of it."""

    def __init__(self, functions: Functions, machines: Machines, scenario: Scenario) -> None:
        self.functions = functions
        self.machines = machines
        self.scenario = scenario

    def next(self, world: World) -> Step | None:
        """The next thing to happen, always the same in the same world; None at the end."""
        actions = self.scenario.actions
        action = actions[world.step] if world.step < len(actions) else None
        running = {p: e for p, e in world.executions.items() if e.status == "RUNNING"}
        if action and world.trying:
            return self._of_action(world, action)
        if action and action.in_state and any(p[0] == MAIN and e.state == action.in_state for p, e in running.items()):
            return self._of_action(world, action)
        for place, execution in running.items():
            if execution.answer:
                return Step(place=place, execution=execution)
            function, event, entered = self.machines.task(execution)
            return _step(function, event, place=place, execution=entered)
        if self.scenario.outage and any(e.status == "FAILED" for e in world.executions.values()):
            if not self.scenario.mended:
                return Step(action=REDRIVE)
            if world.mended < _MOST_MENDS:
                return _step(MEND.function, {}, action=MEND)
        if (schedule := net(world)) is not None:
            return _step(schedule.function, {}, action=schedule)
        if world.again:
            return replace(self._of_action(world, self.scenario.between[world.between]), between=world.between)
        if action:
            return self._of_action(world, action)
        if self.scenario.mended and world.mended < _MENDS:
            return _step(MEND.function, {}, action=MEND)
        if not world.swept:
            return _step(SWEEP.function, {}, action=SWEEP)
        if world.published < len(world.stream):
            records = world.stream[world.published : world.published + 100]
            key = (world.published, *(item and item.digest for record in records for item in record))
            return Step("publish_events", lambda: _event(world, records), key, records=len(records))
        return None

    def _of_action(self, world: World, action: Action) -> Step:
        if action.kind != "invoke" or not action.possible(world):
            return Step(action=action)
        return _step(action.function, action.event(world), action=action)

    def perform(self, world: World, step: Step, plan: Plan | None = None, *, twice: bool = False) -> World:
        """The world after a step. world itself stays as it is."""
        after = world.copy()
        if step.execution and step.place:
            after.executions[step.place] = step.execution
        if not step.function:
            self._without_function(after, step)
            return after
        plan = plan or Plan()
        ahead = 0
        if step.action:
            ahead = step.action.ahead + (0 if step.action in SCHEDULED else world.wait)
            if step.action is MEND:
                ahead += world.mended * _PAUSE
        after.clock += ahead
        outcome = self.functions.invoke(after, step.function, step.event, step.key, plan)
        if twice:
            again = self.functions.invoke(after, step.function, step.event, step.key, Plan())
            outcome = outcome if outcome.failed else again
        after.clock -= ahead
        self._settle(after, step, outcome)
        _note_invoked(after, step)
        return after

    def comes_between(self, world: World, plan: Plan, *, name: str) -> bool:
        """What the scenario has for between two calls comes now; False where it cannot, and nothing has happened."""
        action = self.scenario.between[name]
        if world.between or not self._placed(world):
            return False
        world.between = name
        if action.kind == "expire":
            expired(world, self.machines)
            return True
        step = self._of_action(world, action)
        outcome = self.functions.invoke(world, step.function, step.event, step.key, plan)
        self._came_between(world, action, outcome)
        _note_invoked(world, step)
        return True

    @staticmethod
    def _came_between(world: World, action: Action, outcome: Outcome) -> None:
        world.again = not action.done(outcome)
        world.wait = _IN_A_MINUTE if world.again and UNDER_WAY in str(outcome.returned) else 0

    @staticmethod
    def _placed(world: World) -> bool:
        return any(part == "placed" for _, part in world.tables["orders"])

    def copy_of(self, world: World, invoked: str, plan: Plan | None = None) -> World:
        """The world after an earlier invocation has come once more, late; nobody looks at what it answers."""
        after = world.copy()
        self.functions.invoke(after, *invocation(invoked), plan or Plan())
        return after

    def _without_function(self, world: World, step: Step) -> None:
        if step.place and step.execution and step.execution.answer:
            world.executions[step.place] = self.machines.goes_on(step.execution, json.loads(step.execution.answer))
            return
        action = step.action
        if action is None:
            raise AssertionError("a step without anything to do")
        if action.kind == "redrive":
            redriven(world)
            return
        world.step += 1
        if action.kind == "wait":
            world.clock += action.seconds
            have_looked(world)
        elif action.kind == "expire":
            expired(world, self.machines)

    def _settle(self, world: World, step: Step, outcome: Outcome) -> None:
        if step.place and step.execution:
            now = world.executions[step.place]
            if now.answer:  # the token came back while the function was at it: that is the task's end
                return
            if outcome.failed:
                world.executions[step.place] = self.machines.fails(now, outcome.error, self.scenario.outage)
            elif self.machines.waits(now):
                world.executions[step.place] = replace(now, status="WAITING")
            else:
                world.executions[step.place] = self.machines.goes_on(now, outcome.returned)
        elif step.action is SWEEP:
            world.swept += not outcome.failed
        elif step.action is MEND:
            world.mended += not outcome.failed
        elif step.action and step.between:
            self._came_between(world, step.action, outcome)
        elif step.action:
            last = world.step + 1 == len(self.scenario.actions)
            done = step.action.done(outcome) or self.scenario.gives_up or (last and self.scenario.once)
            if done and step.event().get("requestContext", {}).get("http", {}).get("method") == "GET":
                world.page = outcome.returned["body"]
            world.trying = not done
            world.wait = _IN_A_MINUTE if not done and UNDER_WAY in str(outcome.returned) else 0
            world.step += done
        else:
            self._published(world, step, outcome)

    @staticmethod
    def _published(world: World, step: Step, outcome: Outcome) -> None:
        if outcome.failed:
            return
        failures = outcome.returned["batchItemFailures"]
        world.published = int(failures[0]["itemIdentifier"]) if failures else world.published + step.records


def _note_invoked(world: World, step: Step) -> None:
    """A copy of it may come later. Not of the stream's: its next record waits for it."""
    told = told_of(step)
    if step.function != "publish_events" and told not in world.invoked:
        world.invoked += (told,)


def _step(function: str, event: dict[str, Any], **more: Any) -> Step:
    return Step(function, lambda: event, json.dumps(event, sort_keys=True), **more)


def told_of(step: Step) -> str:
    """An invocation as a world remembers it."""
    return f"{step.function}\n{step.key}"


def invocation(told: str) -> tuple[str, Callable[[], dict[str, Any]], str]:
    """(function, event, key) of what a world remembers."""
    function, _, event = told.partition("\n")
    return function, lambda: _read(event), event


def _read(event: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(event)
    return told


def _event(world: World, records: list[Any]) -> dict[str, Any]:
    """The stream's next records as they come to its function."""
    return {"Records": [_record(world, world.published + n, *record) for n, record in enumerate(records)]}


def _record(world: World, number: int, before: Any, after: Any) -> dict[str, Any]:
    images = {"OldImage": before, "NewImage": after}
    return {
        "eventName": "MODIFY" if before and after else "INSERT" if after else "REMOVE",
        "dynamodb": {
            "SequenceNumber": str(number),
            "ApproximateCreationDateTime": world.clock,
            **{name: image.attributes for name, image in images.items() if image},
        },
    }
