"""Every guard, taken away one at a time: those of the package's text, and each Retry and each Catch of the template."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from tests.faults.guards import GUARDED, WORKERS, guards, without
from tests.template import template

MACHINES = ("OrderProcessing", "OrderEnding")
MODULES = tuple(dict.fromkeys((*WORKERS, *GUARDED)))


@dataclass(frozen=True)
class Mutation:
    """kind: condition, guard, refusal, retry or catch. module: of the package, "" for the template."""

    name: str
    kind: str
    module: str = ""
    number: int = 0


def mutations() -> list[Mutation]:
    """All of them."""
    found = [Mutation(g.name, g.kind, module, n) for module in MODULES for n, g in enumerate(guards(module))]
    return found + [Mutation(name, kind, number=n) for n, (name, kind) in enumerate(_rule_names())]


@contextmanager
def taken_away(mutation: Mutation) -> Iterator[None]:
    """For as long as it lasts, everything works without the guard: also where it was imported by name."""
    if mutation.module:
        with replaced(mutation.module, without(mutation.module, mutation.number)):
            yield
        return
    # States may share a list of rules: this one gets a list of its own.
    state, kind, place = _rules()[mutation.number]
    before = state[kind]
    state[kind] = [rule for number, rule in enumerate(before) if number != place]
    try:
        yield
    finally:
        state[kind] = before


@contextmanager
def replaced(name: str, code: CodeType) -> Iterator[None]:
    """For as long as it lasts, a module's functions work as in this code of the whole module."""
    others = codes(name, code)
    before = [(function, function.__code__) for function, _ in others]
    for function, other in others:
        function.__code__ = other
    try:
        yield
    finally:
        for function, own in before:
            function.__code__ = own


def codes(name: str, code: CodeType) -> list[tuple[FunctionType, CodeType]]:
    """A module's functions, and the code that each has in this code of the whole module."""
    module = importlib.import_module("order_processing." + name.replace("/", "."))
    other: dict[str, Any] = {"__name__": module.__name__, "__file__": module.__file__}
    exec(code, other)  # noqa: S102 - our own code
    here = functions_of(other, module.__name__)
    return [(function, here[own].__code__) for own, function in functions_of(vars(module), module.__name__).items()]


def functions_of(names: dict[str, Any], module: str) -> dict[str, FunctionType]:
    """A module's own functions and methods, by their names; of one that is wrapped, the one inside."""
    found: dict[str, FunctionType] = {}
    for name, value in list(names.items()):
        if isinstance(value, type) and value.__module__ == module:
            for inner, method in list(vars(value).items()):
                found |= _own(f"{name}.{inner}", method, module)
        else:
            found |= _own(name, value, module)
    return found


def _own(name: str, value: Any, module: str) -> dict[str, FunctionType]:
    if isinstance(value, staticmethod | classmethod):
        value = value.__func__
    elif isinstance(value, property):
        value = value.fget
    value = getattr(value, "__wrapped__", value)
    return {name: value} if isinstance(value, FunctionType) and value.__module__ == module else {}


def _rules() -> list[tuple[dict[str, Any], str, int]]:
    """Each rule of the template: the state that it stands in, Retry or Catch, and its place there."""
    return [
        (state, kind, place)
        for machine in MACHINES
        for state in _states(machine).values()
        for kind in ("Retry", "Catch")
        for place in range(len(state.get(kind, ())))
    ]


def _rule_names() -> Iterator[tuple[str, str]]:
    for machine in MACHINES:
        for name, state in _states(machine).items():
            for kind in ("Retry", "Catch"):
                for rule in state.get(kind, ()):
                    yield f"template, {machine}, {name}: {kind} of {', '.join(rule['ErrorEquals'])}", kind.lower()


def _states(machine: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = template()["Resources"][machine]["Properties"]["Definition"]["States"]
    return found
