"""Beside the path: supply comes later or short, and the promises that count on it are made anew.

Everything is found from what stands in the tables now, so a request to look may come twice, late, or for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from order_processing.availability import Shortage
from order_processing.decisions import GO_ON, Executions, let_go_on
from order_processing.inventory import OutOfStock
from order_processing.inventory_documents import Concern
from order_processing.mail.progress import delay as delay_message
from order_processing.mail_reports import UnreachedCustomers
from order_processing.order_parts import Confirmation, Delay
from order_processing.orders import Orders
from order_processing.post import Post
from order_processing.promise import Promise
from order_processing.renewal import Promised, PromisedSupply, delay_after, renewed, supplies_of, untrue
from order_processing.renewal_port import Broken, Renewals
from order_processing.reservation import SupplyKey
from order_processing.settings import Settings
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.telling import tell

_TRIES = 5
KIND = "delay"


def find_untrue_promises(
    concern: Concern,
    *,
    orders: Orders,
    renewals: Renewals,
    inventory: PromisedSupply,
    settings: Settings,
    look_at: Callable[[str, Sequence[str]], None],
) -> None:
    """Have each order looked at whose promise a change of stock or supply makes untrue, those that came first before
    others, and then those that wait for this SKU because nothing could be promised to them.

    look_at: is given the SKU and the orders' ids.
    """
    found: dict[str, datetime] = {}
    if concern.supply and (promised := inventory.promised(concern.supply)):
        for claim in promised.endangered(settings):
            found[claim.order_id] = orders.load(claim.order_id).received_at
    waiting = [broken.order_id for broken in renewals.broken() if concern.sku in broken.skus]
    first = sorted(found, key=lambda order_id: (found[order_id], order_id))
    look_at(concern.sku, [*first, *(order_id for order_id in waiting if order_id not in found)])


def renew_promise(
    order_id: str,
    *,
    orders: Orders,
    renewals: Renewals,
    inventory: PromisedSupply,
    post: Post,
    unreached: UnreachedCustomers,
    settings: Settings,
    status_url: Callable[[str], str],
    prepare: Callable[[str], None],
    executions: Executions,
    now: datetime,
) -> None:
    """Promise an order anew when its promise has become untrue, have its papers made anew, and tell its customer.

    Only who was told a date is told of the new one, once, and only of a later one. A confirmed order to which nothing
    can be promised is kept for staff to see (`Renewals.broken`); one that is not confirmed, or that has an offer which
    is no longer true, has its availability checked anew. prepare: makes a recorded order ready to ship, by its id.
    """
    stored = orders.load(order_id)
    if stored.ended or stored.handling.packed_at or stored.handling.handed_over_at:
        renewals.forget(order_id)
        return
    stored = _made_true(stored, orders, renewals, inventory, settings, now)
    if stored.status is Status.VERIFIED and stored.question:  # an offer was withdrawn, now or by a run that was cut
        let_go_on(stored.question, GO_ON, executions)
    if stored.status is Status.RECORDED and not stored.promise_broken:
        prepare(order_id)
        stored = orders.load(order_id)
    if stored.delay and not stored.delay.told:
        _tell(stored, stored.delay, renewals, post, unreached, settings, status_url(order_id), now)


def _made_true(
    stored: StoredOrder,
    orders: Orders,
    renewals: Renewals,
    inventory: PromisedSupply,
    settings: Settings,
    now: datetime,
) -> StoredOrder:
    for _ in range(_TRIES):
        if stored.held is None or stored.verified is None:
            return stored
        supplies = _supplies(stored.held, inventory)
        lost = untrue(stored.order_id, supplies, settings)
        if not lost and not stored.promise_broken:
            return stored
        if stored.promise is None:
            return renewals.withdraw_offer(stored)
        outcome = renewed(
            stored.order_id, stored.verified, stored.promise, lost, supplies, inventory, settings, now=now
        )
        try:
            return _kept(stored, outcome, orders, renewals, now)
        except OutOfStock:  # another order was quicker
            stored = orders.load(stored.order_id)
    raise OutOfStock(f"order {stored.order_id}: stock changed {_TRIES} times while it was being promised anew")


def _kept(
    stored: StoredOrder, outcome: Promise | Shortage, orders: Orders, renewals: Renewals, now: datetime
) -> StoredOrder:
    if isinstance(outcome, Promise):
        return renewals.renew(stored, outcome, delay_after(stored, outcome), at=now)
    if stored.confirmation is None:
        return orders.give_back(stored)
    since = next((b.since for b in renewals.broken() if b.order_id == stored.order_id), now)
    broken = Broken(order_id=stored.order_id, since=since, skus=outcome.skus, text=outcome.message)
    return renewals.note_broken(stored, broken)


def _supplies(held: Promise, inventory: PromisedSupply) -> dict[SupplyKey, Promised]:
    found = {supply: inventory.promised(supply) for supply in supplies_of(held)}
    return {supply: promised for supply, promised in found.items() if promised}


def _tell(
    stored: StoredOrder,
    delay: Delay,
    renewals: Renewals,
    post: Post,
    unreached: UnreachedCustomers,
    settings: Settings,
    status_url: str,
    now: datetime,
) -> None:
    """Send the correction as the confirmation is sent: noted before and after, so that only a cut between SES's answer
    and the note of it makes the customer read it twice. Where no mail can be sent, staff tell the customer."""
    if stored.verified is None or stored.promise is None:
        return
    message = delay_message(
        stored.order_id,
        stored.verified,
        delay.previous,
        stored.promise,
        settings,
        status_url,
        can_cancel=stored.handling.printed_at is None,
    )

    def note(seen: StoredOrder, told: Confirmation) -> StoredOrder:
        return renewals.note_delay(seen, Delay(previous=delay.previous, notice=told))

    tell(stored, message, stored.mail_address, kind=KIND, post=post, unreached=unreached, note=note, now=now)
