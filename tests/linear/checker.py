"""Whether what several processes did at once could have been done one after the other: linearizability.

After Wing and Gong, "Testing and Verifying Concurrent Objects" (1993), with the memory of Lowe, "Testing for
Linearizability" (2016): an order of the operations is searched in which each stands between its beginning and its end,
and in which each result is what the object, one operation at a time, would have answered. States that were come to by
the same set of operations are looked at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

State = TypeVar("State", bound=Hashable)
UNKNOWN = "unknown"
NEVER = math.inf


@dataclass(frozen=True)
class Operation:
    """began, ended: by one clock for all. Where a process never heard what came of it, ended is NEVER and the result
    UNKNOWN: it may have happened at any time since, or not at all."""

    process: int
    what: str
    given: tuple[Hashable, ...]
    result: Hashable
    began: float
    ended: float

    def __str__(self) -> str:
        return f"{self.process}: {self.what}{self.given} -> {self.result}"


Step = Callable[[State, Operation], Iterable[State]]
"""The states in which an object may be after an operation with its result; none where it would not answer so."""


@dataclass(frozen=True)
class Found(Generic[State]):
    """in_order: the operations one after the other; where there is no such order, the longest that was found.

    next_ones: what could have come next there, and no result of which fits; state: how the object stood there.
    """

    linearizable: bool
    in_order: tuple[Operation, ...]
    next_ones: tuple[Operation, ...]
    state: State

    def __str__(self) -> str:
        if self.linearizable:
            return f"{len(self.in_order)} operations can be put in order"
        told = [
            f"after {len(self.in_order)} operations, the last of them",
            *(f"  {each}" for each in self.in_order[-5:]),
        ]
        return "\n".join([*told, f"in {self.state}, none fits of", *(f"  {each}" for each in self.next_ones)])


def linearize(history: Iterable[Operation], first: State, step: Step[State]) -> Found[State]:
    """Search for an order of a history. first: the object's state before it."""
    done = sorted(history, key=lambda each: each.began)
    known = sum(1 << place for place, each in enumerate(done) if each.ended < NEVER)
    begun: tuple[int, State, tuple[int, ...]] = (0, first, ())
    todo, seen = [begun], {(0, first)}
    furthest = begun
    while todo:
        mask, state, path = now = todo.pop()
        if mask & known == known:
            return Found(True, tuple(done[place] for place in path), (), state)
        if len(path) > len(furthest[2]):
            furthest = now
        for place in reversed(_may_be_next(done, mask)):
            for after in step(state, done[place]):
                key = (mask | 1 << place, after)
                if key not in seen:
                    seen.add(key)
                    todo.append((*key, (*path, place)))
    mask, state, path = furthest
    next_ones = tuple(done[place] for place in _may_be_next(done, mask))
    return Found(False, tuple(done[place] for place in path), next_ones, state)


def _may_be_next(done: Sequence[Operation], mask: int) -> list[int]:
    """What is left and began before anything else that is left had ended."""
    left, first_end = [], NEVER
    for place, each in enumerate(done):
        if mask >> place & 1:
            continue
        if each.began > first_end:
            break
        left.append(place)
        first_end = min(first_end, each.ended)
    return [place for place in left if done[place].began <= first_end]
