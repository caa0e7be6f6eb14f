"""Executions that have failed: why, what to do, and which of them one cause has stopped together."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, Protocol

from order_processing.faults import Advice, advice, kind_of, plain
from order_processing.order import Record
from order_processing.status import ENDED, Status

Machine = Literal["order", "ending"]
REDRIVABLE_FOR = timedelta(days=14)
"""For how long after it failed Step Functions redrives an execution (Developer Guide, Redriving executions)."""
NOT_REDRIVABLE = "not_redrivable"


class Failure(Record):
    """One execution that failed. machine: the order's own, or the one that finishes early ends.

    told: the fault's text, without what to do. redrives: how often it was redriven.
    """

    arn: str
    machine: Machine = "order"
    order_id: str
    at: datetime
    error: str
    told: str
    redrives: int = 0

    @property
    def kind(self) -> str:
        """The same for all failures of one cause."""
        return cause_of(self.machine, self.error, self.told)

    @property
    def advice(self) -> Advice:
        """What it means, and what to do."""
        return advice(self.error, self.told)

    def redrivable(self, now: datetime) -> bool:
        """Whether Step Functions still redrives it."""
        return now - self.at < REDRIVABLE_FOR


class Cause(Record):
    """Failures of one cause, the oldest first."""

    kind: str
    advice: Advice
    failures: tuple[Failure, ...]


class Failed(Record):
    """A page of what has failed, the newest of each machine first. more: whether there are older ones."""

    failures: tuple[Failure, ...]
    more: bool = False


class Redrive(Record):
    """One time that failures were redriven together. title: the cause's; executions: by name."""

    id: str
    at: datetime
    actor: str
    title: str
    failures: tuple[Failure, ...]


class Progress(Record):
    """Where an execution stands. status: Step Functions'; redrives: how often it was redriven."""

    status: str
    redrives: int = 0
    error: str = ""
    told: str = ""


class FailedExecutions(Protocol):
    """Failed executions, and setting them going again."""

    def failed(self, page: int = 0, /) -> Failed:
        """Those that have failed and were not redriven since; page: 0 for the newest."""
        ...

    def redrive(self, failures: Iterable[Failure], token: str) -> None:
        """Let these go on where they failed; with the same token, once. Those that cannot go on stay failed."""
        ...

    def progress(self, failures: Iterable[Failure]) -> list[Progress]:
        """Where each stands now."""
        ...


class Redrives(Protocol):
    """What was redriven when and by whom."""

    def keep(self, redrive: Redrive) -> None: ...

    def find(self, redrive_id: str) -> Redrive | None: ...

    def latest(self) -> list[Redrive]:
        """The newest first, ten of them."""
        ...


def cause_of(machine: Machine, error: str, told: str) -> str:
    """A short text that is the same for all failures of one cause."""
    return hashlib.sha256(f"{machine}\n{kind_of(error, told)}".encode()).hexdigest()[:12]


def by_cause(failures: Iterable[Failure]) -> list[Cause]:
    """The failures by what caused them; the cause that has held an order up longest comes first."""
    kinds: dict[str, list[Failure]] = {}
    for failure in sorted(failures, key=lambda each: (each.at, each.order_id)):
        kinds.setdefault(failure.kind, []).append(failure)
    return [Cause(kind=kind, advice=each[0].advice, failures=tuple(each)) for kind, each in kinds.items()]


def still_matters(failure: Failure, status: Status | None, now: datetime) -> bool:
    """Whether somebody must see to a failure: not where the order has ended since, which is seen to apart, nor where it
    cannot be redriven any more and the order has come through by another execution."""
    if failure.machine == "ending":
        return True
    came_through = status is Status.READY_TO_SHIP and not failure.redrivable(now)
    return status not in ENDED and not came_through


def told_in(cause: str) -> str:
    """A fault's text from an execution's cause: what a function raised is JSON there (Lambda's error object)."""
    try:
        said = json.loads(cause)["errorMessage"]
    except (ValueError, KeyError, TypeError):
        said = cause
    return plain(str(said))[:500]


def console_url(arn: str) -> str:
    """Where AWS's console shows an execution."""
    region = arn.split(":")[3]
    return f"https://{region}.console.aws.amazon.com/states/home?region={region}#/v2/executions/details/{arn}"


def execution_arn(machine_arn: str, name: str) -> str:
    """The ARN of a state machine's execution."""
    return f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}"
