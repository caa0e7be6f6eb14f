"""Which calls to AWS go wrong, and how."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Literal, Protocol

from tests.proxy.calls import Call

How = Literal["lost", "answer lost", "throttled", "late", "killed before", "killed after"]


@dataclass(frozen=True)
class Fault:
    """How one call goes wrong.

    lost: the connection ends, and AWS never heard. answer lost: AWS did it, the connection ends. throttled: AWS says
    that there were too many. late: AWS did it, and answers when nobody waits any more. killed: the function's process
    ends, before AWS hears or after. tries: how many of the SDK's tries are hit.
    """

    how: How
    tries: int = 1


class Plan(Protocol):
    """Is asked about each call, from several threads."""

    def of(self, call: Call) -> Fault | None:
        """What goes wrong with it, None for nothing."""
        ...


@dataclass(frozen=True)
class At:
    """The nth call (from 1) of an operation by a function, tries of the SDK's not counted."""

    function: str
    service: str
    operation: str
    nth: int

    def __str__(self) -> str:
        return f"{self.function} {self.service}:{self.operation} {self.nth}"


class OneFault:
    """One call goes wrong, once. It notes all calls that it is asked about, as they came."""

    def __init__(self, at: At | None = None, fault: Fault | None = None) -> None:
        self._at, self._fault = at, fault
        self._lock = threading.Lock()
        self._counted: Counter[tuple[str, str, str]] = Counter()
        self._known: dict[str, At] = {}
        self.calls: list[At] = []
        self.hits = 0

    def of(self, call: Call) -> Fault | None:
        if not call.function:
            return None
        with self._lock:
            at = self._known.get(call.invocation)
            if at is None:
                kind = (call.function, call.service, call.operation)
                self._counted[kind] += 1
                at = self._known[call.invocation] = At(*kind, self._counted[kind])
                self.calls.append(at)
            if at != self._at or self._fault is None or self.hits >= self._fault.tries:
                return None
            self.hits += 1
            return self._fault


class Squeeze:
    """For so many seconds, this share of the functions' calls to some services is refused as too many."""

    def __init__(self, services: frozenset[str], share: float, seconds: float, seed: int) -> None:
        self._services, self._share = services, share
        self._until = time.monotonic() + seconds
        self._chance = random.Random(seed)  # noqa: S311 - chance of a test
        self._lock = threading.Lock()
        self.refused: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()

    def of(self, call: Call) -> Fault | None:
        if not call.function or call.service not in self._services or time.monotonic() > self._until:
            return None
        with self._lock:
            self.asked[call.service] += 1
            if self._chance.random() >= self._share:
                return None
            self.refused[call.service] += 1
        return Fault("throttled")
