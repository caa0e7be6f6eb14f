"""What the sweeps find: orders and books that are not as they should be, what was done, what is left to a person."""

from datetime import datetime
from typing import Literal, Protocol

from order_processing.order import Record

AuditKind = Literal[
    "RESERVATION_LEFT",
    "RESERVATION_DIFFERS",
    "DOCUMENT_WITHOUT_ORDER",
    "DOCUMENT_MISSING",
    "ACCOUNT_DIFFERS",
    "HAND_OVER_NOT_TOLD",
]
Kind = Literal[
    "NOT_STARTED",
    "STUCK",
    "RUNS_LONG",
    "DECISION_NOT_HEARD",
    "NOT_EXPIRED",
    "NOT_TOLD",
    AuditKind,
]


class Finding(Record):
    """One thing that is not as it should be.

    subject: the order's id; for books the source of stock, the claim on supply, the document's key or the account's id.
    since: when it was found first; seen_at: when last; times: in how many sweeps.
    done: what the sweep did about it, "" where it could do nothing. advice: what a person should do, "" for nothing.
    """

    kind: Kind
    subject: str
    since: datetime
    seen_at: datetime
    times: int = 1
    done: str = ""
    advice: str = ""

    @property
    def needs_person(self) -> bool:
        """Whether it is left to a person."""
        return bool(self.advice)


class Findings(Protocol):
    """The store of findings, and how far each sweep has come."""

    def note(self, kind: Kind, subject: str, now: datetime, *, done: str = "", advice: str = "") -> Finding:
        """Keep a finding as open; one that is open already keeps `since` and is counted up."""
        ...

    def resolve(self, finding: Finding, now: datetime) -> None:
        """It is as it should be again: the finding is kept among the closed ones of the day."""
        ...

    def open(self) -> list[Finding]:
        """Every open finding, those that need a person first, then the oldest."""
        ...

    def closed(self, day: str) -> list[Finding]:
        """Those that were resolved on a day (UTC, as 2026-11-25), the oldest first; kept for 90 days."""
        ...

    def follow(self, order_id: str, now: datetime) -> None:
        """Look at an order again in each sweep until it is settled."""
        ...

    def followed(self) -> list[str]:
        """The ids of the orders that are followed."""
        ...

    def unfollow(self, order_id: str) -> None:
        """The order is settled."""
        ...

    def progress(self, sweep: str) -> str:
        """How far a sweep had come when it was last kept; "" for never."""
        ...

    def keep_progress(self, sweep: str, place: str) -> None:
        """Keep how far a sweep has come."""
        ...
