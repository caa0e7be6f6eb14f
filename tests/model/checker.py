"""Explores every state that a specification can reach, and says by which steps it goes wrong.

A specification has first states, steps from a state to others (each with a name), and properties. Breadth first, so
that a trace to a violation is as short as one can be.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

State = TypeVar("State", bound=Hashable)


@dataclass(frozen=True)
class Specification(Generic[State]):
    """What is explored. invariants: hold in every state, by name. settled: a state in which everything has come to
    its end; one must be reachable from every state without steps that may not be counted on (chance: what the names of
    such steps begin with), as faults and what people do.
    """

    first: State
    steps: Callable[[State], Iterable[tuple[str, State]]]
    invariants: dict[str, Callable[[State], bool]]
    settled: Callable[[State], bool]
    chance: tuple[str, ...] = ("fault",)


@dataclass
class Explored(Generic[State]):
    """What was found. violated: the name of a property, and the steps that lead to where it does not hold."""

    states: int = 0
    steps: int = 0
    violated: str = ""
    trace: list[str] = field(default_factory=list)
    at: State | None = None


STUCK = "everything comes to its end"


def explore(spec: Specification[State], most: int = 5_000_000) -> Explored[State]:
    """Every reachable state, until a property does not hold."""
    came_from: dict[State, tuple[State, str] | None] = {spec.first: None}
    back: dict[State, list[State]] = {}
    ends: list[State] = []
    todo = deque([spec.first])
    found: Explored[State] = Explored()
    while todo:
        state = todo.popleft()
        found.states += 1
        for name, holds in spec.invariants.items():
            if not holds(state):
                return _violated(found, name, state, came_from)
        if spec.settled(state):
            ends.append(state)
        for step, after in spec.steps(state):
            found.steps += 1
            if not step.startswith(spec.chance):
                back.setdefault(after, []).append(state)
            if after not in came_from:
                came_from[after] = (state, step)
                todo.append(after)
        if len(came_from) > most:
            raise MemoryError(f"more than {most} states")
    lost = _that_never_end(came_from, back, ends)
    if lost is not None:
        return _violated(found, STUCK, lost, came_from)
    return found


def _that_never_end(states: Iterable[State], back: dict[State, list[State]], ends: list[State]) -> State | None:
    """The first state from which no end can be counted on."""
    well = set(ends)
    todo = deque(ends)
    while todo:
        for before in back.get(todo.popleft(), ()):
            if before not in well:
                well.add(before)
                todo.append(before)
    return next((state for state in states if state not in well), None)


def _violated(
    found: Explored[State], name: str, state: State, came_from: dict[State, tuple[State, str] | None]
) -> Explored[State]:
    found.violated, found.at = name, state
    place: State = state
    while (step := came_from[place]) is not None:
        place, label = step
        found.trace.insert(0, label)
    return found


def follows(
    spec: Specification[State], seen: Callable[[State], Hashable], trace: Iterable[Hashable]
) -> tuple[bool, Hashable | None]:
    """Whether the specification can show this trace: (True, None), or (False, the first thing that it cannot show).

    seen: what can be observed of a state. Between two things of the trace any steps may be taken that show neither
    something else nor go back.
    """
    wanted = iter(trace)
    now = _silent(spec, seen, {spec.first})
    if next(wanted) != seen(spec.first):
        return False, seen(spec.first)
    for thing in wanted:
        after = {then for state in now for _, then in spec.steps(state) if seen(then) == thing}
        if not after:
            return False, thing
        now = _silent(spec, seen, after)
    return True, None


def _silent(spec: Specification[State], seen: Callable[[State], Hashable], states: set[State]) -> set[State]:
    """All that is reached from these states by steps which nobody sees."""
    reached = set(states)
    todo = deque(states)
    while todo:
        state = todo.popleft()
        for after in _unseen(spec, seen, state):
            if after not in reached:
                reached.add(after)
                todo.append(after)
    return reached


def _unseen(spec: Specification[State], seen: Callable[[State], Hashable], state: State) -> Iterator[State]:
    shown = seen(state)
    return (after for _, after in spec.steps(state) if seen(after) == shown)
