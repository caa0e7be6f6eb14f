"""Customers' accounts in DynamoDB.

Table: partition key `customer_id`, sort key `entry`:
- `order#<order id>`: one order in the account (`AccountEntry`).
- `totals#<currency>`: how many orders, and what they amount to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from order_processing.account import AccountEntry
from order_processing.adapters.attributes import document, number, read_document, text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def entry_writes(entry: AccountEntry, *, table: str) -> list[dict[str, Any]]:
    """The transaction's writes: the entry, once, and the totals that it adds to."""
    customer = text(entry.customer_id)
    return [
        {
            "Put": {
                "TableName": table,
                "Item": {
                    "customer_id": customer,
                    "entry": text(f"order#{entry.order_id}"),
                    "document": document(entry),
                },
                "ConditionExpression": "attribute_not_exists(customer_id)",
            }
        },
        {
            "Update": {
                "TableName": table,
                "Key": {"customer_id": customer, "entry": text(f"totals#{entry.currency}")},
                "UpdateExpression": "ADD amount :amount, orders :one",
                "ExpressionAttributeValues": {":amount": number(entry.amount), ":one": number(1)},
            }
        },
    ]


def reversal_writes(entry: AccountEntry, *, table: str) -> list[dict[str, Any]]:
    """The transaction's writes that take an entry out again: it stays, as reversed, and the totals lose it."""
    customer = text(entry.customer_id)
    return [
        {
            "Update": {
                "TableName": table,
                "Key": {"customer_id": customer, "entry": text(f"order#{entry.order_id}")},
                "UpdateExpression": "SET #document = :document",
                "ConditionExpression": "attribute_exists(customer_id)",
                "ExpressionAttributeNames": {"#document": "document"},
                "ExpressionAttributeValues": {":document": document(entry)},
            }
        },
        {
            "Update": {
                "TableName": table,
                "Key": {"customer_id": customer, "entry": text(f"totals#{entry.currency}")},
                "UpdateExpression": "ADD amount :amount, orders :one",
                "ExpressionAttributeValues": {":amount": number(-entry.amount), ":one": number(-1)},
            }
        },
    ]


class DynamoAccounts:
    """Reads accounts: an entry by its order, and the totals."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def entry(self, customer_id: str, order_id: str) -> AccountEntry | None:
        """The account's entry for an order, or None."""
        item = self._get(customer_id, f"order#{order_id}")
        return read_document(item["document"], AccountEntry) if item else None

    def totals(self, customer_id: str, currency: str) -> tuple[int, int]:
        """(orders, amount in minor units) of an account in a currency."""
        item = self._get(customer_id, f"totals#{currency}")
        return (int(item["orders"]["N"]), int(item["amount"]["N"])) if item else (0, 0)

    def _get(self, customer_id: str, entry: str) -> dict[str, Any]:
        found = self._client.get_item(
            TableName=self._table,
            Key={"customer_id": text(customer_id), "entry": text(entry)},
            ConsistentRead=True,
        )
        return found.get("Item", {})
