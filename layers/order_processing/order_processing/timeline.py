"""What happened to an order, in order: every change, with who made it and why."""

from collections.abc import Iterator
from datetime import datetime

from order_processing.order import Record
from order_processing.order_parts import CUSTOMER, Reason
from order_processing.status import ENDED, Status
from order_processing.stored_order import StoredOrder

SYSTEM = "system"
STORE = "store"
STAFF = "staff"
WAREHOUSE = "warehouse"
_WHO_ENDED = {
    "CANCELLED_BY_CUSTOMER": CUSTOMER,
    "CANCELLED_IN_STORE": STORE,
    "CANCELLED_BY_STAFF": STAFF,
    "REJECTED": STAFF,
    "REFUSED": STAFF,
}


class Happened(Record):
    """One thing that happened. what: a status, or a stable word; actor: `system`, `customer`, `store`, `staff: eve`,
    ...; reason: a stable code and a text; detail: a document, a number, the fields that were put right."""

    at: datetime
    what: str
    actor: str
    reason: Reason | None = None
    detail: str = ""


def timeline(stored: StoredOrder) -> tuple[Happened, ...]:
    """Everything that is kept of an order's life, the oldest first."""
    return tuple(sorted(_all(stored), key=lambda happened: happened.at))


def _all(stored: StoredOrder) -> Iterator[Happened]:
    yield Happened(
        at=stored.received_at,
        what=Status.RECEIVED.value,
        actor=STORE,
        detail=f"{stored.placed.source}: {stored.placed.store}",
    )
    for past in stored.history:
        yield Happened(at=past.at, what=past.status.value, actor=SYSTEM, reason=past.reason)
    known = {(past.status.value, past.at) for past in stored.history}
    for status, at in stored.times.items():
        if status == Status.RECEIVED.value or (status, at) in known:
            continue
        current = status == stored.status.value
        yield Happened(
            at=at,
            what=status,
            actor=_who(stored) if current and stored.status in ENDED else SYSTEM,
            reason=stored.reason if current else None,
        )
    for state in stored.states:
        reason = Reason(code=state.action.upper(), text=state.reason)
        yield Happened(at=state.at, what="CHANGED_IN_STORE", actor=STORE, reason=reason)
    yield from _decisions(stored)
    yield from _mails(stored)
    yield from _handling(stored)


def _who(stored: StoredOrder) -> str:
    return _WHO_ENDED.get(stored.reason.code, SYSTEM) if stored.reason else SYSTEM


def _decisions(stored: StoredOrder) -> Iterator[Happened]:
    if stored.question:
        yield Happened(at=stored.question.asked_at, what="ASKED", actor=SYSTEM, detail=stored.question.kind)
    for answer in stored.answers:
        fields = [correction.path for correction in answer.corrections]
        consents = [f"{approval.code} {approval.path}" for approval in answer.approvals]
        yield Happened(at=answer.at, what="DECIDED", actor=answer.actor, detail=", ".join([*fields, *consents]))


def _mails(stored: StoredOrder) -> Iterator[Happened]:
    delay = stored.delay.notice if stored.delay else None
    mails = {
        "CONFIRMATION": stored.confirmation,
        "HANDED_OUT": stored.handed_out,
        "NOTICE_OF_DELAY": delay,
        "NOTICE_OF_END": stored.notice,
    }
    for what, mail in mails.items():
        if mail and mail.sent_at:
            yield Happened(at=mail.sent_at, what=f"{what}_SENT", actor=SYSTEM, detail=mail.message_id)
        elif mail:
            yield Happened(at=mail.attempt_at, what=f"{what}_BEGUN", actor=SYSTEM)


def _handling(stored: StoredOrder) -> Iterator[Happened]:
    handling = stored.handling
    done = {"PRINTED": handling.printed_at, "PACKED": handling.packed_at, "HANDED_OVER": handling.handed_over_at}
    for what, at in done.items():
        if at:
            yield Happened(at=at, what=what, actor=WAREHOUSE, detail=handling.manifest if what == "HANDED_OVER" else "")
    if late := stored.late_cancellation:
        actor = _WHO_ENDED.get(late.reason.code, SYSTEM)
        yield Happened(at=late.at, what="CANCELLED_TOO_LATE", actor=actor, reason=late.reason)
