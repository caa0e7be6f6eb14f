"""What is kept of customers beside their orders, in DynamoDB: erased on request.

The catalogue's customers with the hashed e-mail addresses and the store's ids that lead to them; in accounts, how many
links were sent; in the orders' table, which addresses (hashed) are not to be written to. Entries and totals of an
account stay: they are the books, and name nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import text
from order_processing.adapters.catalogue import DynamoCatalogue
from order_processing.catalogue import normal_email

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class CustomerMaster:
    """Forgets customers. hashed: an address's keyed hash that an account is named by; listed: that under which
    addresses that are not to be written to are listed."""

    def __init__(
        self,
        dynamodb: DynamoDBClient,
        *,
        orders_table: str,
        catalogue_table: str,
        accounts_table: str,
        hashed: Callable[[str], str],
        listed: Callable[[str], str],
    ) -> None:
        self._dynamodb = dynamodb
        self._orders = orders_table
        self._catalogue_table = catalogue_table
        self._accounts = accounts_table
        self._catalogue = DynamoCatalogue(dynamodb, catalogue_table)
        self._hashed = hashed
        self._listed = listed

    def account_of(self, email: str) -> str:
        """The account that an e-mail address leads to: a known customer's, or the guest's."""
        hashed = self._hashed(normal_email(email))
        led = self._catalogue.fetch([("customer_email", hashed)]).get(("customer_email", hashed))
        return str(led["to"]) if led else hashed

    def known(self, customer_id: str) -> dict[str, Any]:
        """What the catalogue holds of a customer; empty for a guest."""
        return dict(self._catalogue.fetch([("customer", customer_id)]).get(("customer", customer_id), {}))

    def forget_customer(self, customer_id: str) -> list[str]:
        """A whole account's customer; what was there, in words that name nobody."""
        gone = self._forget_links(customer_id)
        known = self._catalogue.fetch([("customer", customer_id)]).get(("customer", customer_id))
        if not known:
            return gone
        for email in known.get("emails", ()):
            gone += self._forget_address(email)
        for store_id in known.get("store_ids", ()):
            self._delete_from_catalogue("customer_store", str(store_id))
            gone.append("an id of the store that led to the customer")
        # Last, because the others are found through it.
        self._delete_from_catalogue("customer", customer_id)
        return [*gone, "the customer in the catalogue"]

    def forget_email(self, email: str) -> list[str]:
        """One e-mail address; a known customer who has no other is forgotten with it."""
        customer_id = self.account_of(email)
        known = self._catalogue.fetch([("customer", customer_id)]).get(("customer", customer_id))
        if known:
            others = [other for other in known.get("emails", ()) if normal_email(other) != normal_email(email)]
            if not others:
                return self.forget_customer(customer_id)
            self._catalogue.put([(("customer", customer_id), {**known, "emails": others})])
            return self._forget_address(email)
        return self._forget_links(customer_id) + self._forget_address(email)

    def _forget_address(self, email: str) -> list[str]:
        hashed = self._hashed(normal_email(email))
        suppressed = {"order_id": text(f"address#{self._listed(email)}"), "part": text("suppressed")}
        gone = []
        if self._delete(self._orders, suppressed):
            gone.append("that an address is not to be written to")
        if self._delete_from_catalogue("customer_email", hashed):
            gone.append("a hashed e-mail address that led to the customer")
        return gone

    def _forget_links(self, customer_id: str) -> list[str]:
        sent = self._delete(self._accounts, {"customer_id": text(customer_id), "entry": text("links")})
        return ["how many links to the account were sent"] if sent else []

    def _delete_from_catalogue(self, kind: str, name: str) -> bool:
        return self._delete(self._catalogue_table, {"key": text(f"{kind}#{name}")})

    def _delete(self, table: str, key: Any) -> bool:
        """Delete an item; whether it was there."""
        answer = self._dynamodb.delete_item(TableName=table, Key=key, ReturnValues="ALL_OLD")
        return bool(answer.get("Attributes"))
