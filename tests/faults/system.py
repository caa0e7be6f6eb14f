"""What happens next in a world, and what comes of it: the functions, the state machines and a scenario together."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from tests.faults.actions import REDRIVE, SWEEP, Action
from tests.faults.functions import Functions, Outcome
from tests.faults.machine import Machines, Place, expired, redriven
from tests.faults.plan import Plan
from tests.faults.scenarios import Scenario
from tests.faults.world import MAIN, Execution, World

_MOST_SWEEPS = 3
_IN_A_MINUTE = 61


@dataclass
class Step:
    """What happens next: an invocation for an execution, for an action, or for the stream; or an action without one."""

    function: str = ""
    event: dict[str, Any] = field(default_factory=dict)
    place: Place | None = None
    execution: Execution | None = None
    action: Action | None = None
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
            return Step(function, event, place=place, execution=entered)
        if self.scenario.outage and any(e.status == "FAILED" for e in world.executions.values()):
            return Step(action=REDRIVE)
        if _not_started(world):
            return Step(SWEEP.function, {}, action=SWEEP)
        if action:
            return self._of_action(world, action)
        if not world.swept:
            return Step(SWEEP.function, {}, action=SWEEP)
        if world.published < len(world.stream):
            records = world.stream[world.published : world.published + 100]
            event = {"Records": [_record(world, world.published + n, *record) for n, record in enumerate(records)]}
            return Step("publish_events", event, records=len(records))
        return None

    def _of_action(self, world: World, action: Action) -> Step:
        if action.kind != "invoke":
            return Step(action=action)
        return Step(action.function, action.event(world), action=action)

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
            ahead = step.action.ahead + (0 if step.action is SWEEP else world.wait)
        after.clock += ahead
        outcome = self.functions.invoke(after, step.function, step.event, plan)
        if twice:
            again = self.functions.invoke(after, step.function, step.event, Plan())
            outcome = outcome if outcome.failed else again
        after.clock -= ahead
        self._settle(after, step, outcome)
        told = (step.function, json.dumps(step.event, sort_keys=True))
        if step.function != "publish_events" and "\n".join(told) not in after.invoked:
            after.invoked += ("\n".join(told),)
        return after

    def copy_of(self, world: World, invoked: str, plan: Plan | None = None) -> World:
        """The world after an earlier invocation has come once more, late; nobody looks at what it answers."""
        after = world.copy()
        function, _, event = invoked.partition("\n")
        self.functions.invoke(after, function, json.loads(event), plan or Plan())
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
        else:
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
        elif step.action:
            done = step.action.done(outcome) or self.scenario.gives_up
            if done and step.event.get("requestContext", {}).get("http", {}).get("method") == "GET":
                world.page = outcome.returned["body"]
            world.trying = not done
            world.wait = _IN_A_MINUTE if not done and "CONFIRMATION_UNDER_WAY" in str(outcome.returned) else 0
            world.step += done
        else:
            self._published(world, step, outcome)

    @staticmethod
    def _published(world: World, step: Step, outcome: Outcome) -> None:
        if outcome.failed:
            return
        failures = outcome.returned["batchItemFailures"]
        world.published = int(failures[0]["itemIdentifier"]) if failures else world.published + step.records


def _not_started(world: World) -> bool:
    """An order is there that no execution has; the schedule has looked for it less often than it will."""
    there = any(part == "placed" for _, part in world.tables["orders"])
    return there and world.swept < _MOST_SWEEPS and not any(machine == MAIN for machine, _ in world.executions)


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
