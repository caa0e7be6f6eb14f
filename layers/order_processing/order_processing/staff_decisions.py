"""What staff decides about an order that waits: they consent to it as it stands, put it right, choose of what it was
offered for its customer, or reject it."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr, ValidationError

from order_processing.approval import Consent
from order_processing.cancellation import BY_STAFF
from order_processing.checks import NEEDS_CORRECTION
from order_processing.choices import choose_offered
from order_processing.decisions import Executions, NotAsked, decide, reject
from order_processing.discrepancy import Approval, Correction, Discrepancy
from order_processing.errors import OrderChanged
from order_processing.http import Problem
from order_processing.money import AmountError, major_units, minor_units
from order_processing.offer import ConsentNeeded, NotOffered, OfferExpired
from order_processing.order import Record
from order_processing.order_parts import REFUSED, Answer, Reason, Told
from order_processing.orders import Orders
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verification.corrections import CorrectionError, change_in_total, order_of, value_at

_REJECTED = Reason.model_construct(code="REJECTED", text="rejected by staff")
_TRIES = 3


class Decider(Record):
    """A member of staff who decides. by: what stays the same, so that two can be told apart; actor: as it is shown."""

    by: str
    actor: str


class CorrectionBody(Record):
    """One field put right: its path as in a discrepancy, and what is to stand there."""

    path: Annotated[StrictStr, Field(min_length=1, max_length=100)]
    value: Annotated[StrictStr, Field(max_length=500)]


class DecisionBody(Record):
    """The body of a decision.

    corrections: for `correct`, at least one; else none. choice: for `choose`, the key of an alternative; else none.
    agreed_difference: for `choose`, how much more the customer agreed to pay, in major units as text.
    reason: for `reject`, why, in words for the customer. seen: `state_of` the order as it was shown, so that nothing
    is decided that has changed since; "" where nobody compares.

    `told`: staff have told a customer who cannot be written to what is promised; by: how.
    """

    decision: Literal["approve", "correct", "choose", "reject", "told"]
    corrections: Annotated[tuple[CorrectionBody, ...], Field(max_length=100)] = ()
    reason: Annotated[StrictStr, Field(max_length=300)] = ""
    seen: Annotated[StrictStr, Field(max_length=64)] = ""
    choice: Annotated[StrictStr, Field(max_length=100)] = ""
    agreed_difference: Annotated[StrictStr, Field(max_length=30)] = ""
    by: Told | None = None


class CancellationBody(Record):
    """The body of a cancellation by staff. reason: why, in words for the customer, "" for none."""

    reason: Annotated[StrictStr, Field(max_length=300)] = ""


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
    mistakes = []
    if body.reason and body.decision != "reject":
        mistakes.append(("reason", "expected only with the decision `reject`"))
    if bool(body.corrections) != (body.decision == "correct"):
        mistakes.append(("corrections", "expected at least one with the decision `correct`, and none with another"))
    if bool(body.choice) != (body.decision == "choose"):
        mistakes.append(("choice", "expected a key of the order's offer with the decision `choose`, else nothing"))
    if body.agreed_difference and body.decision != "choose":
        mistakes.append(("agreed_difference", "expected only with the decision `choose`"))
    if bool(body.by) != (body.decision == "told"):
        wanted = "`phone`, `letter` or `in_person` with the decision `told`, and none with another"
        mistakes.append(("by", f"expected {wanted}"))
    if mistakes:
        raise Problem(400, "DECISION_INVALID", "the body is not a decision", mistakes)
    return body


def decide_as_staff(
    order_id: str,
    body: DecisionBody,
    staff: Decider,
    *,
    orders: Orders,
    executions: Executions,
    now: datetime,
    check: Callable[[StoredOrder], None] = lambda _: None,
) -> StoredOrder:
    """Make a decision, once. Problem when it cannot be made; OrderNotFound.

    check: looks at the very order that would be decided about, and raises what speaks against it.

    An order that two must approve still waits after the first one's consent. Whoever consents again has said
    nothing new.
    """
    for _ in range(_TRIES):
        try:
            return _decide(order_id, body, staff, orders, executions, now, check)
        except OrderChanged:  # somebody else has consented meanwhile
            continue
        except NotAsked as error:
            raise Problem(409, "NOT_ASKED", str(error)) from None
        except CorrectionError as error:
            mistake = (error.path or "corrections", str(error))
            raise Problem(422, "CORRECTION_INVALID", "a correction cannot be made", [mistake]) from None
    raise OrderChanged(order_id)


def state_of(stored: StoredOrder) -> str:
    """What is asked about an order now, as a short text that changes with it."""
    asked = [d.model_dump_json() for d in stored.discrepancies if d.resolution.startswith("needs_")]
    grounds = [ground.model_dump_json() for ground in stored.approval.grounds] if stored.approval else []
    told = "\n".join([stored.status, str(stored.turns), *asked, *grounds])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _decide(
    order_id: str,
    body: DecisionBody,
    staff: Decider,
    orders: Orders,
    executions: Executions,
    now: datetime,
    check: Callable[[StoredOrder], None],
) -> StoredOrder:
    stored = orders.load(order_id)
    if repeated := _repeated(stored, body, staff):
        return decide(order_id, repeated, orders=orders, executions=executions)
    if stored.pending:
        check(stored)
    if body.seen and stored.pending and body.seen != state_of(stored):
        raise Problem(409, "ORDER_CHANGED", "the order has changed since it was shown: look at it again")
    if body.decision == "reject":
        return _reject(stored, body, staff, orders, executions, now)
    if body.decision == "choose":
        return _choose(stored, body, staff, orders, executions, now)
    if not stored.pending:
        raise NotAsked(stored)
    answer = Answer(actor=staff.actor, by=staff.by, at=now)
    if body.decision == "correct":
        answer = answer.model_copy(update={"corrections": _corrections(stored, body)})
    elif body.decision == "told":
        if not stored.waits_to_be_told:
            raise Problem(409, "NOBODY_TO_TELL", "the order does not wait for its customer to be told")
        answer = answer.model_copy(update={"told": body.by})
    elif stored.approval and stored.status is Status.APPROVAL_PENDING:
        case = stored.approval.with_consent(Consent(by=staff.by, actor=staff.actor, at=now))
        if not case.agreed:
            return stored if case == stored.approval else orders.consent(stored, case)
        approvals = tuple(ground.approval for ground in case.grounds)
        answer = answer.model_copy(update={"approvals": approvals, "consents": case.consents})
    else:
        answer = answer.model_copy(update={"approvals": _approvals(stored)})
    return decide(order_id, answer, orders=orders, executions=executions)


def _reject(
    stored: StoredOrder, body: DecisionBody, staff: Decider, orders: Orders, executions: Executions, now: datetime
) -> StoredOrder:
    words = " ".join(body.reason.split())
    looked_at = words or stored.status is Status.APPROVAL_PENDING
    reason = Reason(code=REFUSED, text=words) if looked_at else _REJECTED
    answer = Answer(actor=staff.actor, by=staff.by, at=now, refused=True)
    return reject(stored.order_id, orders=orders, executions=executions, reason=reason, now=now, answer=answer)


def _choose(
    stored: StoredOrder, body: DecisionBody, staff: Decider, orders: Orders, executions: Executions, now: datetime
) -> StoredOrder:
    """Choose for the customer, who must have agreed to what it costs more."""
    currency = stored.placed.currency
    try:
        agreed = minor_units(body.agreed_difference or "0", currency)
    except AmountError as error:
        mistakes = [("agreed_difference", str(error))]
        raise Problem(400, "DECISION_INVALID", "the body is not a decision", mistakes) from None
    try:
        return choose_offered(
            stored.order_id,
            body.choice,
            actor=staff.actor,
            by=staff.by,
            agreed_difference=agreed,
            orders=orders,
            executions=executions,
            now=now,
        )
    except NotOffered as error:
        raise Problem(422, "NOT_OFFERED", "the choice is not offered", [("choice", str(error))]) from None
    except ConsentNeeded as error:
        more = major_units(error.difference, currency)
        message = f"{body.choice} costs {more} {currency} more, and {body.agreed_difference or 'nothing'} was agreed to"
        says = "it costs more than the customer agreed to: ask them first"
        raise Problem(422, "CONSENT_NEEDED", says, [("agreed_difference", message)]) from None
    except OfferExpired as error:
        raise Problem(409, "OFFER_EXPIRED", str(error)) from None


def _approvals(stored: StoredOrder) -> tuple[Approval, ...]:
    """Consent to each finding that asks for it, with the value that it has now."""
    if stored.status is Status.OFFER_PENDING:
        raise Problem(409, "NOTHING_TO_APPROVE", "the customer has a choice to make: choose for them, or reject it")
    if stored.waits_to_be_told:
        says = "no e-mail can be sent to the customer: tell them, and decide `told`"
        raise Problem(409, "CUSTOMER_NOT_TOLD", says)
    asked = [d for d in stored.discrepancies if d.resolution == "needs_approval"]
    if not asked:
        raise Problem(409, "NOTHING_TO_APPROVE", "only the customer is asked: staff may correct or reject the order")
    if beyond := [d for d in asked if d.code in NEEDS_CORRECTION]:
        says = "no consent makes this order deliverable: correct it, or reject the order"
        raise Problem(409, "CORRECTION_NEEDED", says, [(d.path, _says(d)) for d in beyond])
    return tuple(Approval(code=d.code, path=d.path, found=d.found) for d in asked)


def _corrections(stored: StoredOrder, body: DecisionBody) -> tuple[Correction, ...]:
    """The corrections with what stands in their fields; CorrectionError for a path that is no field."""
    if stored.status not in (Status.CORRECTION_PENDING, Status.APPROVAL_PENDING):
        raise Problem(409, "NOTHING_TO_CORRECT", f"the order is {stored.status}: no field of it is asked about")
    if len({c.path for c in body.corrections}) != len(body.corrections):
        raise Problem(400, "DECISION_INVALID", "the body is not a decision", [("corrections", "a path stands twice")])
    order = order_of(stored)
    corrections = tuple(Correction(path=c.path, found=value_at(order, c.path), value=c.value) for c in body.corrections)
    if (more := change_in_total(order, corrections, staff=True)) > 0:
        found = f"{major_units(more, order.currency)} {order.currency} more"
        raise CorrectionError("total", found, "no higher total: only the customer can agree to that")
    return corrections


def _repeated(stored: StoredOrder, body: DecisionBody, staff: Decider) -> Answer | None:
    """The answer that this decision was already: sent again, it is told again and counts once."""
    answers = stored.standing_answers
    last = answers[-1] if answers and not stored.pending and not stored.ended else None
    if not last or not stored.question or body.decision == "reject":
        return None
    if last.choice or body.decision == "choose":
        return None
    theirs = staff.by == last.by or any(consent.by == staff.by for consent in last.consents)
    same = {(c.path, c.value) for c in last.corrections} == {(c.path, c.value) for c in body.corrections}
    return last if theirs and same and last.told == body.by else None


def _says(discrepancy: Discrepancy) -> str:
    return f"{discrepancy.code}: {discrepancy.message}"


def _mistakes(error: ValidationError) -> list[tuple[str, str]]:
    details: list[Any] = json.loads(error.json(include_url=False, include_input=False))
    return [(".".join(map(str, e["loc"])) or "body", e["msg"][0].lower() + e["msg"][1:]) for e in details]
