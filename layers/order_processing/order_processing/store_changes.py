"""Following a store that tells more of an order than once: what is newer counts, until the customer was told.

A change before the confirmation puts the order back to its beginning, in one conditional step with the new state, and
the running execution sees that at its next step. A change after it is kept and listed for staff. A delivery that was
cut after its step is finished by whatever tells the same again: the store itself, or the comparison with its list.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from order_processing.cancellation import cancel_for_store
from order_processing.decisions import VERIFY, Executions, NotStarted, let_go_on
from order_processing.errors import OrderChanged as ChangedMeanwhile
from order_processing.observe import logger, told_without_personal_data
from order_processing.order import Record
from order_processing.orders import Orders
from order_processing.status import Status
from order_processing.store_state import StoreState
from order_processing.stored_order import StoredOrder
from order_processing.stores.arrival import Judgement, KnownOrder, judge, state_in
from order_processing.stores.platform import OrderChanged, OrderDeleted, OrderPlaced

_TRIES = 5
# Why an order ended that its store may bring back.
_CLOSED_BY_STORE = frozenset({"STORE_CLOSED", "UNPAID", "CANCELLED_IN_STORE"})

Telling = OrderPlaced | OrderChanged | OrderDeleted


class Known(Record):
    """An order that is there. fingerprints: of every body from which one of its states was read."""

    stored: StoredOrder
    fingerprints: frozenset[str]


class StoreChanges(Protocol):
    """The later states of orders. Every change names the StoredOrder it starts from, or raises OrderChanged."""

    def find(self, source: str, store: str, store_order_id: str) -> Known | None:
        """The order that a store knows by this id."""
        ...

    def replace(self, seen: StoredOrder, state: StoreState, raw: bytes, fingerprint: str) -> StoredOrder:
        """Keep a state and, in the same step, move the order back to RECEIVED, to be verified as it is now.

        What it holds of the inventory it holds until it is promised anew. OrderTooLarge.
        """
        ...

    def keep(
        self, seen: StoredOrder, state: StoreState, raw: bytes, fingerprint: str, *, for_staff: bool
    ) -> StoredOrder:
        """Keep a state that changes nothing of the order itself; for_staff: and list it for them. OrderTooLarge."""
        ...

    def note_version(self, order_id: str, store_version: str) -> None:
        """Keep that the store told this version, unless a newer one is known."""
        ...


def follow(
    delivery: Telling,
    raw: bytes,
    fingerprint: str,
    find: Callable[[], Known | None],
    *,
    changes: StoreChanges,
    orders: Orders,
    executions: Executions,
    now: datetime,
) -> tuple[StoredOrder | None, Judgement]:
    """Do what a delivery of a known order asks for: the order afterwards, None where it is not known.

    find: reads the order, again each time somebody was quicker. Raises CannotCancel while the order is being
    confirmed, and OrderTooLarge.
    """
    for _ in range(_TRIES):
        known = find()
        if known is None:
            return None, judge(delivery, None)
        stored = known.stored
        judgement = _judged(delivery, known, fingerprint)
        try:
            stored = _done(stored, delivery, judgement, raw, fingerprint, changes, now)
        except ChangedMeanwhile:
            continue
        logger.info("told of a known order", extra={"order_id": stored.order_id, "action": judgement.action})
        return _finished(stored, orders, executions, now), judgement
    raise ChangedMeanwhile(stored.order_id)


def _judged(delivery: Telling, known: Known, fingerprint: str) -> Judgement:
    stored = known.stored
    if stored.erased:
        return Judgement(action="ignore", reason="the order was erased")
    if fingerprint in known.fingerprints:
        return Judgement(action="ignore", reason="the same delivery again")
    reopens = stored.reason is not None and stored.reason.code in _CLOSED_BY_STORE
    state = KnownOrder(order=stored.newest, confirmed=stored.told, ended=stored.ended, closed_by_store=reopens)
    return judge(delivery, state)


def _done(
    stored: StoredOrder,
    delivery: Telling,
    judgement: Judgement,
    raw: bytes,
    fingerprint: str,
    changes: StoreChanges,
    now: datetime,
) -> StoredOrder:
    """The one step that a judgement asks for."""
    told = state_in(delivery, stored.newest)
    action = judgement.action
    if action == "ignore":
        if not stored.erased and told.store_version > stored.newest.store_version:
            changes.note_version(stored.order_id, told.store_version)
        return stored
    if action == "take_in":
        raise ValueError(f"order {stored.order_id} is known: it cannot be taken in again")
    state = StoreState(order=told, action=action, reason=judgement.reason, at=now)
    if state.counts:
        return changes.replace(stored, state, raw, fingerprint)
    return changes.keep(stored, state, raw, fingerprint, for_staff=action == "tell_staff")


def _finished(stored: StoredOrder, orders: Orders, executions: Executions, now: datetime) -> StoredOrder:
    """Whatever the newest state asks for beside its own step, done now or once more."""
    newest = stored.states[-1] if stored.states else None
    if newest is None or newest.action == "tell_staff":
        return stored
    if newest.action == "cancel":
        return cancel_for_store(stored.order_id, orders=orders, executions=executions, now=now)
    if stored.status is Status.RECEIVED:
        if stored.question:
            let_go_on(stored.question, VERIFY, executions)
        try:
            executions.start(stored.order_id, stored.runs)
        except NotStarted as error:
            told = told_without_personal_data(error)
            logger.error("changed but not started", extra={"order_id": stored.order_id, "fault": told})
    return stored
