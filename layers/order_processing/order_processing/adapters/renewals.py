"""Promises that are renewed, in DynamoDB: what `renewal` needs of the inventory, and what it changes of orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from order_processing.account import entry_for
from order_processing.adapters.accounts import changed_entry_write
from order_processing.adapters.attributes import document
from order_processing.adapters.broken_promises import BrokenPromises, broken_write, mended_write
from order_processing.adapters.inventory import DynamoInventory
from order_processing.adapters.order_change import Change
from order_processing.adapters.receipts import Receipts
from order_processing.adapters.reservations import AnchorRefused, Reservations
from order_processing.adapters.transactions import Refused, Write, write_all
from order_processing.errors import OrderChanged
from order_processing.order_parts import PROMISE_BROKEN, Delay, Handling, Numbers, Reason
from order_processing.promise import Promise
from order_processing.renewal import Promised
from order_processing.renewal_port import Broken
from order_processing.reservation import SupplyKey
from order_processing.status import Status
from order_processing.stored_order import StoredOrder

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoPromisedSupply(DynamoInventory):
    """The port `PromisedSupply`."""

    def promised(self, supply: SupplyKey) -> Promised | None:
        receipts = Receipts(self._client, self._table)
        there = receipts.supply(supply)
        return Promised(supply=there, claims=tuple(receipts.claims_on(supply))) if there else None

    def came(self, order_id: str, held: Promise) -> set[SupplyKey]:
        return Reservations(self._client, self._table).came(order_id, held)


class DynamoRenewals(BrokenPromises):
    """The port `Renewals`."""

    def __init__(self, client: DynamoDBClient, table: str, *, inventory_table: str, accounts_table: str) -> None:
        super().__init__(client, table)
        self._reservations = Reservations(client, inventory_table)
        self._accounts_table = accounts_table

    def renew(self, seen: StoredOrder, promise: Promise, delay: Delay | None, *, at: datetime) -> StoredOrder:
        change = _back_to_preparing(seen)
        change.put("promise", document(promise), promise=promise)
        if delay:
            change.put("delay", document(delay), delay=delay)
        elif seen.delay and not seen.delay.told:
            change.remove("delay", delay=None)  # the date that the customer knows is true again
        more: list[Write] = []
        if seen.promise_broken:
            change.put_reason(None)
            more.append(mended_write(seen.order_id, table=self._table))
        if seen.has_reached(Status.RECORDED):
            entry = entry_for(seen.order_id, change.after, seen.times[Status.RECORDED.value])
            more.append(changed_entry_write(entry, table=self._accounts_table))
        self._hold(change, promise, more)
        return change.after

    def withdraw_offer(self, seen: StoredOrder) -> StoredOrder:
        change = Change(seen, Status.VERIFIED)
        change.put_reason(None)
        change.remove("holds_offer", holds_offer=False)
        self._hold(change, None)
        return change.after

    def note_broken(self, seen: StoredOrder, broken: Broken) -> StoredOrder:
        change = _back_to_preparing(seen)
        change.put_reason(Reason(code=PROMISE_BROKEN, text=broken.text))
        try:
            write_all(self._client, [self._head_write(change), broken_write(broken, table=self._table)])
        except Refused as refused:
            raise OrderChanged(seen.order_id) from refused
        return change.after

    def note_delay(self, seen: StoredOrder, delay: Delay) -> StoredOrder:
        change = Change(seen)
        change.put("delay", document(delay), delay=delay)
        try:
            self._client.update_item(TableName=self._table, **change.expression())
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise OrderChanged(seen.order_id) from error
        return change.after

    def forget(self, order_id: str) -> None:
        write_all(self._client, [mended_write(order_id, table=self._table)])

    def _hold(self, change: Change, promise: Promise | None, more: Sequence[Write] = ()) -> None:
        seen = change.before
        try:
            self._reservations.change(seen.order_id, self._head_write(change), seen.held, promise, more=more)
        except AnchorRefused as refused:
            raise OrderChanged(seen.order_id) from refused

    def _head_write(self, change: Change) -> Write:
        return {"Update": {"TableName": self._table, **change.expression()}}


def _back_to_preparing(seen: StoredOrder) -> Change:
    """A change of the order; one that was ready to ship is no longer, and whatever was printed is void."""
    if seen.status is not Status.READY_TO_SHIP:
        return Change(seen)
    change = Change(seen, Status.RECORDED)
    if seen.delivery and (ssccs := tuple(p.sscc for s in seen.delivery.shipments for p in s.parcels)):
        change.put("numbers", document(Numbers(ssccs=ssccs)), numbers=Numbers(ssccs=ssccs))
    change.remove("delivery", delivery=None)
    change.remove("handling", handling=Handling())
    return change
