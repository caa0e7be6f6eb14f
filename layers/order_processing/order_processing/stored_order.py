"""The order as it is kept: what was placed, what each stage left behind, and where in its life it is."""

from datetime import datetime

from pydantic import Field

from order_processing.approval import Case
from order_processing.delivery import Delivery
from order_processing.discrepancy import Approval, Discrepancy
from order_processing.offer import Choice, Offer
from order_processing.order import Order, Record
from order_processing.order_parts import (
    PROMISE_BROKEN,
    UNREACHABLE,
    Answer,
    Confirmation,
    Contact,
    Delay,
    Draft,
    Erasure,
    Handling,
    History,
    LateCancellation,
    Numbers,
    Past,
    Purchase,
    Purchases,
    Question,
    Reason,
    SentMail,
)
from order_processing.promise import Promise
from order_processing.status import ENDED, PATH, PENDING, Status
from order_processing.store_state import StoreState
from order_processing.verified_order import VerifiedOrder

_ASKED_FROM = {
    Status.CORRECTION_PENDING: Status.RECEIVED,
    Status.OFFER_PENDING: Status.VERIFIED,
    Status.APPROVAL_PENDING: Status.RESERVED,
}


class StoredOrder(Record):
    """One order with all its parts.

    placed: as it was placed, or as the store has changed it since, before the customer was told what they get.
    version: counts the changes of status; 0 until the first stage has changed it. Every write names
    the version it has seen, so of two that race one wins and the other reads again.
    times: when each status was first reached (UTC).
    verified: the order as verified, and as changed by what was chosen of its offers.
    answers: the decisions that were made on the order's way, the oldest first.
    handed_out: the message with licence keys and all that needs no parcel, like a confirmation.
    offer: what the customer may choose, or could; it stays with the order once it is answered.
    holds_offer: whether everything that it offers is held.
    notice: the message that told the customer of an early end, like a confirmation.
    approval: why the order waits for approval, and who has consented so far; None while it does not.
    coupons: the codes of those it uses of which not everybody may have one.
    left: where the order has waited on its way, and why.
    states: what the store told of the order later, the oldest first. store_version: the newest version that came,
    also of a state that changed nothing here and was not kept; "" where the newest state says it.
    mails: what became of each mail that was reported on. contact: where mails go instead of the order's address.
    """

    order_id: str
    placed: Order
    received_at: datetime
    status: Status = Status.RECEIVED
    version: int = 0
    times: dict[str, datetime] = {}
    reason: Reason | None = None
    discrepancies: tuple[Discrepancy, ...] = ()
    verified: VerifiedOrder | None = None
    answers: tuple[Answer, ...] = ()
    draft: Draft | None = None
    offer: Offer | None = None
    holds_offer: bool = False
    promise: Promise | None = None
    question: Question | None = None
    confirmation: Confirmation | None = None
    notice: Confirmation | None = None
    delay: Delay | None = None
    delivery: Delivery | None = None
    handling: Handling = Field(default_factory=Handling)
    mails: tuple[SentMail, ...] = ()
    contact: Contact | None = None
    bought: Purchases = Field(default_factory=Purchases)
    numbers: Numbers = Field(default_factory=Numbers)
    late_cancellation: LateCancellation | None = None
    erased: Erasure | None = None
    handed_out: Confirmation | None = None
    approval: Case | None = None
    left: History = Field(default_factory=History)
    coupons: tuple[str, ...] = ()
    states: tuple[StoreState, ...] = ()
    store_version: str = ""

    @property
    def newest(self) -> Order:
        """The newest state that the store told, whether or not the order goes on as it says."""
        newest = self.states[-1].order if self.states else self.placed
        if self.store_version > newest.store_version:
            return newest.model_copy(update={"store_version": self.store_version})
        return newest

    @property
    def replaced_at(self) -> int:
        """The version of the head from which on the order is what it is now; 0 for one as it was placed."""
        return max((state.version for state in self.states if state.counts), default=0)

    @property
    def runs(self) -> int:
        """How many executions the order has had: one, and one for each time that the store opened it again."""
        return 1 + sum(state.action == "take_up_again" for state in self.states)

    @property
    def standing_answers(self) -> tuple[Answer, ...]:
        """The decisions about the order as it is now, without those about what the store has changed since."""
        return self.answers[max((state.answers for state in self.states if state.counts), default=0) :]

    @property
    def turns(self) -> int:
        """Grows with each decision and each change by the store: what was asked before is no longer asked."""
        return len(self.answers) + sum(state.counts for state in self.states)

    @property
    def told(self) -> bool:
        """Whether the customer was told what they get, or is being told: the point of no return."""
        if Status.CONFIRMED.value in self.times:
            return True
        return self.confirmation is not None and not self.waits_to_be_told

    @property
    def history(self) -> tuple[Past, ...]:
        """The statuses that the order has waited in and left."""
        return self.left.past

    @property
    def purchases(self) -> tuple[Purchase, ...]:
        """Every label that may have been bought."""
        return self.bought.made

    def has_reached(self, status: Status) -> bool:
        """Whether the order stands at this status of the happy path or beyond it."""
        return self._place_on_path() >= PATH.index(status)

    @property
    def numbers_before(self) -> tuple[str, ...]:
        """The SSCCs that the order's parcels had on another day, or that labels were bought for, in their order."""
        return tuple(dict.fromkeys([*self.numbers.ssccs, *(purchase.reference for purchase in self.purchases)]))

    @property
    def approvals(self) -> tuple[Approval, ...]:
        """Every consent that staff gave."""
        return tuple(approval for answer in self.standing_answers for approval in answer.approvals)

    @property
    def mail_address(self) -> str:
        """Where mails about the order go; "" where none can."""
        if self.contact:
            return self.contact.email
        return (self.verified.order if self.verified else self.placed).customer.email

    @property
    def waits_to_be_told(self) -> bool:
        """Whether the order waits until staff have told its customer what is promised."""
        return self.status is Status.APPROVAL_PENDING and bool(self.reason and self.reason.code == UNREACHABLE)

    @property
    def choice(self) -> Choice | None:
        """What was chosen of the offer for which everything is still held."""
        standing = self.standing_answers
        return standing[-1].choice if self.holds_offer and standing else None

    @property
    def held(self) -> Promise | None:
        """What the order holds of the inventory: all that it is offered, else what is promised to it."""
        return self.offer.hold if self.holds_offer and self.offer else self.promise

    @property
    def asks_customer(self) -> bool:
        """Whether it is the customer who must decide; else it is staff."""
        if self.status is Status.CORRECTION_PENDING:
            return any(d.resolution == "needs_customer" for d in self.discrepancies)
        return self.status is Status.OFFER_PENDING

    @property
    def promise_broken(self) -> bool:
        """Whether a confirmed promise cannot be kept, and nothing can be promised in its place yet."""
        return self.reason is not None and self.reason.code == PROMISE_BROKEN

    @property
    def ended(self) -> bool:
        """Whether the order ended early."""
        return self.status in ENDED

    @property
    def pending(self) -> bool:
        """Whether somebody was asked and has not answered."""
        return self.status in PENDING

    def resumes_at(self, answer: Answer) -> Status:
        """For a pending order, the status in which a stage looks at it again: the one that asked, or the first
        where an order that was reserved already is changed."""
        if answer.corrections and self.status is Status.APPROVAL_PENDING:
            return Status.RECEIVED
        return _ASKED_FROM[self.status]

    def _place_on_path(self) -> int:
        status = _ASKED_FROM.get(self.status, self.status)
        return PATH.index(status) if status in PATH else -1
