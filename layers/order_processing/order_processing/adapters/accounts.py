"""Customers' accounts in DynamoDB.

Table: partition key `customer_id`, sort key `entry`:
- `order#<order id>`: one order in the account: the entry as it was recorded, what of it is `open`, the documents
  of its `payments`, and its parcels' `tracking` where a carrier gave some.
- `totals#<currency>`: how many orders, what they amount to, and what of it is `open`; `sequence`, which every order
  that comes in takes a step further, and `last_entry`, the entry of the order that came in last (see `recording`).
- `payment` (under the partition `payment#<document>`): a payment, once.
- `links`: how many links to its orders were sent (`sent`) since when (`since`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from order_processing.account import AccountEntry, Payment, Totals
from order_processing.adapters.attributes import Attribute, document, iso, number, read_document, text, time
from order_processing.adapters.queried import each_item
from order_processing.adapters.transactions import Refused, write_all

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient

    from order_processing.delivery import Delivery

Item = dict[str, Attribute]
_PAYMENT = "payment"


def reversal_writes(entry: AccountEntry, at: datetime, *, table: str) -> list[dict[str, Any]]:
    """The transaction's writes that take an entry out again: it stays, as reversed, and the totals lose it.

    entry: as it was read; when a payment came since, the transaction is refused.
    """
    gone = entry.model_copy(update={"reversed_at": at, "open": 0})
    return [
        {
            "Update": {
                "TableName": table,
                "Key": entry_key(entry.customer_id, entry.order_id),
                "UpdateExpression": "SET #document = :document, #open = :zero",
                "ConditionExpression": "#open = :open OR attribute_not_exists(#open)",
                "ExpressionAttributeNames": {"#document": "document", "#open": "open"},
                "ExpressionAttributeValues": {
                    ":document": entry_text(gone),
                    ":open": number(entry.open),
                    ":zero": number(0),
                },
            }
        },
        {"Update": totals_update(table, entry, -entry.amount, -entry.open, -1)},
    ]


def changed_entry_write(entry: AccountEntry, *, table: str) -> dict[str, Any]:
    """The transaction's write of an entry that is there already and says something else now; what is open stays."""
    return {
        "Update": {
            "TableName": table,
            "Key": entry_key(entry.customer_id, entry.order_id),
            "UpdateExpression": "SET #document = :document",
            "ConditionExpression": "attribute_exists(customer_id)",
            "ExpressionAttributeNames": {"#document": "document"},
            "ExpressionAttributeValues": {":document": entry_text(entry)},
        }
    }


def tracking_write(customer_id: str, order_id: str, delivery: Delivery, *, table: str) -> dict[str, Any] | None:
    """The transaction's write that puts the carrier's numbers and links into an entry; None where there are none."""
    parcels = [parcel for shipment in delivery.shipments for parcel in shipment.parcels]
    tracked = [(p.tracking, p.tracking_url) for p in parcels if p.tracking_number or p.tracking_url]
    if not tracked:
        return None
    return {
        "Update": {
            "TableName": table,
            "Key": entry_key(customer_id, order_id),
            "UpdateExpression": "SET tracking = :tracking",
            "ConditionExpression": "attribute_exists(customer_id)",
            "ExpressionAttributeValues": {
                ":tracking": {"L": [{"L": [text(number), text(url)]} for number, url in tracked]}
            },
        }
    }


def entry_key(customer_id: str, order_id: str) -> Item:
    """The key of an order's entry."""
    return {"customer_id": text(customer_id), "entry": text(f"order#{order_id}")}


def totals_key(customer_id: str, currency: str) -> Item:
    """The key of an account's totals in a currency."""
    return {"customer_id": text(customer_id), "entry": text(f"totals#{currency}")}


def entry_item(entry: AccountEntry) -> Item:
    """The item of an entry."""
    item = {**entry_key(entry.customer_id, entry.order_id), "document": entry_text(entry), "open": number(entry.open)}
    return {**item, "payments": {"SS": sorted(entry.payments)}} if entry.payments else item


def read_entry(item: Item) -> AccountEntry:
    """What `entry_item` wrote, with what was paid since."""
    entry = read_document(item["document"], AccountEntry)
    paid = {"open": int(item["open"]["N"])} if "open" in item else {}
    tracking = tuple((each["L"][0]["S"], each["L"][1]["S"]) for each in item.get("tracking", {}).get("L", ()))
    payments = tuple(sorted(item.get("payments", {}).get("SS", ())))
    return entry.model_copy(update={**paid, "payments": payments, "tracking": tracking})


def read_totals(item: Item) -> Totals:
    """Totals from their item."""
    return Totals(**{name: int(item[name]["N"]) for name in Totals.model_fields if name in item})


def entry_text(entry: AccountEntry) -> Attribute:
    """What an entry says, without what stands beside it: what is open, payments, tracking."""
    return document(entry.model_copy(update={"open": 0, "payments": (), "tracking": ()}))


def totals_update(table: str, entry: AccountEntry, amount: int, still_open: int, orders: int) -> dict[str, Any]:
    """The update that adds so much to an account's totals, in the currency of an entry."""
    return {
        "TableName": table,
        "Key": totals_key(entry.customer_id, entry.currency),
        "UpdateExpression": "ADD amount :amount, #open :open, orders :orders",
        "ExpressionAttributeNames": {"#open": "open"},
        "ExpressionAttributeValues": {
            ":amount": number(amount),
            ":open": number(still_open),
            ":orders": number(orders),
        },
    }


def account_items(client: DynamoDBClient, table: str, customer_id: str, kind: str) -> Iterator[dict[str, Any]]:
    """An account's items of a kind (`order#`, `totals#`), in the order of their keys."""
    return each_item(
        client.query,
        TableName=table,
        KeyConditionExpression="customer_id = :customer AND begins_with(entry, :kind)",
        ExpressionAttributeValues={":customer": text(customer_id), ":kind": text(kind)},
        ConsistentRead=True,
    )


class DynamoAccounts:
    """The port `Accounts` on a DynamoDB table; see the module's text for its items."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def entry(self, customer_id: str, order_id: str) -> AccountEntry | None:
        item = self._get(entry_key(customer_id, order_id))
        return read_entry(item) if item else None

    def entries(self, customer_id: str) -> Iterator[AccountEntry]:
        """Every entry of an account, by order id; one read unit for about 20 of them."""
        return map(read_entry, account_items(self._client, self._table, customer_id, "order#"))

    def standing(self, customer_id: str, currency: str) -> Totals:
        return read_totals(self._get(totals_key(customer_id, currency)))

    def totals(self, customer_id: str, currency: str) -> tuple[int, int]:
        """(orders, amount in minor units) of an account in a currency."""
        totals = self.standing(customer_id, currency)
        return totals.orders, totals.amount

    def orders_before(self, customer_id: str) -> int:
        """How many orders stand in an account, in all currencies."""
        totals = account_items(self._client, self._table, customer_id, "totals#")
        return sum(int(item["orders"]["N"]) for item in totals)

    def payment(self, document: str) -> Payment | None:
        item = self._get(_payment_key(document))
        return read_document(item["document"], Payment) if item else None

    def settle(self, entry: AccountEntry, payment: Payment) -> bool:
        once = {
            "TableName": self._table,
            "Item": {**_payment_key(payment.document), "document": document(payment)},
            "ConditionExpression": "attribute_not_exists(customer_id)",
        }
        off_the_entry = {
            "TableName": self._table,
            "Key": entry_key(entry.customer_id, entry.order_id),
            "UpdateExpression": "ADD #open :paid, payments :document",
            "ConditionExpression": "#open = :open",
            "ExpressionAttributeNames": {"#open": "open"},
            "ExpressionAttributeValues": {
                ":paid": number(-payment.amount),
                ":open": number(entry.open),
                ":document": {"SS": [payment.document]},
            },
        }
        off_the_totals = totals_update(self._table, entry, 0, -payment.amount, 0)
        try:
            write_all(self._client, [{"Put": once}, {"Update": off_the_entry}, {"Update": off_the_totals}])
        except Refused:
            return False
        return True

    def may_send_link(self, customer_id: str, now: datetime, *, most: int, within: timedelta) -> bool:
        """Count one more link to the account; False when there were enough since the first of this time."""
        key = {"customer_id": text(customer_id), "entry": text("links")}
        over = {":over": text(iso(now - within)), ":one": number(1)}
        counted = (
            ("ADD sent :one", "since > :over AND sent < :most", over | {":most": number(most)}),
            (
                "SET since = :now, sent = :one",
                "attribute_not_exists(since) OR since <= :over",
                over | {":now": time(now)},
            ),
        )
        for update, condition, values in counted:
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=key,
                    UpdateExpression=update,
                    ConditionExpression=condition,
                    ExpressionAttributeValues=values,
                )
                return True
            except self._client.exceptions.ConditionalCheckFailedException:
                continue
        return False

    def _get(self, key: Item) -> Item:
        found: Any = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return dict(found.get("Item", {}))


def _payment_key(document_number: str) -> Item:
    return {"customer_id": text(f"payment#{document_number}"), "entry": text(_PAYMENT)}
