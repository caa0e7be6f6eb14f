"""The template's state machines, run from their own definitions: Arguments, Assign, Retry, Catch, Choices, Next.

Of JSONata it knows what the definitions use, and refuses the rest.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from tests.faults.world import Execution, World
from tests.template import template

Place = tuple[str, str]
CUT_ERROR = "Runtime.ExitError"
_EXPRESSION = re.compile(r"\{%\s*(.*?)\s*%\}", re.DOTALL)
_TERM = re.compile(r"^(?:'([^']*)'|(\d+)|\$([a-z_]+(?:\.[A-Za-z_]+)*))$")


class Machines:
    """Both state machines, as the template has them now."""

    def __init__(self) -> None:
        self._resources = template()["Resources"]

    def definition(self, machine: str) -> dict[str, Any]:
        found: dict[str, Any] = self._resources[machine]["Properties"]["Definition"]
        return found

    def task(self, execution: Execution) -> tuple[str, dict[str, Any], Execution]:
        """(function, event, the execution with its token) of the task that an execution is in."""
        state = self._state(execution)
        waits = state["Resource"].endswith(".waitForTaskToken")
        if waits:
            tokens = execution.tokens + 1
            execution = replace(execution, tokens=tokens, token=f"token-{execution.name}-{tokens}")
        arguments = self._filled(state["Arguments"], execution, {})
        name = arguments["FunctionName"] if waits else self._substituted(state["Resource"], execution)
        return self._folder(name), arguments["Payload"] if waits else arguments, execution

    def waits(self, execution: Execution) -> bool:
        """Whether the execution's task is over only when its token comes back."""
        return bool(self._state(execution).get("Resource", "").endswith(".waitForTaskToken"))

    def goes_on(self, execution: Execution, result: Any) -> Execution:
        """The execution after its task's result."""
        state = self._state(execution)
        assigned = self._assigned(state.get("Assign", {}), execution, result)
        return self._enters(execution, state, assigned, result)

    def fails(self, execution: Execution, error: str, lasting: bool = False) -> Execution:
        """The execution after its task's error: tried again, caught, or failed. lasting: no retry helps."""
        state = self._state(execution)
        for place, rule in enumerate(state.get("Retry", ())):
            if not _matches(rule["ErrorEquals"], error):
                continue
            tried = dict(execution.tried)
            if tried.get(place, 0) < rule.get("MaxAttempts", 3) and not lasting:
                tried[place] = tried.get(place, 0) + 1
                return replace(execution, tried=tuple(sorted(tried.items())), token="", status="RUNNING", answer="")
            break
        for rule in state.get("Catch", ()):
            if _matches(rule["ErrorEquals"], error):
                assigned = self._assigned(rule.get("Assign", {}), execution, {"Error": error})
                return self._enters(execution, rule, assigned, {"Error": error})
        return replace(execution, status="FAILED", error=f"{error} in {execution.state}", token="")

    def _state(self, execution: Execution) -> dict[str, Any]:
        found: dict[str, Any] = self.definition(execution.machine)["States"][execution.state]
        return found

    def _enters(self, execution: Execution, move: dict[str, Any], variables: Any, result: Any) -> Execution:
        clean = replace(execution, variables=variables, token="", answer="", tried=())
        if move.get("End"):
            return replace(clean, status="SUCCEEDED")
        entered = replace(clean, state=move["Next"], status="RUNNING")
        state = self._state(entered)
        if state["Type"] != "Choice":
            return entered
        for choice in state["Choices"]:
            if self._value(choice["Condition"], entered, result):
                assigned = self._assigned(choice.get("Assign", {}), entered, result)
                return self._enters(entered, choice, assigned, result)
        return self._enters(entered, {"Next": state["Default"]}, entered.variables, result)

    def _assigned(self, given: dict[str, Any], execution: Execution, result: Any) -> tuple[tuple[str, str], ...]:
        known = dict(execution.variables) | self._filled(given, execution, result)
        return tuple(sorted(known.items()))

    def _filled(self, given: Any, execution: Execution, result: Any) -> Any:
        if isinstance(given, dict):
            return {name: self._filled(value, execution, result) for name, value in given.items()}
        return self._value(given, execution, result) if isinstance(given, str) else given

    def _value(self, text: str, execution: Execution, result: Any) -> Any:
        text = self._substituted(text, execution)
        found = _EXPRESSION.fullmatch(text)
        if not found:
            return text
        for operator in (" = ", " != ", " + "):
            left, there, right = found[1].partition(operator)
            if there:
                a, b = self._term(left, execution, result), self._term(right, execution, result)
                return {" = ": a == b, " != ": a != b, " + ": a + b if operator == " + " else None}[operator]
        return self._term(found[1], execution, result)

    def _term(self, text: str, execution: Execution, result: Any) -> Any:
        found = _TERM.match(text.strip())
        if not found:
            raise ValueError(f"JSONata that is not known here: {text}")
        if found[3] is None:
            return int(found[2]) if found[2] else found[1]
        given = json.loads(execution.given)
        known: dict[str, Any] = dict(execution.variables)
        known["states"] = {
            "context": {"Execution": {"Input": given, "Name": execution.name}, "Task": {"Token": execution.token}},
            "input": given,
            "result": result,
        }
        value: Any = known
        for part in found[3].split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value

    def _substituted(self, text: str, execution: Execution) -> str:
        given = self._resources[execution.machine]["Properties"]["DefinitionSubstitutions"]

        def value(found: re.Match[str]) -> str:
            told = given[found[1]]
            name = str(told.get("Ref") or told["GetAtt"]).partition(".")[0]  # a function, or its alias
            return str(self._default(name)) if name in template()["Parameters"] else name

        return re.sub(r"\$\{(\w+)\}", value, text)

    @staticmethod
    def _default(parameter: str) -> Any:
        return template()["Parameters"][parameter]["Default"]

    def _folder(self, function: str) -> str:
        return PurePath(self._resources[function]["Properties"]["CodeUri"]).name


def _matches(names: list[str], error: str) -> bool:
    return error in names or "States.ALL" in names or ("States.TaskFailed" in names and error != "States.Timeout")


def expired(world: World, machines: Machines) -> None:
    """What waits has waited too long."""
    for place, execution in world.executions.items():
        if execution.status == "WAITING":
            world.executions[place] = machines.fails(execution, "States.Timeout")


def redriven(world: World) -> None:
    """Failed executions go on in the state in which they failed."""
    for place, execution in world.executions.items():
        if execution.status == "FAILED":
            world.executions[place] = replace(execution, status="RUNNING", error="", tried=())
