"""Processes that work on the same tables, in every order of their calls; each may be slow, or be the one that is cut.

A process is a function of a DynamoDB client. What it does next depends on nothing but the answers it had, so a state is
the tables and each process's answers, and a process is brought to its next call by answering it the same again. Two
ways that come to the same state go on alike, so each state is looked at once, and nothing is left out by that.
A process that is cut at some call is one that never goes on: what must hold then is checked in every state.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from tests.faults.dynamo import Dynamo
from tests.faults.items import Failed, Item, Key, Table, Tables
from tests.faults.shapes import plain, with_bytes
from tests.faults.world import layouts

T = TypeVar("T")
Process = Callable[[Any], object]
Answer = tuple[str, str]
"""("", an answer) or (an error's code, what came with it), as JSON."""
Frozen = tuple[tuple[str, Key, str], ...]
_OPERATIONS = {
    name: "".join(part.title() for part in name.split("_"))
    for name in (
        "get_item",
        "put_item",
        "update_item",
        "delete_item",
        "query",
        "batch_get_item",
        "transact_write_items",
    )
}
_READS = ("GetItem", "Query", "BatchGetItem")


class Call(NamedTuple):
    """A request to DynamoDB; given: its parameters as JSON."""

    operation: str
    given: str


class _Next(BaseException):
    """The process asks what it has no answer for yet."""

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self.call = call


@cache
def _error(code: str) -> type[Exception]:
    return type(code, (Exception,), {})


class _Errors:
    def __getattr__(self, code: str) -> type[Exception]:
        return _error(code)


class Client:
    """A DynamoDB client that is answered by a function of the operation and its parameters."""

    exceptions = _Errors()

    def __init__(self, answer: Callable[[Call], Answer]) -> None:
        self._answer = answer

    def __getattr__(self, name: str) -> Any:
        def call(**given: Any) -> Any:
            code, told = self._answer(Call(_OPERATIONS[name], json.dumps(plain("dynamodb", given), sort_keys=True)))
            known = with_bytes(json.loads(told))
            if not code:
                return known
            error = _error(code)(known)
            error.response = {"Error": {"Code": code}, **known}  # type: ignore[attr-defined]
            raise error

        return call


def empty() -> Tables:
    """The template's tables, with nothing in them."""
    return {name: Table() for name in layouts()}


def direct(tables: Tables) -> Client:
    """A client whose calls change these tables at once."""
    return Client(lambda call: _perform(tables, call))


def _perform(tables: Tables, call: Call) -> Answer:
    try:
        return "", json.dumps(Dynamo(layouts()).operate(call.operation, tables, json.loads(call.given), []))
    except Failed as failed:
        return failed.code, json.dumps(failed.more)


class State(NamedTuple):
    """tables and answers: by number, what the tables hold and what each process was answered so far; coming: writes
    that will come once more, late; late: how many more may."""

    tables: int
    answers: tuple[int, ...]
    coming: tuple[Call, ...] = ()
    late: int = 0


class _Numbered(Generic[T]):
    """Things by number, each once: a state is small, and there are many."""

    def __init__(self) -> None:
        self._things: list[T] = []
        self._numbers: dict[T, int] = {}

    def number(self, thing: T) -> int:
        number = self._numbers.setdefault(thing, len(self._things))
        if number == len(self._things):
            self._things.append(thing)
        return number

    def __getitem__(self, number: int) -> T:
        return self._things[number]


class Interleavings:
    """Every order of the calls of some processes.

    late: of how many writes a copy may arrive once more at any time, as when an answer was not waited for.
    """

    def __init__(self, tables: Tables, processes: dict[str, Process], *, late: int = 0) -> None:
        self._names, self._processes = list(processes), list(processes.values())
        self._tables = _Numbered[Frozen]()
        self._answers = _Numbered[tuple[int, int, Answer] | None]()
        """Of which process the answer is, after which other, and the answer."""
        self._calls: dict[tuple[int, int], Call | None] = {}
        none = self._answers.number(None)
        self._start = State(self._tables.number(_frozen(tables)), (none,) * len(processes), late=late)
        self._came: dict[State, tuple[State, str] | None] = {self._start: None}

    def states(self) -> Iterator[State]:
        """Every state, each once."""
        waiting = [self._start]
        while waiting:
            state = waiting.pop()
            yield state
            for step, after in self._steps(state):
                if after not in self._came:
                    self._came[after] = (state, step)
                    waiting.append(after)

    def tables(self, state: State) -> Tables:
        """The tables of a state, for any use."""
        made = empty()
        for name, key, text in self._tables[state.tables]:
            made[name].put(key, _item(text))
        return made

    def story(self, state: State) -> list[str]:
        """How a state was first come to."""
        told: list[str] = []
        while came := self._came[state]:
            state = came[0]
            told.append(came[1])
        return told[::-1]

    def _steps(self, state: State) -> Iterator[tuple[str, State]]:
        for place, name in enumerate(self._names):
            call = self._call(place, state.answers[place])
            if call is None:
                continue
            after, answer = self._performed(state, call)
            heard = self._answers.number((place, state.answers[place], answer))
            after = after._replace(answers=(*state.answers[:place], heard, *state.answers[place + 1 :]))
            step = f"{name}: {call.operation}{' ' + answer[0] if answer[0] else ''}"
            yield step, after
            if state.late and call.operation not in _READS:
                yield f"{step}, to come again", after._replace(coming=(*state.coming, call), late=state.late - 1)
        for place, call in enumerate(state.coming):
            after, answer = self._performed(state, call)
            coming = (*state.coming[:place], *state.coming[place + 1 :])
            yield f"late: {call.operation} {answer[0]}", after._replace(coming=coming)

    def _performed(self, state: State, call: Call) -> tuple[State, Answer]:
        tables = self.tables(state)
        answer = _perform(tables, call)
        if call.operation in _READS:
            return state, answer
        return state._replace(tables=self._tables.number(_frozen(tables))), answer

    def _call(self, place: int, heard: int) -> Call | None:
        """What a process asks next after these answers; None for one that is done."""
        if (place, heard) not in self._calls:
            left = iter(self._heard(heard))

            def answer(call: Call) -> Answer:
                for one in left:
                    return one
                raise _Next(call)

            try:
                self._processes[place](Client(answer))
                self._calls[place, heard] = None
            except _Next as asked:
                self._calls[place, heard] = asked.call
        return self._calls[place, heard]

    def _heard(self, number: int) -> list[Answer]:
        told: list[Answer] = []
        while one := self._answers[number]:
            _, number, answer = one
            told.append(answer)
        return told[::-1]


def _frozen(tables: Tables) -> Frozen:
    return tuple(sorted((name, key, item.text) for name, items in tables.items() for key, item in items.items()))


@cache
def _item(text: str) -> Item:
    return Item(json.loads(text))
