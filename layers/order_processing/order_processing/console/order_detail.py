"""Everything that is kept of one order, as staff see it below what a decision needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from order_processing.audit import Act, Audit
from order_processing.cancellation import refusal
from order_processing.console.order_act_page import can_resend
from order_processing.console.order_choices import choices_of
from order_processing.console.staff_words import of_refusal
from order_processing.console.times import moment
from order_processing.failures import Progress, cause_of
from order_processing.faults import advice
from order_processing.order_parts import Confirmation
from order_processing.promise import DIGITAL, Allocation
from order_processing.settings import Settings
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.timeline import timeline
from order_processing.warehouse.papers import documents_of
from order_processing.warehouse.parcels import state_of

_SOURCES = {"stock": "stock", "supply": "supply", "production": "made to order"}
_FAILED = ("FAILED", "TIMED_OUT", "ABORTED")


class Executions(Protocol):
    """Where an order's execution stands."""

    def of_order(self, order_id: str, run: int, /) -> tuple[str, Progress] | None:
        """The ARN of its how-manieth execution, and where that stands; None where there is none."""
        ...


@dataclass(frozen=True)
class MailShown:
    what: str
    at: str
    became: str
    bad: bool


@dataclass(frozen=True)
class ParcelShown:
    sscc: str
    number: str
    location: str
    ship_date: str
    service: str
    state: str
    tracking: str
    url: str


@dataclass(frozen=True)
class ExecutionShown:
    """title, todo: what a failure means and what to do; "" where it has not failed; kind: its cause's."""

    url: str
    status: str
    title: str = ""
    todo: str = ""
    told: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Detail:
    execution: ExecutionShown | None
    happened: tuple[tuple[str, str, str, str], ...]
    held: tuple[tuple[str, str, str, str, str], ...]
    mails: tuple[MailShown, ...]
    parcels: tuple[ParcelShown, ...]
    documents: tuple[tuple[str, str, str], ...]
    acts: tuple[Act, ...]
    choices: tuple[tuple[str, str], ...]
    can_cancel: bool
    why_not: str
    can_resend: bool
    printed: bool
    can_print: bool
    offered: bool


class OrderDetails:
    """Makes the details. link: to a document, for ten minutes; url: where AWS's console shows an execution."""

    def __init__(
        self,
        *,
        executions: Executions,
        audit: Audit,
        link: Callable[[str], str],
        url: Callable[[str], str],
        settings: Settings,
    ) -> None:
        self._executions = executions
        self._audit = audit
        self._link = link
        self._url = url
        self._settings = settings

    def of(self, stored: StoredOrder, now: datetime) -> Detail:
        """The details of an order."""
        why_not, was_printed = refusal(stored, now), stored.handling.printed_at is not None
        return Detail(
            execution=self._execution(stored),
            happened=tuple(
                (
                    f"{each.at:%Y-%m-%d %H:%M:%S}",
                    each.what,
                    each.actor,
                    " ".join(filter(None, (each.reason.code if each.reason else "", each.detail))),
                )
                for each in timeline(stored)
            ),
            held=tuple(_held(each, self._settings) for each in (*stored.held.allocations, *stored.held.materials))
            if stored.held
            else (),
            mails=tuple(_mails(stored)),
            parcels=tuple(_parcels(stored, self._settings)),
            documents=tuple(
                # A label that is open is as good as printed, and what is printed cannot be cancelled.
                (each["kind"], each["name"], "" if each["kind"] == "label" and not was_printed else each["link"])
                for each in self._documents(stored)
            ),
            acts=tuple(self._audit.of_order(stored.order_id)),
            choices=choices_of(stored),
            can_cancel=not stored.ended and why_not is None,
            why_not=of_refusal(why_not, stored) if why_not and not stored.ended else "",
            can_resend=can_resend(stored),
            printed=was_printed,
            can_print=not stored.ended or stored.handling.handed_over_at is not None,
            offered=stored.status is Status.OFFER_PENDING,
        )

    def _documents(self, stored: StoredOrder) -> list[dict[str, str]]:
        return list(documents_of(stored, self._link)["documents"])

    def _execution(self, stored: StoredOrder) -> ExecutionShown | None:
        found = self._executions.of_order(stored.order_id, stored.runs)
        if found is None:
            return None
        url, progress = self._url(found[0]), found[1]
        if progress.status not in _FAILED:
            return ExecutionShown(url, progress.status)
        meant = advice(progress.error, progress.told)
        kind = cause_of("order", progress.error, progress.told)
        return ExecutionShown(url, progress.status, meant.title, meant.todo, f"{progress.error}: {progress.told}", kind)


def _held(each: Allocation, settings: Settings) -> tuple[str, str, str, str, str]:
    place = settings.locations[each.location].name if each.location in settings.locations else each.location
    source = f"{place}, {_SOURCES[each.kind]} {each.source_id}".strip()
    if each.location == DIGITAL:
        source = "no parcel: sent by e-mail"
    return each.sku, str(each.quantity), source, str(each.ship_date), str(each.delivery_date)


def _mails(stored: StoredOrder) -> list[MailShown]:
    """Each message with what became of it, as far as SES has reported."""
    delay = stored.delay.notice if stored.delay else None
    late = stored.late_cancellation.told if stored.late_cancellation else None
    sent: dict[str, Confirmation | None] = {
        "Confirmation": stored.confirmation,
        "What needs no parcel": stored.handed_out,
        "Notice of a delay": delay,
        "On its way": stored.handling.told,
        "End of the order": stored.notice,
        "Too late to cancel": late,
    }
    known = {mail.message_id: mail for mail in stored.mails}
    shown = []
    for what, mail in sent.items():
        if mail is None:
            continue
        report = known.pop(mail.message_id, None)
        became, bad = _became(report) if report else ("told by " + mail.told if mail.told else "no report yet", False)
        if not mail.sent_at:
            became, bad = "begun, and not known to be sent", True
        shown.append(MailShown(what, moment(mail.sent_at or mail.attempt_at), became, bad))
    if stored.question and stored.asks_customer and not known:  # what SES says of it does not name the question
        shown.append(MailShown("Question to the customer", moment(stored.question.asked_at), "no report yet", False))
    for report in known.values():  # questions, and messages that were sent once more
        became, bad = _became(report)
        shown.append(MailShown(report.kind or "mail", "", became, bad))
    return shown


def _became(report: object) -> tuple[str, bool]:
    for name in ("complained", "bounced", "rejected"):
        if at := getattr(report, f"{name}_at"):
            cause = getattr(report, "cause", "")
            return f"{name} {at:%Y-%m-%d %H:%M} UTC {cause}".strip(), True
    for name in ("delivered", "delayed"):
        if at := getattr(report, f"{name}_at"):
            return f"{name} {at:%Y-%m-%d %H:%M} UTC", False
    return "no report yet", False


def _parcels(stored: StoredOrder, settings: Settings) -> list[ParcelShown]:
    return [
        ParcelShown(
            sscc=parcel.sscc,
            number=f"{parcel.number} of {parcel.of}",
            location=settings.locations[shipment.location].name
            if shipment.location in settings.locations
            else shipment.location,
            ship_date=str(shipment.ship_date),
            service=settings.services[shipment.service].title
            if shipment.service in settings.services
            else shipment.service,
            state=state_of(parcel.sscc, stored.handling, stored.status).value.replace("_", " "),
            tracking=parcel.tracking,
            url=parcel.tracking_url if parcel.tracking_url.startswith("https://") else "",
        )
        for shipment in (stored.delivery.shipments if stored.delivery else ())
        for parcel in shipment.parcels
    ]
