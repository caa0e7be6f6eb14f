"""Stage 2: can we deliver it, from where and by when?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from order_processing.allotment import needs_of, pieces_by_sku
from order_processing.availability import Shortage, promise, turn_of
from order_processing.errors import OfferNeeded, OrderEnded, OrderReplaced
from order_processing.inventory import Inventory, OutOfStock, seen_enough
from order_processing.licences import keys_wanted
from order_processing.offer import Offer
from order_processing.order_parts import Reason
from order_processing.orders import Orders
from order_processing.promise import Promise
from order_processing.settings import Settings
from order_processing.status import Status
from order_processing.verified_order import VerifiedOrder

if TYPE_CHECKING:  # the catalogue's records are read for an offer only
    from order_processing.catalogue import Catalogue

_TRIES = 5


def check_availability(
    order_id: str, *, orders: Orders, inventory: Inventory, catalogue: Catalogue, settings: Settings, now: datetime
) -> None:
    """Promise every line and reserve what makes the promise true, all of it or nothing.

    Raises OfferNeeded when the order cannot be promised as asked: then everything that it is offered is held. What
    was chosen of an offer is reserved just as it was shown, and the rest of the hold given back.
    Raises OrderReplaced when the store has changed the order since it was verified.
    Where another order was quicker, stock is read again and promised, or offered, anew.
    """
    stored = orders.load(order_id)
    if stored.ended:
        raise OrderEnded(stored.status)
    if stored.has_reached(Status.RESERVED) and stored.promise:
        orders.finish_reservation(order_id)  # of a copy of this run that was cut while another one reserved
        return
    if stored.status is Status.OFFER_PENDING and stored.reason:
        orders.finish_reservation(order_id)
        raise OfferNeeded(stored.reason.code)
    if not stored.has_reached(Status.VERIFIED):
        raise OrderReplaced(stored.status)
    if stored.choice and stored.choice.alternative.promise:
        orders.reserve(stored, stored.choice.alternative.promise, at=now)
        return
    verified = stored.verified
    if verified is None:
        raise ValueError(f"order {order_id} is {stored.status} but has no verified lines")
    if stored.held:  # staff or the store has changed it after it was reserved or offered: it is promised anew
        stored = orders.give_back(stored)
    for _ in range(_TRIES):
        outcome, sure = promise_now(verified, inventory, settings, now, turn=turn_of(verified))
        if not sure or not _from_stock(outcome):
            # More may be there: in buckets not looked at, or held by a cut run of this very order.
            orders.finish_reservation(order_id)
            outcome, _ = promise_now(verified, inventory, settings, now, turn=None)
        try:
            if isinstance(outcome, Promise):
                orders.reserve(stored, outcome, at=now)
                return
            if not (offer := offer_instead(verified, outcome, inventory, catalogue, settings, now)):
                continue
            orders.offer(stored, offer, at=now, reason=Reason(code="SHORTAGE", text=outcome.message))
        except OutOfStock:
            continue
        raise OfferNeeded("SHORTAGE", ", ".join(outcome.skus))
    raise OutOfStock(f"order {order_id}: stock changed {_TRIES} times while it was being promised")


def offer_instead(
    verified: VerifiedOrder,
    shortage: Shortage,
    inventory: Inventory,
    catalogue: Catalogue,
    settings: Settings,
    now: datetime,
) -> Offer | None:
    """What can be had instead, as of now; None when the order itself can be had meanwhile."""
    # Here, because an order that can be promised needs nothing of it.
    from order_processing.offering import make_offer, short_lines, skus_of
    from order_processing.substitutes import substitutes_of

    substitutes = substitutes_of(verified, short_lines(verified, shortage), catalogue, settings)
    stock, supply, recipes = inventory.read_with_materials([*_skus(verified), *skus_of(substitutes)])
    outcome = promise(verified, stock, supply, settings, ordered_at=now, recipes=recipes)
    if isinstance(outcome, Promise):
        return None
    return make_offer(
        verified, outcome, stock, supply, settings, substitutes=substitutes, ordered_at=now, recipes=recipes
    )


def promise_now(
    verified: VerifiedOrder, inventory: Inventory, settings: Settings, now: datetime, *, turn: int | None
) -> tuple[Promise | Shortage, bool]:
    """(what can be promised, whether nothing that was not looked at could change it)."""
    stock, supply, recipes = inventory.read_with_materials(_skus(verified), turn=turn)
    outcome = promise(verified, stock, supply, settings, ordered_at=now, recipes=recipes)
    return outcome, seen_enough(stock, pieces_by_sku(needs_of(verified)))


def _skus(verified: VerifiedOrder) -> list[str]:
    """What has to be there for the order."""
    return [need.sku for need in needs_of(verified)] + [key.sku for key in keys_wanted(verified)]


def _from_stock(outcome: Promise | Shortage) -> bool:
    return isinstance(outcome, Promise) and all(allocation.kind == "stock" for allocation in outcome.allocations)
