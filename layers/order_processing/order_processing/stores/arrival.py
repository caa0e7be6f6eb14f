"""What to do with a store's delivery, given what is known of its order: deliveries come twice, late and out of order.

The store's own version decides which state is newer, never the time of arrival. What the customer was
told is not undone: after the confirmation, a change is for staff.
"""

from __future__ import annotations

from typing import Literal

from order_processing.order import Order, Record, Text
from order_processing.stores.platform import OrderChanged, OrderDeleted, OrderPlaced

Action = Literal["take_in", "replace", "take_up_again", "cancel", "tell_staff", "ignore"]

# What a store says after it or we have sent the goods: no reason to stop anything.
_DONE = ("already fulfilled in the store", "partly fulfilled in the store already", "archived in the store")
# Fields in which two states of an order may differ without a difference to what is delivered and charged.
_BESIDE = {"store_version", "paid", "closed_reason", "flags"}


class KnownOrder(Record):
    """What we have of the order: its newest state from the store, and how far it is.

    confirmed: the customer was told; the point of no return. ended: it ended early (rejected, cancelled, expired).
    """

    order: Order
    confirmed: bool = False
    ended: bool = False


class Judgement(Record):
    """What to do and why, in words. The newest state is kept with the order whatever is done, unless it is `ignore`.

    take_in: a new order. replace: put this state in the place of the one that is not confirmed yet.
    take_up_again: like replace, and start it anew, for it had ended. cancel: end it. tell_staff: a person decides.
    """

    action: Action
    reason: Text


def judge(delivery: OrderPlaced | OrderChanged | OrderDeleted, known: KnownOrder | None) -> Judgement:
    """What to do with a delivery of an order of which `known` is known, or None for one never heard of."""
    if isinstance(delivery, OrderDeleted):
        return _withdrawn(known, "deleted in the store") if known else _ignore("deleted before it was known")
    new = delivery.order
    if known is None:
        return Judgement(action="take_in", reason="not known yet")
    old = known.order
    if new.origin != old.origin:
        raise ValueError("a delivery is judged against another order")
    if _is_older(new, old):
        return _ignore("older than what is known")
    if new == old:
        return _ignore("the same state again")
    if new.closed_reason in _DONE and (known.confirmed or known.ended):
        return _ignore(f"nothing to do: {new.closed_reason}")
    if new.closed_reason:
        return _withdrawn(known, new.closed_reason)
    return _changed(new, known)


def _is_older(new: Order, old: Order) -> bool:
    """Without a version on both sides, what comes later is taken for newer."""
    return bool(new.store_version and old.store_version) and new.store_version < old.store_version


def _withdrawn(known: KnownOrder, reason: str) -> Judgement:
    if known.ended:
        return _ignore(f"it had ended already; now {reason}")
    if known.confirmed:
        return Judgement(action="tell_staff", reason=f"{reason}, after the customer was told that it comes")
    return Judgement(action="cancel", reason=reason)


def _changed(new: Order, known: KnownOrder) -> Judgement:
    old = known.order
    same = new.model_dump(exclude=_BESIDE) == old.model_dump(exclude=_BESIDE)
    if known.ended:
        # Only what made it end early can bring it back: it was closed or not paid, and now it is open and paid.
        revived = new.paid and (not old.paid or old.closed_reason is not None)
        if revived:
            return Judgement(action="take_up_again", reason="the store opened it again, and it is paid")
        return _ignore("it had ended already")
    if same and new.paid == old.paid and old.closed_reason is None:
        return _ignore("nothing changed that matters here")
    if not known.confirmed:
        return Judgement(action="replace", reason="changed in the store before the customer was told")
    if same and new.paid:
        return _ignore("paid, after it was confirmed")
    return Judgement(action="tell_staff", reason="changed in the store after the customer was told")


def _ignore(reason: str) -> Judgement:
    return Judgement(action="ignore", reason=reason)
