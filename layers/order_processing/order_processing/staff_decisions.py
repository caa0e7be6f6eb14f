"""What staff decides about an order that waits: they consent to it as it stands, put it right, or reject it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr, ValidationError

from order_processing.cancellation import BY_STAFF
from order_processing.checks import NEEDS_CORRECTION
from order_processing.decisions import Executions, NotAsked, decide, reject
from order_processing.discrepancy import Approval, Correction, Discrepancy
from order_processing.http import Problem
from order_processing.order import Record
from order_processing.orders import Orders
from order_processing.stored_order import Answer, Reason, Status, StoredOrder
from order_processing.verification.corrections import CorrectionError, order_of, value_at

_REJECTED = Reason(code="REJECTED", text="rejected by staff")


class CorrectionBody(Record):
    """One field put right: its path as in a discrepancy, and what is to stand there."""

    path: Annotated[StrictStr, Field(min_length=1, max_length=100)]
    value: Annotated[StrictStr, Field(max_length=500)]


class DecisionBody(Record):
    """The body of a decision. corrections: for `correct`, at least one; else none."""

    decision: Literal["approve", "correct", "reject"]
    corrections: Annotated[tuple[CorrectionBody, ...], Field(max_length=100)] = ()


class CancellationBody(Record):
    """The body of a cancellation by staff. reason: why, in words for the customer, in the customer's language."""

    reason: Annotated[StrictStr, Field(min_length=1, max_length=300)]


def read_cancellation(raw: bytes) -> Reason:
    """Why staff cancel an order; Problem with every mistake in it. Without a body no reason is given."""
    if not raw.strip():
        return Reason(code=BY_STAFF, text="")
    try:
        return Reason(code=BY_STAFF, text=CancellationBody.model_validate_json(raw).reason.strip())
    except ValidationError as error:
        raise Problem(400, "CANCELLATION_INVALID", "the body is not a cancellation", _mistakes(error)) from None


def read_decision(raw: bytes) -> DecisionBody:
    """The decision in a request's body; Problem with every mistake in it."""
    try:
        body = DecisionBody.model_validate_json(raw)
    except ValidationError as error:
        raise Problem(400, "DECISION_INVALID", "the body is not a decision", _mistakes(error)) from None
    if bool(body.corrections) != (body.decision == "correct"):
        wanted = "at least one with the decision `correct`, and none with another"
        raise Problem(400, "DECISION_INVALID", "the body is not a decision", [("corrections", f"expected {wanted}")])
    return body


def decide_as_staff(
    order_id: str, body: DecisionBody, staff: str, *, orders: Orders, executions: Executions, now: datetime
) -> StoredOrder:
    """Make a decision, once. staff: who decides. Problem when it cannot be made; OrderNotFound."""
    try:
        if body.decision == "reject":
            return reject(order_id, orders=orders, executions=executions, reason=_REJECTED, now=now)
        stored = orders.load(order_id)
        if repeated := _repeated(stored, body, staff):
            return decide(order_id, repeated, orders=orders, executions=executions)
        if not stored.pending:
            raise NotAsked(stored)
        corrections = _corrections(stored, body) if body.decision == "correct" else ()
        approvals = _approvals(stored) if body.decision == "approve" else ()
        answer = Answer(actor=staff, at=now, corrections=corrections, approvals=approvals)
        return decide(order_id, answer, orders=orders, executions=executions)
    except NotAsked as error:
        raise Problem(409, "NOT_ASKED", str(error)) from None
    except CorrectionError as error:
        raise Problem(
            422, "CORRECTION_INVALID", "a correction cannot be made", [(error.path or "corrections", str(error))]
        ) from None


def _approvals(stored: StoredOrder) -> tuple[Approval, ...]:
    """Consent to each finding that asks for it, with the value that it has now."""
    if stored.status is Status.OFFER_PENDING:
        raise Problem(409, "NOTHING_TO_APPROVE", "the customer has a choice to make: staff may reject the order")
    if stored.status is Status.APPROVAL_PENDING:
        return ()
    asked = [d for d in stored.discrepancies if d.resolution == "needs_approval"]
    if not asked:
        raise Problem(409, "NOTHING_TO_APPROVE", "only the customer is asked: staff may correct or reject the order")
    if beyond := [d for d in asked if d.code in NEEDS_CORRECTION]:
        says = "no consent makes this order deliverable: correct it, or reject the order"
        raise Problem(409, "CORRECTION_NEEDED", says, [(d.path, _says(d)) for d in beyond])
    return tuple(Approval(code=d.code, path=d.path, found=d.found) for d in asked)


def _corrections(stored: StoredOrder, body: DecisionBody) -> tuple[Correction, ...]:
    """The corrections with what stands in their fields; CorrectionError for a path that is no field."""
    if stored.status is not Status.CORRECTION_PENDING:
        raise Problem(409, "NOTHING_TO_CORRECT", f"the order is {stored.status}: no field of it is asked about")
    if len({c.path for c in body.corrections}) != len(body.corrections):
        raise Problem(400, "DECISION_INVALID", "the body is not a decision", [("corrections", "a path stands twice")])
    order = order_of(stored)
    return tuple(Correction(path=c.path, found=value_at(order, c.path), value=c.value) for c in body.corrections)


def _repeated(stored: StoredOrder, body: DecisionBody, staff: str) -> Answer | None:
    """The answer that this decision was already: sent again, it is told again and counts once."""
    last = stored.answers[-1] if stored.answers and not stored.pending and not stored.ended else None
    if not last or last.actor != staff or not stored.question:
        return None
    same = {(c.path, c.value) for c in last.corrections} == {(c.path, c.value) for c in body.corrections}
    return last if same else None


def _says(discrepancy: Discrepancy) -> str:
    return f"{discrepancy.code}: {discrepancy.message}"


def _mistakes(error: ValidationError) -> list[tuple[str, str]]:
    details: list[Any] = json.loads(error.json(include_url=False, include_input=False))
    return [(".".join(map(str, e["loc"])) or "body", e["msg"][0].lower() + e["msg"][1:]) for e in details]
