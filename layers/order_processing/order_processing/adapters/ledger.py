"""Orders and accounts side by side, for the operator's comparison of the two. This scans the tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from order_processing.account import AccountEntry, Payment, Totals
from order_processing.account_reconciliation import Account, Difference, differences, expected_account, only_lacks
from order_processing.adapters.accounts import DynamoAccounts, entry_item, read_entry, read_totals, totals_key
from order_processing.adapters.attributes import number, read_document, text
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.transactions import Refused, write_all
from order_processing.errors import OrderNotFound
from order_processing.stored_order import StoredOrder

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

    def look(self, customer_id: str, order_ids: Collection[str], since: datetime) -> tuple[list[Difference], bool]:
        """Compare one account with these of its orders, and with those of its entries since a time; of older entries
        only the sum is compared. The differences, and whether it only lacks something. It reads by key alone."""
        self._recorded[customer_id] = set(order_ids)
        self._since = since
        told: list[Difference] = []
        lacks = False
        for _ in range(2):
            found, expected = self._both(customer_id)
            told, lacks = differences(customer_id, found, expected), only_lacks(found, expected)
            if not told:
                break
        return told, lacks

    def repair(self, customer_id: str) -> bool:
        """Write what the orders say into an account that was compared; False when it changed meanwhile."""
        found, expected = self._both(customer_id)
        writes: list[dict[str, Any]] = []
        for order_id, entry in expected.entries.items():
            if found.entries.get(order_id) != entry:
                writes.append(self._put(entry, order_id in found.entries))
        for order_id in set(found.entries) - set(expected.entries):
            key = {"customer_id": text(customer_id), "entry": text(f"order#{order_id}")}
            writes.append({"Delete": {"TableName": self._table, "Key": key}})
        for currency in {*found.totals, *expected.totals}:
            there, right = found.totals.get(currency), expected.totals.get(currency, Totals())
            if there != right:
                writes.append(self._set_totals(customer_id, currency, there, right))
        try:
            # The totals last and with a condition: an order that is recorded meanwhile stops the repair before them.
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
        ids = sorted({*self._recorded.get(customer_id, set()), *recent})
        orders = [stored for order_id in ids if (stored := self._load(order_id))]
        own = [stored for stored in orders if stored.verified and stored.verified.customer_id == customer_id]
        older = {order_id: entry for order_id, entry in entries if order_id not in ids}
        return account, expected_account(own, account, older)

    def _load(self, order_id: str) -> StoredOrder | None:
        try:
            return self._orders.load(order_id)
        except OrderNotFound:
            return None

    def _account(self, customer_id: str) -> Account:
        entries: dict[str, AccountEntry] = {}
        totals: dict[str, Totals] = {}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="customer_id = :customer",
            ExpressionAttributeValues={":customer": text(customer_id)},
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                kind, _, name = item["entry"]["S"].partition("#")
                if kind == "order":
                    entries[name] = read_entry(item)  # type: ignore[arg-type]
                elif kind == "totals":
                    totals[name] = read_totals(item)  # type: ignore[arg-type]
        for order_id, entry in entries.items():
            known = self._payments.setdefault(order_id, {})
            for document in set(entry.payments) - set(known):
                if came := self._accounts_port.payment(document):  # since the payments were read
                    known[document] = came
        return Account(entries, totals, {order_id: list(of.values()) for order_id, of in self._payments.items()})

    def _read_recorded(self) -> None:
        """The ids of all orders that were ever recorded, by customer."""
        wanted = "part = :head AND attribute_exists(times.RECORDED)"
        for count, item in enumerate(self._scan(self._orders_table, wanted, {":head": "order"}), 1):
            stored = self._load(item["order_id"]["S"])
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
        pages = self._client.get_paginator("scan").paginate(
            TableName=table,
            FilterExpression=wanted,
            ExpressionAttributeValues={name: text(each) for name, each in values.items()},
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]

    def _put(self, entry: AccountEntry, there: bool) -> dict[str, Any]:
        condition = "attribute_exists(customer_id)" if there else "attribute_not_exists(customer_id)"
        return {"Put": {"TableName": self._table, "Item": entry_item(entry), "ConditionExpression": condition}}

    def _set_totals(self, customer_id: str, currency: str, there: Totals | None, right: Totals) -> dict[str, Any]:
        names = {f"#{name}": name for name in Totals.model_fields}
        values = {f":{name}": number(getattr(right, name)) for name in Totals.model_fields}
        seen = {f":seen_{name}": number(getattr(there, name)) for name in Totals.model_fields} if there else {}
        same = " AND ".join(
            f"(#{name} = :seen_{name} OR attribute_not_exists(#{name}))" for name in Totals.model_fields
        )
        return {
            "Update": {
                "TableName": self._table,
                "Key": totals_key(customer_id, currency),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in Totals.model_fields),
                "ConditionExpression": same if there else "attribute_not_exists(customer_id)",
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": {**values, **seen},
            }
        }

    def _told(self, what: str, count: int) -> None:
        if count % _EVERY == 0:
            self._progress(what, count)
