"""Orders and accounts side by side, for the operator's comparison of the two. This scans the tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from order_processing.account import AccountEntry, Payment, Totals
from order_processing.account_reconciliation import (
    Account,
    Difference,
    agree,
    differences,
    expected_account,
    left_on_the_way,
    only_lacks,
)
from order_processing.adapters.accounts import (
    DynamoAccounts,
    account_items,
    entry_item,
    entry_key,
    read_entry,
    read_totals,
    totals_key,
)
from order_processing.adapters.attributes import number, read_document, text
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.queried import each_item
from order_processing.adapters.recording import read_last_entry, read_sequence
from order_processing.adapters.transactions import Refused, write_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Progress = Callable[[str, int], None]
_EVERY = 500


class Ledger:
    """Compares every account with its orders. It holds the ids of all recorded orders, about 200 bytes each."""

    def __init__(
        self,
        client: DynamoDBClient,
        orders_table: str,
        accounts_table: str,
        progress: Progress = lambda what, count: None,
    ) -> None:
        self._client = client
        self._orders_table = orders_table
        self._table = accounts_table
        self._orders = DynamoOrders(client, orders_table)
        self._accounts_port = DynamoAccounts(client, accounts_table)
        self._progress = progress
        self._recorded: dict[str, set[str]] = {}
        self._since: datetime | None = None
        self._payments: dict[str, dict[str, Payment]] = {}

    def compare(self) -> Iterator[tuple[str, list[Difference]]]:
        """(customer, differences) of each account, also where there are none.

        What differs is read a second time, so that an order that is recorded meanwhile makes no difference.
        """
        self._read_recorded()
        self._read_payments()
        for count, customer_id in enumerate(sorted({*self._recorded, *self._customers()}), 1):
            told: list[Difference] = []
            for _ in range(2):
                told = differences(customer_id, *self._both(customer_id))
                if not told:
                    break
            self._told("accounts compared", count)
            yield customer_id, told

    def look(
        self, customer_id: str, order_ids: Collection[str], since: datetime, before: datetime
    ) -> tuple[list[Difference], bool]:
        """Compare one account with these of its orders, and with those of its entries since a time; of older entries
        only the sum is compared. The differences, and whether it only lacks something. It reads by key alone.

        before: what was counted until then is no longer on its way to its entry.
        """
        self._recorded[customer_id] = set(order_ids)
        self._since = since
        told: list[Difference] = []
        lacks = False
        for _ in range(2):
            found, expected = self._both(customer_id)
            told, lacks = differences(customer_id, found, expected), only_lacks(found, expected)
            told += left_on_the_way(customer_id, expected, before)
            if not told:
                break
        return told, lacks

    def repair(self, customer_id: str) -> bool:
        """Write what the orders say into an account that was compared; False when it changed meanwhile."""
        found, expected = self._both(customer_id)
        writes = [self._put(entry, there=False) for entry in expected.counted.values()]
        for order_id, entry in expected.entries.items():
            if not agree(found.entries.get(order_id), entry):
                writes.append(self._put(entry, order_id in found.entries))
        for order_id in set(found.entries) - set(expected.entries):
            writes.append({"Delete": {"TableName": self._table, "Key": entry_key(customer_id, order_id)}})
        wrong = {entry.currency for order_id, entry in found.counted.items() if order_id not in expected.counted}
        for currency in {*found.totals, *expected.totals}:
            there, right = found.totals.get(currency), expected.totals.get(currency, Totals())
            if currency in wrong or not agree(there, right):
                sequence = found.sequences.get(currency, 0)
                writes.append(self._set_totals(customer_id, currency, there, right, sequence))
        try:
            # The totals last and with a condition: an order that comes in meanwhile stops the repair before them. They
            # name no last order any more: by then each that counts has its entry.
            for start in range(0, len(writes), 90):
                write_all(self._client, writes[start : start + 90])
        except Refused:
            return False
        return True

    def _both(self, customer_id: str) -> tuple[Account, Account]:
        """The account as it is, and as its orders make it."""
        account = self._account(customer_id)
        entries = account.entries.items()
        recent = {order_id for order_id, entry in entries if not self._since or entry.recorded_at >= self._since}
        ids = sorted({*self._recorded.get(customer_id, set()), *recent, *account.counted})
        orders = [stored for order_id in ids if (stored := self._orders.look_up(order_id))]
        own = [stored for stored in orders if stored.verified and stored.verified.customer_id == customer_id]
        older = {order_id: entry for order_id, entry in entries if order_id not in ids}
        return account, expected_account(own, account, older)

    def _account(self, customer_id: str) -> Account:
        # The totals first: what they do not count yet has no entry, and what comes in afterwards changes the sequence.
        items = dict(self._items(customer_id, "totals#"))
        totals = {name: read_totals(item) for name, item in items.items()}
        entries = {name: read_entry(item) for name, item in self._items(customer_id, "order#")}
        last = (read_last_entry(item) for item in items.values())
        counted = {entry.order_id: entry for entry in last if entry and entry.order_id not in entries}
        sequences = {name: read_sequence(item) for name, item in items.items()}
        for order_id, entry in entries.items():
            if self._since and entry.recorded_at < self._since and order_id not in self._recorded[customer_id]:
                continue  # of older entries only the sum is compared
            known = self._payments.setdefault(order_id, {})
            for document in set(entry.payments) - set(known):
                if came := self._accounts_port.payment(document):  # since the payments were read
                    known[document] = came
        payments = {order_id: list(of.values()) for order_id, of in self._payments.items()}
        return Account(entries, totals, payments, counted, sequences)

    def _items(self, customer_id: str, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The items of a kind in an account, by what follows the kind in their key."""
        for item in account_items(self._client, self._table, customer_id, kind):
            yield item["entry"]["S"].removeprefix(kind), item

    def _read_recorded(self) -> None:
        """The ids of all orders that were ever recorded, by customer."""
        wanted = "part = :head AND attribute_exists(times.RECORDED)"
        for count, item in enumerate(self._scan(self._orders_table, wanted, {":head": "order"}), 1):
            stored = self._orders.look_up(item["order_id"]["S"])
            if stored and stored.verified:
                self._recorded.setdefault(stored.verified.customer_id, set()).add(stored.order_id)
            self._told("orders read", count)

    def _read_payments(self) -> None:
        for item in self._scan(self._table, "entry = :payment", {":payment": "payment"}):
            payment = read_document(item["document"], Payment)
            self._payments.setdefault(payment.order_id, {})[payment.document] = payment

    def _customers(self) -> set[str]:
        wanted = "begins_with(entry, :order) OR begins_with(entry, :totals)"
        found = self._scan(self._table, wanted, {":order": "order#", ":totals": "totals#"})
        return {item["customer_id"]["S"] for item in found}

    def _scan(self, table: str, wanted: str, values: dict[str, str]) -> Iterator[dict[str, Any]]:
        return each_item(
            self._client.scan,
            TableName=table,
            FilterExpression=wanted,
            ExpressionAttributeValues={name: text(each) for name, each in values.items()},
            ConsistentRead=True,
        )

    def _put(self, entry: AccountEntry, there: bool) -> dict[str, Any]:
        condition = "attribute_exists(customer_id)" if there else "attribute_not_exists(customer_id)"
        return {"Put": {"TableName": self._table, "Item": entry_item(entry), "ConditionExpression": condition}}

    def _set_totals(
        self, customer_id: str, currency: str, there: Totals | None, right: Totals, sequence: int
    ) -> dict[str, Any]:
        fields = [*Totals.model_fields]
        new = {**right.model_dump(), "sequence": sequence + 1}
        seen = {**there.model_dump(), "sequence": sequence} if there else {}
        same = " AND ".join(
            f"(#{name} = :seen_{name} OR attribute_not_exists(#{name}))" for name in [*fields, "sequence"]
        )
        return {
            "Update": {
                "TableName": self._table,
                "Key": totals_key(customer_id, currency),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in new) + " REMOVE last_entry",
                "ConditionExpression": same if there else "attribute_not_exists(customer_id)",
                "ExpressionAttributeNames": {f"#{name}": name for name in new},
                "ExpressionAttributeValues": {
                    **{f":{name}": number(value) for name, value in new.items()},
                    **{f":seen_{name}": number(value) for name, value in seen.items()},
                },
            }
        }

    def _told(self, what: str, count: int) -> None:
        if count % _EVERY == 0:
            self._progress(what, count)
