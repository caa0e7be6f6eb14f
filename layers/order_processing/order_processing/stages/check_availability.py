"""Stage 2: can we deliver it, from where and by when?"""

from __future__ import annotations

from datetime import datetime

from order_processing.allotment import needs_of
from order_processing.availability import Shortage, promise, turn_of
from order_processing.errors import OfferNeeded, OrderEnded
from order_processing.inventory import Inventory, OutOfStock
from order_processing.licences import keys_wanted
from order_processing.orders import Orders
from order_processing.promise import Promise
from order_processing.settings import Settings
from order_processing.stored_order import Reason, Status
from order_processing.verified_order import VerifiedOrder

_TRIES = 5


def check_availability(
    order_id: str, *, orders: Orders, inventory: Inventory, settings: Settings, now: datetime
) -> None:
    """Promise every line and reserve what makes the promise true, all of it or nothing.

    Where another order was quicker, stock is read again and promised anew. Raises OfferNeeded when
    the order cannot be promised as asked.
    """
    stored = orders.load(order_id)
    if stored.ended:
        raise OrderEnded(stored.status)
    if stored.has_reached(Status.RESERVED) and stored.promise:
        return
    if stored.status is Status.OFFER_PENDING and stored.reason:
        raise OfferNeeded(stored.reason.code)
    verified = stored.verified
    if verified is None:
        raise ValueError(f"order {order_id} is {stored.status} but has no verified lines")
    if stored.promise:  # staff has changed it after it was reserved: it is promised anew
        stored = orders.give_back(stored)
    for _ in range(_TRIES):
        outcome = _promise(verified, inventory, settings, now, turn=turn_of(verified))
        if not _from_stock(outcome):
            # More may be there: in buckets not looked at, or held by a cut run of this very order.
            orders.finish_reservation(order_id)
            outcome = _promise(verified, inventory, settings, now, turn=None)
        if isinstance(outcome, Shortage):
            orders.move(stored, Status.OFFER_PENDING, at=now, reason=Reason(code="SHORTAGE", text=outcome.message))
            raise OfferNeeded("SHORTAGE", ", ".join(outcome.skus))
        try:
            orders.reserve(stored, outcome, at=now)
        except OutOfStock:
            continue
        return
    raise OutOfStock(f"order {order_id}: stock changed {_TRIES} times while it was being promised")


def _promise(
    verified: VerifiedOrder, inventory: Inventory, settings: Settings, now: datetime, *, turn: int | None
) -> Promise | Shortage:
    skus = dict.fromkeys([need.sku for need in needs_of(verified)] + [key.sku for key in keys_wanted(verified)])
    stock, supply, recipes = inventory.read_with_materials(skus, turn=turn)
    return promise(verified, stock, supply, settings, ordered_at=now, recipes=recipes)


def _from_stock(outcome: Promise | Shortage) -> bool:
    return isinstance(outcome, Promise) and all(allocation.kind == "stock" for allocation in outcome.allocations)
