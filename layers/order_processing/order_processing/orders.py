"""Where orders are kept: the port that the intake and the stages need."""

from datetime import date, datetime
from typing import Protocol

from order_processing.account import AccountEntry
from order_processing.approval import Case
from order_processing.delivery import Delivery
from order_processing.discrepancy import Discrepancy
from order_processing.offer import Offer
from order_processing.order import Order, Record
from order_processing.order_parts import (
    Answer,
    Confirmation,
    Contact,
    Draft,
    Handling,
    LateCancellation,
    Purchase,
    Question,
    Reason,
)
from order_processing.promise import Promise
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verified_order import CouponUse, VerifiedOrder


class Placed(Record):
    """What placing an order came to.

    new: False when this order had been placed before; same_body: whether it was sent with the same body then.
    """

    order_id: str
    new: bool
    same_body: bool = True


class Orders(Protocol):
    """Orders by id. Every change names the StoredOrder it starts from, or raises OrderChanged."""

    def place(self, order: Order, raw: bytes, fingerprint: str, received_at: datetime) -> Placed:
        """Keep an order, once for its origin, with the raw body and the fingerprint of what it says."""
        ...

    def load(self, order_id: str) -> StoredOrder:
        """The order with all its parts; OrderNotFound."""
        ...

    def look_up(self, order_id: str) -> StoredOrder | None:
        """The order with all its parts, or None where there is none."""
        ...

    def save_verification(
        self,
        seen: StoredOrder,
        discrepancies: tuple[Discrepancy, ...],
        verified: VerifiedOrder | None,
        *,
        to: Status | None = None,
        at: datetime | None = None,
        reason: Reason | None = None,
        uses: tuple[CouponUse, ...] = (),
    ) -> StoredOrder:
        """Keep what verification found and, in the same step, move the order on.

        to: VERIFIED, the status that asks about it, or None where the status stays. at: the time of the move.
        What made an order VERIFIED is never replaced by another run that saw the same order.
        uses: the coupons that an order which is VERIFIED uses, counted in that step, once; raises CouponUsedUp.
        """
        ...

    def coupon_uses(self, code: str) -> int:
        """How many orders use a coupon that not everybody may use."""
        ...

    def move(self, seen: StoredOrder, to: Status, *, at: datetime, reason: Reason | None = None) -> StoredOrder:
        """Change the status."""
        ...

    def reserve(self, seen: StoredOrder, promise: Promise, *, at: datetime) -> StoredOrder:
        """Take everything promised from stock and supply and move to RESERVED, all of it or nothing.

        What an offer held for the order and is not promised goes back in the same step.
        Raises OutOfStock when a source no longer holds what was promised from it.
        """
        ...

    def offer(self, seen: StoredOrder, offer: Offer, *, at: datetime, reason: Reason) -> StoredOrder:
        """Keep an offer, hold everything of it and move to OFFER_PENDING, all of it or nothing.

        Raises OutOfStock when a source no longer holds what is offered from it.
        """
        ...

    def give_back(self, seen: StoredOrder) -> StoredOrder:
        """Give back what the order has reserved or is offered, because it is changed and will be promised anew."""
        ...

    def ask_approval(self, seen: StoredOrder, case: Case, *, at: datetime) -> StoredOrder:
        """Move to APPROVAL_PENDING, with every reason."""
        ...

    def consent(self, seen: StoredOrder, case: Case) -> StoredOrder:
        """Keep a consent that is not yet enough."""
        ...

    def release(
        self, seen: StoredOrder, to: Status, *, at: datetime, reason: Reason, answer: Answer | None = None
    ) -> StoredOrder:
        """End the order early, give back what it had reserved, also when that was cut halfway, and the uses of its
        coupons, and take what was recorded of it out of the account."""
        ...

    def finish_reservation(self, order_id: str) -> None:
        """Bring to an end what an interrupted reservation or release has left; nothing where none was."""
        ...

    def ask(self, seen: StoredOrder, question: Question) -> StoredOrder:
        """Keep what the execution waits for."""
        ...

    def answer(self, seen: StoredOrder, answer: Answer) -> StoredOrder:
        """Keep a decision, and let the stage that asked look at the order again, in one step."""
        ...

    def keep_draft(self, order_id: str, draft: Draft) -> None:
        """Keep what the customer filled in, in the place of any draft before; the order itself is not changed."""
        ...

    def keep_contact(self, order_id: str, contact: Contact) -> None:
        """Keep where mails about the order go from now on; the order itself is not changed."""
        ...

    def note_confirmation(self, seen: StoredOrder, confirmation: Confirmation, *, at: datetime) -> StoredOrder:
        """Keep that sending began, or (with `sent_at`) that it was sent, which moves the order to CONFIRMED."""
        ...

    def note_notice(self, seen: StoredOrder, notice: Confirmation) -> StoredOrder:
        """Keep that the customer is being told, or was told, of an early end."""
        ...

    def leave_notice_to_staff(self, seen: StoredOrder) -> StoredOrder:
        """Nothing more is sent about an early end: the customer cannot be written to, and staff know."""
        ...

    def record(self, seen: StoredOrder, entry: AccountEntry) -> StoredOrder:
        """Add a confirmed order to its account's totals, put its entry there, and move it to RECORDED, each once.

        Cut between two of these and called again, it goes on; the time is then that of the first call.
        """
        ...

    def note_purchases(self, seen: StoredOrder, purchases: tuple[Purchase, ...]) -> StoredOrder:
        """Keep which labels may be bought from now on."""
        ...

    def note_handed_out(self, seen: StoredOrder, message: Confirmation) -> StoredOrder:
        """Keep that handing out by e-mail began, or (with `sent_at`) that it was done."""
        ...

    def ready(self, seen: StoredOrder, delivery: Delivery, *, at: datetime) -> StoredOrder:
        """Keep the delivery and move to READY_TO_SHIP; carriers' tracking numbers go into the account with it."""
        ...

    def note_handling(self, seen: StoredOrder, handling: Handling) -> StoredOrder:
        """Keep what the warehouse has done with the order's parcels, short of handing them over."""
        ...

    def issue_goods(self, seen: StoredOrder, handling: Handling) -> StoredOrder:
        """The order's parcels leave: keep the handling, whose `handed_over_at` says when, and take what the order
        held out of the inventory, in one step. For an order that has left already it changes nothing.

        Raises ValueError for an order that is not ready to ship, and for a handling that does not say when.
        """
        ...

    def note_late_cancellation(self, seen: StoredOrder, late: LateCancellation) -> StoredOrder:
        """Keep that a cancellation came too late, and put the order on the list of those that staff look at."""
        ...

    def claim_sscc(self, sscc: str, parcel: str) -> bool:
        """Whether this SSCC is the parcel's own: claimed now, or claimed by it before.

        parcel: the order's id and the parcel's number.
        """
        ...

    def list_numbers(self, location: str, day: date, beginning: str) -> None:
        """Have the list of a day at a location show whatever is numbered with SSCCs that begin with these digits."""
        ...

    def list_order(self, location: str, day: date, order_id: str) -> None:
        """Have the list of a day at a location show an order, whatever numbers its parcels have."""
        ...


class CouponUsedUp(RuntimeError):
    """Other orders have taken a coupon's last uses; nothing was kept."""


class OrderTooLarge(ValueError):
    """The order is larger than can be kept in one piece; the message says by how much."""
