"""Orders in DynamoDB: every change that the stages, staff, customers and the warehouse make of one."""

from __future__ import annotations

from datetime import datetime

from order_processing.account import AccountEntry
from order_processing.adapters import accounts
from order_processing.adapters.attributes import document, iso, text
from order_processing.adapters.order_change import Change
from order_processing.adapters.order_items import (
    LATE_CANCELLATIONS,
    coupon_writes,
    key,
    verification_put,
    with_choices,
)
from order_processing.adapters.order_store import OrderStore
from order_processing.adapters.parcel_keys import tracked_as
from order_processing.adapters.recording import Recording
from order_processing.adapters.reservations import AnchorRefused
from order_processing.adapters.transactions import Refused, Write, write_all
from order_processing.approval import Case
from order_processing.delivery import Delivery
from order_processing.discrepancy import Discrepancy
from order_processing.errors import OrderChanged
from order_processing.offer import Offer
from order_processing.order_parts import (
    APPROVAL_NEEDED,
    Answer,
    Confirmation,
    Handling,
    LateCancellation,
    Purchase,
    Purchases,
    Question,
    Reason,
)
from order_processing.orders import CouponUsedUp
from order_processing.promise import Promise
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verified_order import CouponUse, VerifiedOrder


class DynamoOrders(OrderStore):
    """The port `Orders` on a DynamoDB table; see `order_store` for its items."""

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
        passed_at = at if to is Status.VERIFIED else None
        # What an earlier verification counted stays counted until the order passes again, or ends.
        used = tuple(use.code for use in uses) if passed_at else seen.coupons
        known = {"discrepancies": discrepancies, "verified": verified, "coupons": used}
        item = verification_put(seen, discrepancies, verified, passed_at, used)
        put: Write = {"TableName": self._table, **item}
        if to is None or passed_at:
            self._put_verification(seen, put, coupon_writes(seen.coupons, uses if passed_at else None, self._table))
            moved = {"status": to, "times": {**seen.times, to.value: passed_at}} if to else {}
            return seen.model_copy(update=known | moved)
        change = Change(seen.model_copy(update=known), to, at)
        change.put_reason(reason)
        try:
            self._transact(change, [{"Put": put}])
        except Refused as error:
            raise OrderChanged(seen.order_id) from error
        return change.after

    def _put_verification(self, seen: StoredOrder, put: Write, counts: list[Write]) -> None:
        try:
            if counts:
                write_all(self._client, [{"Put": put}, *counts])
            else:
                self._client.put_item(**put)
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise OrderChanged(seen.order_id) from error
        except Refused as refused:
            raise (OrderChanged if 0 in refused.places else CouponUsedUp)(seen.order_id) from refused

    def move(self, seen: StoredOrder, to: Status, *, at: datetime, reason: Reason | None = None) -> StoredOrder:
        change = Change(seen, to, at)
        change.put_reason(reason)
        return self._update(change)

    def reserve(self, seen: StoredOrder, promise: Promise, *, at: datetime) -> StoredOrder:
        change = Change(seen, Status.RESERVED, at)
        change.put("promise", document(promise), promise=promise)
        change.put_reason(None)
        if seen.holds_offer:
            change.remove("holds_offer", holds_offer=False)
        self._hold(change, promise)
        return change.after

    def offer(self, seen: StoredOrder, offer: Offer, *, at: datetime, reason: Reason) -> StoredOrder:
        change = Change(seen, Status.OFFER_PENDING, at)
        change.put_reason(reason)
        change.put("holds_offer", {"BOOL": True}, holds_offer=True, offer=offer)
        item = {**key(seen.order_id, "offer"), "document": document(offer)}
        self._hold(change, offer.hold, [{"Put": {"TableName": self._table, "Item": item}}])
        return change.after

    def release(
        self, seen: StoredOrder, to: Status, *, at: datetime, reason: Reason, answer: Answer | None = None
    ) -> StoredOrder:
        if seen.handling.handed_over_at:
            raise ValueError(f"order {seen.order_id} has left: there is nothing to give back")
        change = Change(seen, to, at)
        change.put_reason(reason)
        kept = self._kept(change, answer) if answer else []
        kept = [*kept, *coupon_writes(seen.coupons, (), self._table)]
        if seen.held is None:
            self._transact(change, kept) if kept else self._update(change)
            # A reservation that was cut may have left parts: only now can no reservation follow that would add to them.
            self._reservations.finish(seen.order_id)
            return change.after
        if seen.promise:
            change.remove("promise", promise=None)
        if seen.holds_offer:
            change.remove("holds_offer", holds_offer=False)
        self._hold(change, None, [*kept, *self._reversal(seen, at)])
        return change.after

    def give_back(self, seen: StoredOrder) -> StoredOrder:
        change = Change(seen)
        if seen.promise:
            change.remove("promise", promise=None)
        if seen.holds_offer:
            change.remove("holds_offer", holds_offer=False)
        self._hold(change, None)
        return change.after

    def answer(self, seen: StoredOrder, answer: Answer) -> StoredOrder:
        change = Change(seen, seen.resumes_at(answer), answer.at)
        change.put_reason(None)
        if seen.approval:
            change.remove("approval", approval=None)
        self._transact(change, self._kept(change, answer))
        return with_choices(change.after, answer)

    def ask_approval(self, seen: StoredOrder, case: Case, *, at: datetime) -> StoredOrder:
        change = Change(seen, Status.APPROVAL_PENDING, at)
        change.put_reason(APPROVAL_NEEDED)
        change.put("approval", document(case), approval=case)
        return self._update(change)

    def consent(self, seen: StoredOrder, case: Case) -> StoredOrder:
        change = Change(seen)
        change.put("approval", document(case), approval=case)
        return self._update(change)

    def ask(self, seen: StoredOrder, question: Question) -> StoredOrder:
        change = Change(seen)
        change.put("question", document(question), question=question)
        return self._update(change)

    def note_confirmation(self, seen: StoredOrder, confirmation: Confirmation, *, at: datetime) -> StoredOrder:
        change = Change(seen, Status.CONFIRMED, at) if confirmation.sent_at else Change(seen)
        change.put("confirmation", document(confirmation), confirmation=confirmation)
        return self._update(change)

    def note_notice(self, seen: StoredOrder, notice: Confirmation) -> StoredOrder:
        change = Change(seen)
        change.put("notice", document(notice), notice=notice)
        if notice.sent_at:
            change.wait_no_longer()
        return self._update(change)

    def leave_notice_to_staff(self, seen: StoredOrder) -> StoredOrder:
        change = Change(seen)
        change.wait_no_longer()
        return self._update(change)

    def record(self, seen: StoredOrder, entry: AccountEntry) -> StoredOrder:
        if Status.CONFIRMED.value not in seen.times:
            raise ValueError(f"order {seen.order_id} is {seen.status}: only what was confirmed can be recorded")
        entered = Recording(self._client, self._accounts_table).enter(entry)
        change = Change(seen, Status.RECORDED, entered.recorded_at)
        right = entry.model_copy(update={"recorded_at": entered.recorded_at})
        if accounts.entry_text(right) == accounts.entry_text(entered):
            return self._update(change)
        # It was counted by a call that was cut, and its promise was renewed since.
        self._transact(change, [accounts.changed_entry_write(right, table=self._accounts_table)])
        return change.after

    def note_purchases(self, seen: StoredOrder, purchases: tuple[Purchase, ...]) -> StoredOrder:
        change = Change(seen)
        bought = Purchases(made=purchases)
        change.put("bought", document(bought), bought=bought)
        return self._update(change)

    def note_handed_out(self, seen: StoredOrder, message: Confirmation) -> StoredOrder:
        change = Change(seen)
        change.put("handed_out", document(message), handed_out=message)
        return self._update(change)

    def ready(self, seen: StoredOrder, delivery: Delivery, *, at: datetime) -> StoredOrder:
        for parcel in (parcel for s in delivery.shipments for parcel in s.parcels if parcel.tracking_number):
            of = {**key(tracked_as(parcel.tracking_number), "tracking"), "held_by": text(seen.order_id)}
            self._client.put_item(TableName=self._table, Item=of)
        change = Change(seen, Status.READY_TO_SHIP, at)
        change.put("delivery", document(delivery), delivery=delivery)
        customer = seen.verified.customer_id if seen.verified else ""
        tracking = accounts.tracking_write(customer, seen.order_id, delivery, table=self._accounts_table)
        if not tracking:
            return self._update(change)
        self._transact(change, [tracking])
        return change.after

    def note_handling(self, seen: StoredOrder, handling: Handling) -> StoredOrder:
        if handling.handed_over_at != seen.handling.handed_over_at:
            raise ValueError("handling.handed_over_at: what leaves goes through issue_goods, and nothing comes back")
        change = Change(seen)
        change.put("handling", document(handling), handling=handling)
        return self._update(change)

    def issue_goods(self, seen: StoredOrder, handling: Handling) -> StoredOrder:
        if seen.handling.handed_over_at:
            self._reservations.finish(seen.order_id)
            return seen
        if handling.handed_over_at is None:
            raise ValueError("handling.handed_over_at: is None, expected the time at which the parcels left")
        if not seen.has_reached(Status.READY_TO_SHIP) or seen.promise is None:
            raise ValueError(f"order {seen.order_id} is {seen.status}: only what is ready to ship can leave")
        change = Change(seen)
        change.put("handling", document(handling), handling=handling)
        try:
            self._reservations.issue(seen.order_id, self._head_write(change), seen.promise)
        except AnchorRefused as refused:
            raise OrderChanged(seen.order_id) from refused
        return change.after

    def note_late_cancellation(self, seen: StoredOrder, late: LateCancellation) -> StoredOrder:
        change = Change(seen)
        change.put("late_cancellation", document(late), late_cancellation=late)
        if seen.late_cancellation:  # it is on the list
            return self._update(change)
        listed = {**key(LATE_CANCELLATIONS, f"{iso(late.at)}#{seen.order_id}"), "listed": text(seen.order_id)}
        self._transact(change, [{"Put": {"TableName": self._table, "Item": listed}}])
        return change.after

    def _kept(self, change: Change, answer: Answer) -> list[Write]:
        """What keeps a decision beside the change that it makes."""
        before = change.before
        change.know(answers=(*before.answers, answer))
        item = {**key(before.order_id, f"answer#{len(before.answers) + 1:04}"), "document": document(answer)}
        return [{"Put": {"TableName": self._table, "Item": item}}]

    def _reversal(self, seen: StoredOrder, at: datetime) -> list[Write]:
        """What takes an order that was confirmed out of its customer's account, or keeps it out of there."""
        if Status.CONFIRMED.value not in seen.times:
            return []
        if not self._accounts_table:
            raise ValueError(f"order {seen.order_id} is confirmed: whoever ends it must know the accounts")
        return Recording(self._client, self._accounts_table).reversal(seen, at)
