"""How an order comes into its customer's account, and out again while it is on the way: no transaction, three writes.

1. The account's totals: what the order adds, the order's entry as `last_entry`, and the next `sequence`; only if the
   sequence is still the one that was seen.
2. The order's entry, if it has none.
3. The order's head, as RECORDED (see `orders`).

**An order is counted once it is the `last_entry` of the totals or has an entry.** Whoever finds another order's
`last_entry` there sees to it that this order has its entry, and only then takes the place; so what was counted is
known at every moment, whichever write was the last of a process.

Everybody reads the totals first and the entry after. So whoever finds neither knows that the order was not counted
when the totals had that sequence, and its write is refused if it was counted since, by a copy of the same stage.

A cancellation of an order on its way counts as well: with the head, in one transaction, it takes the sequence that it
saw a step further, and puts an entry that is reversed. A stage that read the totals before is refused by the
sequence; one that reads them afterwards finds the entry. The entry of a confirmed order is never deleted, so no late
write puts one again.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from order_processing.account import AccountEntry, entry_for
from order_processing.adapters.accounts import (
    entry_item,
    entry_key,
    entry_text,
    read_entry,
    reversal_writes,
    totals_key,
    totals_update,
)
from order_processing.adapters.attributes import document, number, read_document
from order_processing.adapters.transactions import Write, pause
from order_processing.status import Status
from order_processing.stored_order import StoredOrder

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 10


class AccountBusy(RuntimeError):
    """Other orders of the same customer were counted all the time; nothing of this one was written."""


class Recording:
    """Customers' accounts, as far as orders come into them."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def enter(self, entry: AccountEntry) -> AccountEntry:
        """Count an order in its account, once, and put its entry; the entry that was counted, which may be an earlier
        call's. It is reversed when the order was cancelled meanwhile. AccountBusy.

        Two read units, three where the customer has ordered before; two write units.
        """
        for attempt in range(_TRIES):
            sequence, last = self._totals(entry)
            if last and last.order_id == entry.order_id:
                self._put(last)
                return last
            if there := self._entry(entry):
                return there
            if last and not self._entry(last):
                self._put(last)
            if self._count(entry, sequence):
                self._put(entry)
                return entry
            pause(attempt)
        raise AccountBusy(f"order {entry.order_id}: other orders of its customer came first {_TRIES} times")

    def reversal(self, seen: StoredOrder, at: datetime) -> list[Write]:
        """A transaction's writes that take a confirmed order out of its account, or keep it out, from the stage too
        that may be counting it. Refused when that, or a payment, came first: read again.
        """
        entry = entry_for(seen.order_id, seen, at)
        sequence, last = self._totals(entry)
        if there := self._entry(entry):
            return reversal_writes(there, at, table=self._table)
        if Status.RECORDED.value in seen.times:
            raise ValueError(f"order {seen.order_id} is recorded and does not stand in its customer's account")
        counted = last if last and last.order_id == entry.order_id else None
        gone = (counted or entry).model_copy(update={"reversed_at": at, "open": 0})
        # Not a Put: who cancels may change accounts, and needs no leave to replace what stands there.
        entered = {
            "TableName": self._table,
            "Key": entry_key(gone.customer_id, gone.order_id),
            "UpdateExpression": "SET #document = :document, #open = :zero",
            "ConditionExpression": "attribute_not_exists(customer_id)",
            "ExpressionAttributeNames": {"#document": "document", "#open": "open"},
            "ExpressionAttributeValues": {":document": entry_text(gone), ":zero": number(0)},
        }
        amounts = (-counted.amount, -counted.open, -1) if counted else (0, 0, 0)
        return [{"Update": entered}, {"Update": self._next(sequence, totals_update(self._table, entry, *amounts))}]

    def _count(self, entry: AccountEntry, sequence: int) -> bool:
        """Add an order to its totals; False when something was added since the sequence was seen."""
        counted = totals_update(self._table, entry, entry.amount, entry.open, 1)
        counted["ExpressionAttributeValues"][":entry"] = document(entry)
        update = self._next(sequence, counted, "last_entry = :entry, ")
        try:
            self._client.update_item(**update)
        except (
            self._client.exceptions.ConditionalCheckFailedException,
            self._client.exceptions.TransactionConflictException,  # a payment or a cancellation, at this moment
        ):
            return False
        return True

    def _next(self, sequence: int, update: dict[str, Any], also: str = "") -> dict[str, Any]:
        """The update of totals, from this sequence to the next one."""
        seen = {":seen": number(sequence)} if sequence else {}
        return {
            **update,
            "UpdateExpression": f"SET {also}#sequence = :next {update['UpdateExpression']}",
            "ConditionExpression": "#sequence = :seen" if sequence else "attribute_not_exists(#sequence)",
            "ExpressionAttributeNames": update["ExpressionAttributeNames"] | {"#sequence": "sequence"},
            "ExpressionAttributeValues": update["ExpressionAttributeValues"] | seen | {":next": number(sequence + 1)},
        }

    def _put(self, entry: AccountEntry) -> None:
        """Put an entry, unless there is one: somebody else's, or a cancellation's."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=entry_item(entry),
                ConditionExpression="attribute_not_exists(customer_id)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def _totals(self, entry: AccountEntry) -> tuple[int, AccountEntry | None]:
        """(sequence, last entry) of an account's totals; 0 and None before the first order."""
        item = self._get(totals_key(entry.customer_id, entry.currency))
        return read_sequence(item), read_last_entry(item)

    def _entry(self, entry: AccountEntry) -> AccountEntry | None:
        item = self._get(entry_key(entry.customer_id, entry.order_id))
        return read_entry(item) if item else None

    def _get(self, key: dict[str, Any]) -> dict[str, Any]:
        found: Any = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return dict(found.get("Item", {}))


def read_sequence(totals: dict[str, Any]) -> int:
    """How often something was added to totals; 0 for totals that are not there."""
    return int(totals["sequence"]["N"]) if "sequence" in totals else 0


def read_last_entry(totals: dict[str, Any]) -> AccountEntry | None:
    """The entry of the order that was added last, as it was then."""
    return read_document(totals["last_entry"], AccountEntry) if "last_entry" in totals else None
