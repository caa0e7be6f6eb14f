"""What functions do, remembered: a handler is run once for each course of answers, and then known.

A handler starts anew each time: what it does follows from its event, the time and what AWS answers, and from nothing
else. So its runs are a tree: it asks for something, the answer says which way it goes on, until it has come to an
outcome. What was asked is done on each world in earnest; only the handler's own work, between an answer and what it
asks next, is not done again. tests/faults/test_course.py runs every way anew and compares.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.plan import Call


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to: what it returned, or the error by the name that Step Functions sees."""

    returned: Any = None
    error: str = ""
    told: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.error)


@dataclass(frozen=True)
class Ask:
    """What a handler asks for. call: a call begins, with the client's parameters; None: the SDK sends a request."""

    service: str
    operation: str
    given: dict[str, Any]
    call: Call | None = None


@dataclass(slots=True)
class Answer:
    """key: the same for two answers that a handler cannot tell apart. given: what was answered; failed: or the error
    that it was; to_sdk: the call goes on in the SDK, which sends requests; lost: nothing comes."""

    key: Hashable
    given: dict[str, Any] | None = None
    failed: Any = None
    to_sdk: bool = False
    lost: bool = False


@dataclass(slots=True)
class Point:
    """Where a handler stands. ask: what it asks for next; outcome: what it came to; neither: nobody has seen yet."""

    ask: Ask | None = None
    outcome: Outcome | None = None
    after: dict[Hashable, tuple[Answer, Point]] = field(default_factory=dict)


class Another(BaseException):
    """A handler did something else the second time: it keeps what changes what it does.

    Nothing that handles errors sees it.
    """


@dataclass
class Course:
    """One run of a handler: the answers that are known already, from the start, and where it stands."""

    start: Point
    known: list[Answer] = field(default_factory=list)
    at: int = 0
    point: Point = field(init=False)

    def __post_init__(self) -> None:
        self.point = self.start

    def replayed(self, ask: Ask) -> Answer | None:
        """The known answer to what the handler asks now; None where it was never here."""
        if self.point.ask is None:
            if self.point.outcome is not None:
                raise Another(f"{ask} after the end")
            self.point.ask = ask
        elif self.point.ask != ask:
            raise Another(_apart(ask, self.point.ask))
        return self.known[self.at] if self.at < len(self.known) else None

    def goes_on(self, answer: Answer) -> None:
        """The handler has its answer."""
        self.at += 1
        self.point = after(self.point, answer)

    def ends(self, outcome: Outcome) -> None:
        """The handler has come to this."""
        self.point.outcome = outcome


def _apart(ask: Ask, before: Ask) -> str:
    told, there = repr(ask), repr(before)
    at = next((n for n, (a, b) in enumerate(zip(told, there, strict=False)) if a != b), 0)
    since = max(0, at - 100)
    return (
        f"{ask.operation}: ...{told[since : at + 100]}... instead of {before.operation}: ...{there[since : at + 100]}"
    )


def after(point: Point, answer: Answer) -> Point:
    """Where a handler stands after an answer."""
    known = point.after.get(answer.key)
    if known is None:
        known = point.after[answer.key] = (answer, Point())
    return known[1]
