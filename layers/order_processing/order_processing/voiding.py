"""Labels that were bought for an order, given back to their carriers when the order is cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from order_processing.orders import Orders
from order_processing.stored_order import StoredOrder

if TYPE_CHECKING:  # what ends an order needs none of what a carrier is told of a parcel
    from order_processing.carriers import Carrier


class Carriers(Protocol):
    """Carriers by their names in the settings (`services.*.labels`), each made when it is first asked for."""

    def __call__(self, name: str) -> Carrier: ...


def void_labels(order_id: str, *, orders: Orders, carriers: Carriers) -> int:
    """Give back every label that may have been bought for an order; how many that were.

    For an order that is cancelled. It may be called any number of times, also while delivery is being prepared:
    that stage gives back what it bought for an order that it then finds ended. Raises what `Carrier` does.
    """
    return give_back(orders.load(order_id), carriers)


def give_back(stored: StoredOrder, carriers: Carriers) -> int:
    """As `void_labels`, for an order at hand."""
    if stored.purchases and not stored.ended:
        raise ValueError(f"order {stored.order_id} is {stored.status}: only an ended order's labels are given back")
    for purchase in stored.purchases:
        carriers(purchase.carrier).void(purchase.label_id)
    return len(stored.purchases)
