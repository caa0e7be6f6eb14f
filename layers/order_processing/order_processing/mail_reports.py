"""What became of a mail, as SES reports it through EventBridge, and the customers who could not be reached.

A report names the order by the mail's own tags and holds no address. SES reports more than once, in any order
and, now and then, not at all (its events are best effort): so nothing waits for a report, and an order goes on
when its mail was handed over.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from order_processing.order import Record
from order_processing.order_parts import Unreached


class Outcome(StrEnum):
    """What became of a mail. DELAYED: SES goes on trying. REJECTED: SES found a virus in it and did not send it."""

    DELIVERED = "delivered"
    DELAYED = "delayed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REJECTED = "rejected"


FAILED = frozenset({Outcome.BOUNCED, Outcome.COMPLAINED, Outcome.REJECTED})

_DETAILS = {  # eventType: the outcome, and where its details stand
    "Delivery": (Outcome.DELIVERED, "delivery"),
    "DeliveryDelay": (Outcome.DELAYED, "deliveryDelay"),
    "Bounce": (Outcome.BOUNCED, "bounce"),
    "Complaint": (Outcome.COMPLAINED, "complaint"),
    "Reject": (Outcome.REJECTED, "reject"),
}


class MailReport(Record):
    """One report. kind: what the mail was for; cause: codes, as in `Permanent, General, 5.1.1`."""

    order_id: str
    message_id: str
    kind: str
    outcome: Outcome
    at: datetime
    cause: str = ""


class Reported(NamedTuple):
    """A report, and the addresses that are not to be written to again."""

    report: MailReport
    dead: tuple[str, ...]


class MailReports(Protocol):
    """Keeps what became of mails, each with its order."""

    def note(self, report: MailReport) -> None:
        """Keep a report, once, whenever it comes; one of a failure puts the order on the list of the unreached."""
        ...

    def suppress(self, address: str, outcome: Outcome, at: datetime) -> None:
        """Keep that an address is not to be written to again."""
        ...


class UnreachedCustomers(Protocol):
    """The list of orders whose customer could not be told something, for staff."""

    def add(self, unreached: Unreached) -> None:
        """Put an order on the list, once for each mail."""
        ...

    def waiting(self) -> list[Unreached]:
        """All that nobody has seen to, the oldest first."""
        ...

    def done(self, unreached: Unreached) -> None:
        """Take one off the list; taken off before, it is off."""
        ...


def read_report(event: dict[str, Any]) -> Reported | None:
    """What an SES event of EventBridge says; None for one that is not about an order's mail, or says nothing new.

    A bounce that is not `Permanent` is one that SES has given up on too: the customer was not told. A complaint
    of the type `not-spam` is none.
    """
    detail = event["detail"]
    mail = detail["mail"]
    order_id = _tag(mail, "order")
    if not order_id or detail.get("eventType") not in _DETAILS:
        return None
    outcome, name = _DETAILS[detail["eventType"]]
    said: dict[str, Any] = detail.get(name) or {}
    if said.get("complaintFeedbackType") == "not-spam":
        return None
    report = MailReport(
        order_id=order_id,
        message_id=mail["messageId"],
        kind=_tag(mail, "kind"),
        outcome=outcome,
        at=datetime.fromisoformat(said.get("timestamp") or event["time"]),
        cause=_cause(outcome, said),
    )
    return Reported(report, _dead(outcome, said))


def _cause(outcome: Outcome, said: dict[str, Any]) -> str:
    """Codes alone: a server's own words may quote the address."""
    status = next((r.get("status", "") for r in said.get("bouncedRecipients", ())), "")
    codes = {
        Outcome.BOUNCED: (said.get("bounceType"), said.get("bounceSubType"), status),
        Outcome.COMPLAINED: (said.get("complaintFeedbackType"), said.get("complaintSubType")),
        Outcome.DELAYED: (said.get("delayType"),),
    }.get(outcome, ())
    return ", ".join(code for code in codes if code)


def _dead(outcome: Outcome, said: dict[str, Any]) -> tuple[str, ...]:
    if outcome is Outcome.COMPLAINED:
        recipients = said.get("complainedRecipients", ())
    elif outcome is Outcome.BOUNCED and said.get("bounceType") == "Permanent":
        recipients = said.get("bouncedRecipients", ())
    else:
        return ()
    return tuple(recipient["emailAddress"] for recipient in recipients)


def _tag(mail: dict[str, Any], name: str) -> str:
    values = mail.get("tags", {}).get(name) or [""]
    return str(values[0])
