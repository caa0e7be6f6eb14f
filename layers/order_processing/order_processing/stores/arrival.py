"""What to do with a store's delivery, given what is known of its order: deliveries come twice, late and out of order.

The store's own version decides which state is newer, never the time of arrival. What the customer was
told is not undone: after the confirmation, a change is for staff.
"""

from typing import Literal

from order_processing.order import Order, Record, Text
from order_processing.stores.platform import OrderChanged, OrderDeleted, OrderPlaced

Action = Literal["take_in", "replace", "take_up_again", "cancel", "tell_staff", "ignore"]

# What a store says after it or we have sent the goods: no reason to stop anything.
_DONE = ("already fulfilled in the store", "partly fulfilled in the store already", "archived in the store")
_DELETED = "deleted in the store"
_CANCELLED = "cancelled in the store"
# Fields in which two states of an order may differ without a difference to what is delivered and charged.
_BESIDE = {"store_version", "store_status", "paid", "closed_reason", "flags"}


class KnownOrder(Record):
    """What we have of the order: its newest state from the store, and how far it is.

    confirmed: the customer was told; the point of no return. ended: it ended early (rejected, cancelled, expired).
    closed_by_store: it ended because the store had closed it or it was not paid.
    """

    order: Order
    confirmed: bool = False
    ended: bool = False
    closed_by_store: bool = False


class Judgement(Record):
    """What to do and why, in words. The newest state is kept with the order whatever is done, unless it is `ignore`.

    take_in: a new order. replace: put this state in the place of the one that is not confirmed yet.
    take_up_again: like replace, and start it anew, for it had ended. cancel: end it, as far as it still can be.
    tell_staff: a person decides.
    """

    action: Action
    reason: Text


def judge(delivery: OrderPlaced | OrderChanged | OrderDeleted, known: KnownOrder | None) -> Judgement:
    """What to do with a delivery of an order of which `known` is known, or None for one never heard of."""
    if known is None:
        if isinstance(delivery, OrderDeleted):
            return _ignore("deleted before it was known")
        return Judgement(action="take_in", reason="not known yet")
    old, new = known.order, state_in(delivery, known.order)
    if new.origin != old.origin:
        raise ValueError("a delivery is judged against another order")
    if _is_older(new, old):
        return _ignore("older than what is known")
    if new.model_copy(update={"store_version": old.store_version, "store_status": old.store_status}) == old:
        return _ignore("nothing changed that matters here")
    if new.closed_reason in _DONE and (known.confirmed or known.ended):
        return _ignore(f"nothing to do: {new.closed_reason}")
    if new.closed_reason:
        cancelled = new.closed_reason.startswith(_CANCELLED) or getattr(delivery, "change", "") == "cancelled"
        return _withdrawn(known, new.closed_reason, cancelled=cancelled)
    return _changed(new, known)


def state_in(delivery: OrderPlaced | OrderChanged | OrderDeleted, known: Order) -> Order:
    """The order as the delivery tells it; of a deleted one no more comes than that, so it is what was known."""
    if isinstance(delivery, OrderDeleted):
        return known.model_copy(update={"closed_reason": _DELETED})
    if isinstance(delivery, OrderChanged) and delivery.change == "cancelled" and not delivery.order.closed_reason:
        return delivery.order.model_copy(update={"closed_reason": _CANCELLED})
    return delivery.order


def _is_older(new: Order, old: Order) -> bool:
    """Without a version on both sides, what comes later is taken for newer."""
    return bool(new.store_version and old.store_version) and new.store_version < old.store_version


def _withdrawn(known: KnownOrder, reason: str, *, cancelled: bool = False) -> Judgement:
    """A cancellation is followed as long as the parcel is not labelled, and its customer hears of it; what else ends
    an order in the store says nothing of what its customer knows."""
    if known.ended:
        return _ignore(f"it had ended already; now {reason}")
    if known.confirmed and not cancelled:
        return Judgement(action="tell_staff", reason=f"{reason}, after the customer was told that it comes")
    return Judgement(action="cancel", reason=reason)


def _changed(new: Order, known: KnownOrder) -> Judgement:
    old = known.order
    if known.ended:
        # Only what made it end early can bring it back: it was closed or not paid, and now it is open and paid.
        if not new.paid or (old.paid and not old.closed_reason):
            return _ignore("it had ended already")
        if known.confirmed or not known.closed_by_store:
            return Judgement(action="tell_staff", reason="open and paid in the store, after it was ended here")
        return Judgement(action="take_up_again", reason="the store opened it again, and it is paid")
    if not known.confirmed:
        return Judgement(action="replace", reason="changed in the store before the customer was told")
    if _same_goods(new, old) and new.paid and not old.closed_reason:
        return _ignore("nothing changed of what the customer was told")
    return Judgement(action="tell_staff", reason="changed in the store after the customer was told")


def _same_goods(new: Order, old: Order) -> bool:
    """Whether the same is delivered and charged."""
    return new.model_dump(exclude=_BESIDE) == old.model_dump(exclude=_BESIDE)


def _ignore(reason: str) -> Judgement:
    return Judgement(action="ignore", reason=reason)
