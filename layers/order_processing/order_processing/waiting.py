"""Orders that wait for a person's decision, as a list of them shows them."""

from datetime import datetime
from typing import Literal, Protocol

from order_processing.approval import Case
from order_processing.order import Record
from order_processing.order_parts import Question, Reason
from order_processing.status import Status

Whom = Literal["staff", "customer"]
WaitsFor = Literal["staff", "customer", "execution", "notice"]
"""Whom a decision is awaited from; `execution`: the decision was made, and its execution has not gone on yet;
`notice`: the order ended early, and its customer has not been told yet."""


class Waiting(Record):
    """One order that waits. question: None for the moment before its execution waits for the answer."""

    order_id: str
    status: Status
    since: datetime
    reason: Reason | None = None
    approval: Case | None = None
    question: Question | None = None

    @property
    def expires_at(self) -> datetime | None:
        """When it ends without a decision."""
        return self.question.expires_at if self.question else None


class WaitingOrders(Protocol):
    """The orders that wait, by whom they wait for."""

    def waiting(self, waits_for: WaitsFor) -> list[Waiting]:
        """Those that wait, by what they wait for, the oldest first."""
        ...

    def oldest(self, whom: Whom) -> datetime | None:
        """Since when the oldest of them waits; None where none does."""
        ...
