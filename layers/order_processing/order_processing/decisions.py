"""Answers that a waiting execution waits for, and the port on executions."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from order_processing.errors import OrderChanged
from order_processing.order_parts import CUSTOMER, Answer, Question, Reason
from order_processing.orders import Orders
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verification.corrections import correct, order_of

_TRIES = 3
GO_ON = "go_on"
VERIFY = "verify"
CANCELLED = "cancelled"
REJECTED = "rejected"


class Executions(Protocol):
    """The running executions of the state machine."""

    def start(self, order_id: str, run: int = 1) -> None:
        """Start the order's execution; done before, it is done. run: the how-manieth, see `StoredOrder.runs`: an order
        that its store opened again has one more. Raises NotStarted."""
        ...

    def answer(self, token: str, decision: str) -> None:
        """Let a waiting execution go on; one that no longer waits is left alone."""
        ...

    def runs(self, order_id: str, run: int = 1) -> bool:
        """Whether the order's own execution is under way."""
        ...

    def finish(self, order_id: str, ending: str, run: int = 1) -> None:
        """Start what is left to do after an early end (CANCELLED, ...) or a cancellation that came TOO_LATE:
        what was held goes back, the customer is told. Started before, it is started. Raises NotStarted."""
        ...


class NotStarted(RuntimeError):
    """An execution could not be started now; the sweep will do it."""


class NotAsked(Exception):
    """Nobody is asked about this order now: it was answered, it ended, or it went on."""

    def __init__(self, stored: StoredOrder) -> None:
        super().__init__(f"the order is {stored.status}: nobody is asked about it")
        self.stored = stored


def decide(order_id: str, answer: Answer, *, orders: Orders, executions: Executions) -> StoredOrder:
    """Keep a decision, and let the waiting execution look at the order again.

    The same decision made twice counts once, and tells the execution again, in case it did not hear. Of two decisions
    at once the first counts. What else is written meanwhile, as that the customer was told, is in nobody's way.
    Raises NotAsked when there is nothing to decide, CorrectionError for a correction that cannot be made, and
    OrderChanged when the order is being changed again and again.
    """
    seen: StoredOrder | None = None
    for _ in range(_TRIES):
        stored = orders.load(order_id)
        if not stored.pending:
            standing = stored.standing_answers
            if stored.question and standing and standing[-1].same_decision(answer):
                let_go_on(stored.question, _way(answer, stored.question), executions)
                return stored
            raise NotAsked(stored)
        if bool(answer.choice) != (stored.status is Status.OFFER_PENDING) or not _asked_alike(seen, stored):
            raise NotAsked(stored)
        if answer.corrections:
            correct(order_of(stored), answer.corrections, staff=answer.actor != CUSTOMER)
        try:
            decided = orders.answer(stored, answer)
        except OrderChanged:
            seen = stored
            continue
        if decided.question:
            let_go_on(decided.question, _way(answer, decided.question), executions)
        return decided
    raise OrderChanged(order_id)


def _asked_alike(before: StoredOrder | None, now: StoredOrder) -> bool:
    """Whether an order still waits for what it waited for when it was looked at before."""
    if before is None:
        return True
    since = [(stored.status, stored.turns, stored.times.get(stored.status.value)) for stored in (before, now)]
    return since[0] == since[1]


def let_go_on(question: Question, decision: str, executions: Executions) -> None:
    """Let the execution that asked go on, by whichever try of it waits; the others are over and are left alone."""
    for token in question.tokens:
        executions.answer(token, decision)


def way_on(stored: StoredOrder) -> str:
    """What the execution that waits for this order's decision is to hear, once the decision is kept with the order."""
    if stored.ended:
        return REJECTED if stored.status is Status.REJECTED else CANCELLED
    return VERIFY if stored.status is Status.RECEIVED else GO_ON


def _way(answer: Answer, question: Question) -> str:
    """Where the execution goes: an order that was waiting for approval and is changed is verified again."""
    changed = answer.corrections and question.kind == Status.APPROVAL_PENDING
    return VERIFY if changed else GO_ON


def reject(
    order_id: str,
    *,
    orders: Orders,
    executions: Executions,
    reason: Reason,
    now: datetime,
    answer: Answer | None = None,
) -> StoredOrder:
    """Reject an order that waits for a decision: give back what it holds, and let its execution end.

    answer: who has decided so, to be kept with the order.
    Rejected twice, it is rejected once. Raises NotAsked when there is nothing to decide, or something else since.
    """
    seen: StoredOrder | None = None
    for _ in range(_TRIES):
        stored = orders.load(order_id)
        question = stored.question
        if stored.status is Status.REJECTED:
            if question and not stored.notice:
                let_go_on(question, REJECTED, executions)
            return stored
        if not stored.pending or not _asked_alike(seen, stored):
            raise NotAsked(stored)
        try:
            stored = orders.release(stored, Status.REJECTED, at=now, reason=reason, answer=answer)
        except OrderChanged:
            seen = stored
            continue
        if question:
            let_go_on(question, REJECTED, executions)
        return stored
    raise OrderChanged(order_id)
