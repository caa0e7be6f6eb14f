"""What is to be done about an order that has not come to its end: rules on the order and its execution, no I/O.

An order is settled when it is ready to ship, when it ended and its customer knows, or when staff have it on a list of
their own. What is not settled runs, waits for a person, or is stuck; only what is stuck is anybody's business here.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol

from order_processing.findings import Kind
from order_processing.order import Record
from order_processing.status import Status
from order_processing.stored_order import StoredOrder

FIRST_LOOK = timedelta(minutes=15)
"""How old an order is when it is looked at first: on its way it takes seconds."""
HEARD = timedelta(minutes=5)
"""After a decision or an early end, for how long its execution is left alone."""
OVERDUE = timedelta(minutes=15)
"""How long after its last moment a decision is awaited no longer, or a question is due."""
LONG = timedelta(hours=3)
"""How long an execution may run and not wait for a person: a throttled SES is tried again for two hours."""
MOST_REDRIVES = 3
_FIRST_PAUSE = timedelta(minutes=5)
REDRIVABLE_FOR = timedelta(days=14)
"""Step Functions redrives an execution for 14 days after it stopped (API Reference, RedriveExecution)."""

LEFT_TO_STAFF = ("DeliveryRefused", "SendingStopped", "ABORTED")
"""Failures that no retry mends: staff must change something first, or have stopped the execution themselves."""


_WHY = "`python -m operating.failures list`, or the console's page, says why and redrives it"


class Run(Record):
    """An execution as Step Functions tells of it. error: the name of what it failed with; TIMED_OUT, ABORTED.

    stopped_at: when it failed, timed out, was stopped or succeeded. redrives: how often it was redriven.
    """

    state: Literal["none", "running", "failed", "succeeded"]
    error: str = ""
    stopped_at: datetime | None = None
    redrives: int = 0


NO_RUN = Run.model_construct(state="none")


class Runs(Protocol):
    """The executions of orders, as the sweep sees and mends them. run: the how-manieth, see `StoredOrder.runs`."""

    def of(self, order_id: str, run: int) -> Run:
        """The order's own execution; the last one, where it was started anew."""
        ...

    def ending_of(self, order_id: str, ending: str, run: int) -> Run:
        """The execution that finishes an early end, or tells that it is too late for one."""
        ...

    def redrive(self, order_id: str, run: int) -> None:
        """Let the order's failed execution go on at the state that failed. Raises NotStarted."""
        ...

    def redrive_ending(self, order_id: str, ending: str, run: int) -> None:
        """The same for an execution that finishes an early end. Raises NotStarted."""
        ...

    def deliver(self, token: str, decision: str) -> bool:
        """Tell a waiting execution of its decision; whether it was waiting for it."""
        ...


class Act(StrEnum):
    """What a sweep does; each may be done again and then does nothing."""

    NOTHING = "nothing"
    START = "started"
    REDRIVE = "redriven"
    REDRIVE_ENDING = "its ending redriven"
    DELIVER = "the decision delivered"
    END = "its ending started"
    """The execution that finishes an early end, or tells of one."""


class Verdict(NamedTuple):
    """What is wrong, what is done about it, and what a person should do ("" for nothing)."""

    kind: Kind
    act: Act = Act.NOTHING
    advice: str = ""


def settled(stored: StoredOrder) -> bool:
    """Whether nothing more is to happen without anybody's asking. An early end is settled here as well: whether its
    customer was told, the index says."""
    return stored.ended or stored.has_reached(Status.READY_TO_SHIP) or stored.promise_broken


def judge(stored: StoredOrder, run: Run, ending: Run, now: datetime, *, heard: bool = False) -> Verdict | None:
    """What is wrong with an order that was received at least FIRST_LOOK ago; None for nothing.

    ending: the execution that would have it expire. heard: whether its own is known to wait for no decision.
    """
    if settled(stored):
        return None
    if stored.pending and _is_asked(stored):
        asked = stored.question
        if asked is None or now < asked.expires_at + OVERDUE:
            return None
        return judge_ending("NOT_EXPIRED", ending, now)
    if stored.pending and now < _since(stored) + OVERDUE:
        return None
    if run.state == "none":
        return Verdict("NOT_STARTED", Act.START)
    if run.state == "succeeded":
        return Verdict("STUCK", advice=f"its execution has ended without a result: {_anew(stored)}")
    if run.state == "failed":
        return _failed("STUCK", Act.REDRIVE, run, now, f"{_WHY}; {_anew(stored)}")
    if not heard and stored.question and now >= _since(stored) + HEARD:
        return Verdict("DECISION_NOT_HEARD", Act.DELIVER)
    if now >= _since(stored) + LONG:
        return Verdict("RUNS_LONG", advice="look at its execution: what does it wait for?")
    return None


def judge_notice(stored: StoredOrder, run: Run, ending: Run, now: datetime, *, heard: bool = False) -> Verdict | None:
    """What is wrong with an order that ended and whose customer has not been told."""
    if not stored.ended or now < _since(stored) + HEARD:
        return None
    if run.state != "running":
        return judge_ending("NOT_TOLD", ending, now)
    if not heard and stored.question:
        return Verdict("NOT_TOLD", Act.DELIVER)
    if now >= _since(stored) + LONG:
        return Verdict("NOT_TOLD", advice="look at its execution: what does it wait for?")
    return None


def judge_ending(kind: Kind, ending: Run, now: datetime) -> Verdict | None:
    """What is wrong where the execution that finishes an early end, or tells of one, should have done so."""
    if ending.state == "none":
        return Verdict(kind, Act.END)
    if ending.state == "running":
        return None
    if ending.state == "failed":
        return _failed(kind, Act.REDRIVE_ENDING, ending, now, _WHY)
    return Verdict(kind, advice="the execution that ends orders has ended without a result: look at its history")


def _failed(kind: Kind, act: Act, run: Run, now: datetime, advice: str) -> Verdict | None:
    """A failed execution is redriven a few times, with growing pauses, unless staff must change something first."""
    stopped_at = run.stopped_at or now
    if run.error in LEFT_TO_STAFF or run.redrives >= MOST_REDRIVES or now - stopped_at >= REDRIVABLE_FOR:
        return Verdict(kind, advice=f"its execution failed with {run.error}: {advice}")
    if now < stopped_at + _FIRST_PAUSE * 4**run.redrives:
        return None
    return Verdict(kind, act)


def _is_asked(stored: StoredOrder) -> bool:
    """Whether somebody knows that an answer is awaited. A customer who cannot be written to is on staff's list."""
    asked = stored.question
    return bool(asked and asked.kind == stored.status.value)


def _since(stored: StoredOrder) -> datetime:
    """When the order changed last, as far as it tells."""
    asked = stored.question.asked_at if stored.question else stored.received_at
    decided = stored.answers[-1].at if stored.answers else stored.received_at
    return max(asked, decided, *stored.times.values())


def _anew(stored: StoredOrder) -> str:
    return f"or start it anew with `python -m operating.executions anew {stored.order_id}`"
