"""What the stages, staff and the warehouse leave behind with an order: reasons, questions, answers, mails, parcels."""

from datetime import date, datetime, timedelta
from typing import Literal

from order_processing.approval import Consent
from order_processing.discrepancy import Approval, Correction
from order_processing.offer import Choice
from order_processing.order import Record, Text
from order_processing.promise import Promise
from order_processing.status import Status


class Reason(Record):
    """Why an order waits or ended early. code: stable; text: for a person, without personal data."""

    code: str
    text: str


# What the customer may know of it: the reasons themselves are for staff.
APPROVAL_NEEDED = Reason.model_construct(
    code="APPROVAL_NEEDED", text="a member of staff looks at the order before it is confirmed"
)


REFUSED = "REFUSED"
"""The code of a reason that staff gave for refusing an order, in words for the customer."""
UNREACHABLE = "CUSTOMER_UNREACHABLE"
"""The code of the reason for which an order waits until staff have told its customer what is promised."""

Told = Literal["phone", "letter", "in_person"]
"""How staff tells a customer who cannot be written to by e-mail."""


class Past(Record):
    """A status that the order has left again, and why it was in it: kept where a question or a reason would be lost."""

    status: Status
    at: datetime
    reason: Reason | None = None


class History(Record):
    """All such statuses, the oldest first."""

    past: tuple[Past, ...] = ()


SENDING = timedelta(minutes=1)
"""For how long after it began a confirmation may still be on its way out: longer than a function may run."""


class Confirmation(Record):
    """The confirmation's trace. attempt_at: when sending began; sent_at and message_id: when SES took it.

    told: where no mail could be sent, how staff told the customer instead. before: when another run had begun to send
    that had not noted the end of it: it may still be at it.
    """

    attempt_at: datetime
    sent_at: datetime | None = None
    message_id: str = ""
    told: Told | None = None
    before: datetime | None = None

    def on_its_way(self, now: datetime) -> bool:
        """Whether the mail may not have left yet: this run's, or one's before it."""
        begun = [self.before] if self.sent_at else [self.before, self.attempt_at]
        return any(at is not None and now < at + SENDING for at in begun)


class SentMail(Record):
    """What became of one mail, as far as it was reported. cause: codes of the last thing that went wrong."""

    message_id: str
    kind: str
    delivered_at: datetime | None = None
    delayed_at: datetime | None = None
    bounced_at: datetime | None = None
    complained_at: datetime | None = None
    rejected_at: datetime | None = None
    cause: str = ""


class Unreached(Record):
    """Something that a customer could not be told, for staff to see to.

    kind: what the mail was for. message_id: "" for one that was not sent at all.
    why: `bounced`, `complained`, `rejected`, or `no_address`, `suppressed`, `refused` for one that was not sent.
    """

    order_id: str
    kind: str
    message_id: str = ""
    why: str
    cause: str = ""
    at: datetime


class Contact(Record):
    """The e-mail address that staff wrote down after the order's own had failed."""

    email: Text
    by: str
    at: datetime


class ParcelHandling(Record):
    """What the warehouse has done with one parcel, each with its time (UTC). manifest: the one it left with."""

    printed_at: datetime | None = None
    packed_at: datetime | None = None
    handed_over_at: datetime | None = None
    manifest: str = ""


class Handling(Record):
    """What the warehouse has done with an order's parcels, each with the time when it was done (UTC).

    printed_at: of the first label; from then on the order cannot be cancelled. packed_at, handed_over_at, manifest:
    of the last parcel, once all are. parcels: each parcel's own, by SSCC. told: the mail that says that it is on
    its way, like a confirmation.
    """

    printed_at: datetime | None = None
    packed_at: datetime | None = None
    handed_over_at: datetime | None = None
    manifest: str = ""
    parcels: dict[str, ParcelHandling] = {}
    told: Confirmation | None = None


class Purchase(Record):
    """A label that was drawn up to be bought, and from then on may have been bought.

    reference: the parcel's SSCC; carrier: as in the settings; label_id: the carrier's, under which it sells once.
    content: what the carrier was told of the parcel, as a hash; "" where it was not kept.
    """

    reference: Text
    content: Text = ""
    carrier: Text
    label_id: Text
    begun_at: datetime


class Purchases(Record):
    """All labels that may have been bought for an order."""

    made: tuple[Purchase, ...] = ()


class Numbers(Record):
    """The SSCCs that the order's parcels had before its promise was renewed, in the parcels' order: they keep them."""

    ssccs: tuple[Text, ...] = ()


class LateCancellation(Record):
    """A cancellation that came after the label was printed. reason: who wanted it, as in a cancelled order.

    told: the message that told the customer what to do instead, like a confirmation.
    """

    at: datetime
    reason: Reason
    told: Confirmation | None = None


class Delay(Record):
    """A promise that was renewed after the customer had been told another.

    previous: what they were told last; notice: the message that told them of the new one, like a confirmation.
    """

    previous: Promise
    notice: Confirmation | None = None

    @property
    def told(self) -> bool:
        """Whether the customer knows."""
        return self.notice is not None and self.notice.sent_at is not None


PROMISE_BROKEN = "PROMISE_BROKEN"


class Kept(Record):
    """Something of an erased order that stays. until: its last day."""

    what: str
    basis: str
    until: date


class Erasure(Record):
    """That an order no longer tells who its customer is, and what stays of it."""

    at: datetime
    kept: tuple[Kept, ...] = ()


class Question(Record):
    """What a running execution waits for.

    token: Step Functions' task token; expires_at: when it gives up; told_at: when the customer was asked,
    None for as long as that is not known to be done. reminder, escalation: the mails that told staff of the wait.
    other_tokens: those of the execution's other tries to ask the same. One of them may be the one that waits, because
    a late copy of an earlier try can come after it.
    """

    kind: str
    token: str
    asked_at: datetime
    expires_at: datetime
    told_at: datetime | None = None
    reminder: Confirmation | None = None
    escalation: Confirmation | None = None
    other_tokens: tuple[str, ...] = ()

    @property
    def tokens(self) -> tuple[str, ...]:
        """Every token that may be waiting, the last that came first."""
        return (self.token, *self.other_tokens)

    def with_token(self, token: str) -> "Question":
        """The same question, asked by one more try of the execution. The last few tries count: the others are over."""
        if token in self.tokens:
            return self
        return self.model_copy(update={"token": token, "other_tokens": self.tokens[: _TOKENS - 1]})


_TOKENS = 8


CUSTOMER = "customer"


class Answer(Record):
    """A decision that was made: by whom, when, and what it changes. actor: CUSTOMER or a staff member's name.

    by: what stays the same whatever they are called, "" for the customer. consents: everybody who agreed to the
    approvals. refused: whether it ended the order.
    choice: for an offer, what was chosen of it, as it was shown.
    told: that staff has told the customer what is promised, and how.
    """

    actor: str
    at: datetime
    corrections: tuple[Correction, ...] = ()
    approvals: tuple[Approval, ...] = ()
    by: str = ""
    consents: tuple[Consent, ...] = ()
    refused: bool = False
    choice: Choice | None = None
    told: Told | None = None

    def same_decision(self, other: "Answer") -> bool:
        """Whether both say the same, whenever they were made."""
        return self == other.model_copy(update={"at": self.at})


class Draft(Record):
    """What the customer filled in and has not accepted: shown again, and of no effect on the order.

    number: the order's `turns` then. fields: the form's values by name.
    offered: fields that were offered beyond those that were asked for first.
    """

    number: int
    fields: dict[str, str]
    offered: tuple[str, ...] = ()
