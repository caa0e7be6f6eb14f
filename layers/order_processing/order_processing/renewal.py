"""Promises that have become untrue, because supply comes later or short, and what is promised in their place."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from order_processing.allotment import needs_of
from order_processing.availability import Shortage, promise
from order_processing.inventory import Inventory, Supply
from order_processing.lead_time import leaves_on, usable_on
from order_processing.order import Record
from order_processing.order_parts import Delay
from order_processing.promise import Allocation, Promise
from order_processing.reservation import Claim, SupplyKey, endangered, given_back, may_keep, moves
from order_processing.settings import Settings
from order_processing.stored_order import StoredOrder
from order_processing.verified_order import VerifiedOrder


class Promised(Record):
    """A supply as it is now, with all that orders hold of it."""

    supply: Supply
    claims: tuple[Claim, ...]

    def endangered(self, settings: Settings) -> list[Claim]:
        """The claims that cannot be kept as they were promised."""
        there, due = settings.locations[self.supply.location], self.supply.due_on
        return endangered(
            self.claims,
            coming=self.supply.quantity,
            leaves_on=leaves_on(there, due),
            usable_on=usable_on(there, due),
        )


class PromisedSupply(Inventory, Protocol):
    """The inventory, and what orders hold of what will come."""

    def promised(self, supply: SupplyKey) -> Promised | None:
        """A supply with the claims on it; None when it has come in full, or was never planned."""
        ...

    def came(self, order_id: str, held: Promise) -> set[SupplyKey]:
        """The supplies that an order was promised and that have come: it holds them as stock."""
        ...


def supplies_of(held: Promise) -> list[SupplyKey]:
    """What a promise counts on that had not come when it was made."""
    return [move.supply for move in moves(None, held) if move.kind == "supply"]


def untrue(order_id: str, supplies: Mapping[SupplyKey, Promised], settings: Settings) -> set[SupplyKey]:
    """The supplies of which the order's share cannot be kept."""
    return {
        key
        for key, promised in supplies.items()
        if any(claim.order_id == order_id for claim in promised.endangered(settings))
    }


def renewed(
    order_id: str,
    verified: VerifiedOrder,
    held: Promise,
    lost: Collection[SupplyKey],
    supplies: Mapping[SupplyKey, Promised],
    inventory: PromisedSupply,
    settings: Settings,
    *,
    now: datetime,
) -> Promise | Shortage:
    """A promise in the place of one that counts on `lost`.

    An order that comes together is promised anew as a whole, from what it holds and what else there is; of one that
    may come in parts, only the lines that are concerned. Of a supply that comes short it may keep what those who ship
    before it leave.
    """
    lines = _concerned(verified, held, lost)
    kept = Promise(
        allocations=tuple(a for a in held.allocations if a.line_id not in lines),
        materials=tuple(a for a in held.materials if a.line_id not in lines),
    )
    given = Promise(
        allocations=tuple(a for a in held.allocations if a.line_id in lines),
        materials=tuple(a for a in held.materials if a.line_id in lines),
    )
    order = verified.order
    part = verified.model_copy(
        update={"order": order.model_copy(update={"lines": tuple(ln for ln in order.lines if ln.line_id in lines)})}
    )
    skus = dict.fromkeys(need.sku for need in needs_of(part))
    stock, supply, recipes = inventory.read_with_materials(skus)
    stock, supply = given_back(stock, supply, given, inventory.came(order_id, given))
    supply = [_share(order_id, coming, supplies) for coming in supply]
    outcome = promise(part, stock, supply, settings, ordered_at=now, recipes=recipes)
    if isinstance(outcome, Shortage):
        return outcome
    place = {line.line_id: number for number, line in enumerate(order.lines)}

    def in_sequence(allocations: Sequence[Allocation]) -> tuple[Allocation, ...]:
        return tuple(sorted(allocations, key=lambda a: place[a.line_id]))

    return Promise(
        allocations=in_sequence((*kept.allocations, *outcome.allocations)),
        materials=in_sequence((*kept.materials, *outcome.materials)),
    )


def delay_after(stored: StoredOrder, after: Promise) -> Delay | None:
    """What the customer has to be told of a new promise: None when they were told no date, or it is none the later."""
    if stored.confirmation is None or stored.promise is None:
        return None
    previous = stored.delay.previous if stored.delay and not stored.delay.told else stored.promise
    for line_id in {allocation.line_id for allocation in after.allocations}:
        before, now = previous.delivery_date_of(line_id), after.delivery_date_of(line_id)
        if before and now and now > before:
            return Delay(previous=previous)
    return None


def _concerned(verified: VerifiedOrder, held: Promise, lost: Collection[SupplyKey]) -> set[str]:
    if not verified.order.allow_partial_shipment:
        return {line.line_id for line in verified.order.lines}
    return {
        a.line_id
        for a in (*held.allocations, *held.materials)
        if a.kind == "supply" and (a.sku, a.location, a.source_id) in lost
    }


def _share(order_id: str, coming: Supply, supplies: Mapping[SupplyKey, Promised]) -> Supply:
    promised = supplies.get((coming.sku, coming.location, coming.document))
    if promised is None:
        return coming
    share = may_keep(promised.claims, order_id, coming=promised.supply.quantity)
    return coming.model_copy(update={"available": max(coming.available, share)})
