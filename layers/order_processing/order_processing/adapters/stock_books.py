"""What the inventory says of one SKU, and what an audit may put right of it.

Claims on supply that no order holds any more are given back, once, as long as the order stays as it was seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import number, text
from order_processing.adapters.inventory_items import claim_key, stock_key, supply_key
from order_processing.adapters.order_items import key
from order_processing.adapters.queried import each_item
from order_processing.adapters.receipts import Receipts
from order_processing.adapters.reservations import Reservations
from order_processing.adapters.stock_reader import StockReader
from order_processing.adapters.transactions import Refused, write_all
from order_processing.auditing import Gap, StockBook
from order_processing.promise import Promise
from order_processing.reservation import Claim, SupplyKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoStockBooks:
    """The port `StockBooks` on the tables of orders and inventory."""

    def __init__(self, client: DynamoDBClient, orders_table: str, inventory_table: str) -> None:
        self._client = client
        self._orders_table = orders_table
        self._table = inventory_table
        self._inventory = StockReader(client, inventory_table)
        self._receipts = Receipts(client, inventory_table)
        self._reservations = Reservations(client, inventory_table)

    def read(self, sku: str) -> StockBook:
        """All of a SKU, as of now."""
        stock, supply = self._inventory.read([sku])
        claims = [
            claim for coming in supply for claim in self._receipts.claims_on((sku, coming.location, coming.document))
        ]
        return StockBook(tuple(stock), tuple(supply), tuple(claims))

    def holders(self) -> Iterator[str]:
        """Every order that says that it holds something. It scans the orders: for the operator's command alone."""
        found = each_item(
            self._client.scan,
            TableName=self._orders_table,
            ProjectionExpression="order_id",
            FilterExpression="part = :head AND (attribute_exists(promise) OR attribute_exists(holds_offer))",
            ExpressionAttributeValues={":head": text("order")},
            ConsistentRead=True,
        )
        for item in found:
            yield item["order_id"]["S"]

    def put_right(self, gap: Gap) -> bool:
        """Reserve what orders hold; False when the source is not as it was seen, and nothing was written."""
        kind, sku, location, document, bucket = gap.source
        at = stock_key(sku, location, bucket) if kind == "stock" else supply_key(sku, location, document)
        change = {
            "TableName": self._table,
            "Key": at,
            "UpdateExpression": "ADD available :back, reserved :more",
            "ConditionExpression": "reserved = :seen",
            "ExpressionAttributeValues": {
                ":back": number(gap.reserved - gap.held),
                ":more": number(gap.held - gap.reserved),
                ":seen": number(gap.reserved),
            },
        }
        try:
            write_all(self._client, [{"Update": change}])
        except Refused:
            return False
        return True

    def came(self, order_id: str, held: Promise) -> set[SupplyKey]:
        """The supplies that were promised to an order and are stock now."""
        return self._reservations.came(order_id, held)

    def parts_left(self, order_id: str) -> tuple[str, ...]:
        """What a large change of a reservation has left, by name."""
        return self._reservations.left(order_id)

    def finish(self, order_id: str) -> None:
        """Bring it to an end; safe at any time, also while the change goes on."""
        self._reservations.finish(order_id)

    def give_back(self, claim: Claim, version: int) -> bool:
        """Let others be promised what a claim holds; False when claim, supply or order are not as they were seen.

        version: of the head of the order, which ended or left.
        """
        unchanged: dict[str, Any] = {
            "TableName": self._orders_table,
            "Key": key(claim.order_id, "order"),
            "ConditionExpression": "#version = :version",
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": {":version": number(version)},
        }
        gone = {
            "TableName": self._table,
            "Key": claim_key(claim.order_id, claim.sku, claim.location, claim.document),
            "ConditionExpression": "quantity = :quantity",
            "ExpressionAttributeValues": {":quantity": number(claim.quantity)},
        }
        back = {
            "TableName": self._table,
            "Key": supply_key(claim.sku, claim.location, claim.document),
            "UpdateExpression": "ADD available :pieces, reserved :out",
            "ConditionExpression": "reserved >= :pieces",
            "ExpressionAttributeValues": {":pieces": number(claim.quantity), ":out": number(-claim.quantity)},
        }
        try:
            write_all(self._client, [{"ConditionCheck": unchanged}, {"Delete": gone}, {"Update": back}])
        except Refused:
            return False
        return True
