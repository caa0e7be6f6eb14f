"""Stage 2: can we deliver it, from where and by when?"""

from __future__ import annotations

from datetime import datetime

from order_processing.allotment import needs_of
from order_processing.availability import Shortage, promise
from order_processing.errors import OfferNeeded, OrderEnded
from order_processing.inventory import Inventory, OutOfStock
from order_processing.orders import Orders
from order_processing.settings import Settings
from order_processing.stored_order import Reason, Status

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
    if stored.has_reached(Status.RESERVED):
        return
    if stored.status is Status.OFFER_PENDING and stored.reason:
        raise OfferNeeded(stored.reason.code)
    verified = stored.verified
    if verified is None:
        raise ValueError(f"order {order_id} is {stored.status} but has no verified lines")
    skus = {need.sku for need in needs_of(verified)}
    for _ in range(_TRIES):
        stock, supply = inventory.read(skus)
        outcome = promise(verified, stock, supply, settings, ordered_at=now)
        if isinstance(outcome, Shortage):
            orders.move(stored, Status.OFFER_PENDING, at=now, reason=Reason(code="SHORTAGE", text=outcome.message))
            raise OfferNeeded("SHORTAGE", ", ".join(outcome.skus))
        try:
            orders.reserve(stored, outcome, at=now)
        except OutOfStock:
            continue
        return
    raise OutOfStock(f"order {order_id}: stock changed {_TRIES} times while it was being promised")
