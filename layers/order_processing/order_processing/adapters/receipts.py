"""Supply that is planned, changed and received, in DynamoDB.

A supply item says `planned` (the document's quantity), `received` (how many have come) and `arrived` (how many of
those are not yet put to stock): planned - received + arrived = available + reserved + ahead. `ahead` is what has left
the house before anyone noted that it came: the next receipt is first of these. What comes goes first to
the orders that hold a claim, those that ship first before others, then to stock that may be promised. When all has
come the item goes, and `supply#<SKU>#<location>` under `document#<number>` keeps it from being planned again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import number, text
from order_processing.adapters.inventory_items import (
    Item,
    claim_key,
    claims_partition,
    read_claim,
    stock_key,
    supply_key,
)
from order_processing.adapters.transactions import Refused, Write, pause, write_all
from order_processing.inventory import OutOfStock, PlannedSupply, Receipt
from order_processing.reservation import Claim

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 12


class Receipts:
    """Purchase receipts and production orders, from the plan to the stock."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def plan(self, planned: PlannedSupply) -> None:
        """Take in a receipt or production order as planned: a new one, or a change of the same document.

        One that has come in full stays as it is. A quantity below what is already reserved from it leaves
        `available` below zero.
        """
        closed = _closed_key(planned.sku, planned.location, planned.document)
        for attempt in range(_TRIES):
            held = self._supply(planned.sku, planned.location, planned.document)
            if "no_more" in held:
                return
            try:
                write_all(self._client, [self._not_there(closed), self._plan_write(planned, held)])
                return
            except Refused as refused:
                if 0 in refused.places:
                    return
            pause(attempt)
        raise OutOfStock(f"{planned.document}: it changed {_TRIES} times while it was being planned")

    def receive(self, receipt: Receipt) -> list[Claim]:
        """Take in what has come of a supply, once for the receipt's document, and give it to whom it was promised.

        Returns the orders' claims that are still open: when the receipt is final they cannot be kept.
        Raises UnknownSupply for a supply that was never planned. Cut anywhere, it is repeated with the same receipt.
        """
        for attempt in range(_TRIES):
            held = self._supply(receipt.sku, receipt.location, receipt.supply)
            if not held:
                if self._get(_closed_key(receipt.sku, receipt.location, receipt.supply)):
                    return []
                raise UnknownSupply(f"{receipt.supply}: {receipt.sku} in {receipt.location} was never planned")
            try:
                write_all(self._client, [self._once(receipt), self._receive_write(receipt, held)])
                break
            except Refused as refused:
                if 0 in refused.places:
                    break
            pause(attempt)
        return self.settle(receipt.sku, receipt.location, receipt.supply)

    def claims(self, location: str, document: str) -> list[Claim]:
        """What orders hold of a document, those that ship first before others."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="sku = :document",
            ExpressionAttributeValues={":document": text(claims_partition(location, document))},
            ConsistentRead=True,
        )
        items: list[Any] = [item for page in pages for item in page["Items"]]
        return sorted((read_claim(item) for item in items), key=lambda claim: (claim.ship_date, claim.order_id))

    def settle(self, sku: str, location: str, document: str) -> list[Claim]:
        """Put to stock what has arrived; the claims that are still open. Each step is one transaction, so it
        may be cut and repeated anywhere."""
        for attempt in range(_TRIES):
            held = self._supply(sku, location, document)
            open_claims = [claim for claim in self.claims(location, document) if claim.sku == sku]
            if not held:
                return open_claims
            arrived, final = int(held["arrived"]["N"]), "no_more" in held
            ahead = min(arrived, _ahead(held))
            still_open: list[Claim] = []
            try:
                if ahead:
                    write_all(self._client, [self._arrive(sku, location, document, "ahead", ahead)])
                    arrived -= ahead
                for claim in open_claims:
                    if claim.quantity > arrived or (still_open and not final):
                        still_open.append(claim)
                        continue
                    write_all(self._client, self._to_order(claim))
                    arrived -= claim.quantity
                if not still_open or final:
                    self._to_stock(sku, location, document, arrived, short=bool(still_open))
                return still_open
            except Refused:
                pause(attempt)  # an order took or gave back its claim meanwhile: look again
        raise OutOfStock(f"{document}: it changed {_TRIES} times while it was being received")

    def _to_order(self, claim: Claim) -> list[Write]:
        """The claim's pieces become stock that the order holds."""
        key = claim_key(claim.order_id, claim.sku, claim.location, claim.document)
        gone = {
            "TableName": self._table,
            "Key": key,
            "ConditionExpression": "quantity = :quantity",
            "ExpressionAttributeValues": {":quantity": number(claim.quantity)},
        }
        return [
            {"Delete": gone},
            self._arrive(claim.sku, claim.location, claim.document, "reserved", claim.quantity),
            self._stock_write(claim.sku, claim.location, "reserved", claim.quantity),
        ]

    def _to_stock(self, sku: str, location: str, document: str, quantity: int, *, short: bool) -> None:
        """What nobody holds becomes stock that may be promised; a supply of which nothing is left goes.

        short: there are claims, but no more will come and what is there is too little for any of them.
        """
        if quantity:
            writes = [self._arrive(sku, location, document, "available", quantity, short=short)]
            write_all(self._client, [*writes, self._stock_write(sku, location, "available", quantity)])
        held = self._supply(sku, location, document)
        nothing_left = held and all(held[name]["N"] == "0" for name in ("available", "reserved", "arrived"))
        if not short and nothing_left and not _ahead(held):
            gone: Write = {
                "TableName": self._table,
                "Key": supply_key(sku, location, document),
                "ConditionExpression": "available = :zero AND reserved = :zero AND arrived = :zero"
                " AND (attribute_not_exists(ahead) OR ahead = :zero)",
                "ExpressionAttributeValues": {":zero": number(0)},
            }
            closed = {"TableName": self._table, "Item": _closed_key(sku, location, document)}
            write_all(self._client, [{"Delete": gone}, {"Put": closed}])

    def _arrive(
        self, sku: str, location: str, document: str, counter: str, quantity: int, *, short: bool = False
    ) -> Write:
        condition = "arrived >= :quantity" if short else f"arrived >= :quantity AND {counter} >= :quantity"
        return {
            "Update": {
                "TableName": self._table,
                "Key": supply_key(sku, location, document),
                "UpdateExpression": f"ADD arrived :out, {counter} :out",
                "ConditionExpression": condition,
                "ExpressionAttributeValues": {":out": number(-quantity), ":quantity": number(quantity)},
            }
        }

    def _stock_write(self, sku: str, location: str, counter: str, quantity: int) -> Write:
        other = "available" if counter == "reserved" else "reserved"
        update = (
            f"SET #location = :location, #bucket = :zero, buckets = if_not_exists(buckets, :one),"
            f" safety = if_not_exists(safety, :zero), last_count = if_not_exists(last_count, :never),"
            f" {other} = if_not_exists({other}, :zero) ADD {counter} :quantity"
        )
        values = {":location": text(location), ":zero": number(0), ":one": number(1), ":never": text("")}
        return {
            "Update": {
                "TableName": self._table,
                "Key": stock_key(sku, location, 0),
                "UpdateExpression": update,
                "ExpressionAttributeNames": {"#location": "location", "#bucket": "bucket"},
                "ExpressionAttributeValues": {**values, ":quantity": number(quantity)},
            }
        }

    def _plan_write(self, planned: PlannedSupply, held: Item) -> Write:
        before = int(held["planned"]["N"]) if held else 0
        names = ("reserved", "received", "arrived")
        counters = ", ".join(f"{name} = if_not_exists({name}, :zero)" for name in names)
        return {
            "Update": {
                "TableName": self._table,
                "Key": supply_key(planned.sku, planned.location, planned.document),
                "UpdateExpression": "SET #location = :location, document = :document, kind = :kind, due_on = :due,"
                f" planned = :quantity, {counters} ADD available :difference",
                "ConditionExpression": "planned = :before AND attribute_not_exists(no_more)"
                if held
                else "attribute_not_exists(planned)",
                "ExpressionAttributeNames": {"#location": "location"},
                "ExpressionAttributeValues": {
                    ":location": text(planned.location),
                    ":document": text(planned.document),
                    ":kind": text(planned.kind),
                    ":due": text(planned.due_on.isoformat()),
                    ":quantity": number(planned.quantity),
                    ":zero": number(0),
                    ":difference": number(planned.quantity - before),
                    **({":before": number(before)} if held else {}),
                },
            }
        }

    def _receive_write(self, receipt: Receipt, held: Item) -> Write:
        """What came is counted; more than planned is planned after all, and after the last receipt no more is."""
        planned, received = int(held["planned"]["N"]), int(held["received"]["N"]) + receipt.quantity
        plan = received if receipt.final or received > planned else planned
        return {
            "Update": {
                "TableName": self._table,
                "Key": supply_key(receipt.sku, receipt.location, receipt.supply),
                "UpdateExpression": f"SET planned = :plan{', no_more = :final' if receipt.final else ''}"
                " ADD received :quantity, arrived :quantity, available :difference",
                "ConditionExpression": "planned = :planned AND received = :received",
                "ExpressionAttributeValues": {
                    ":plan": number(plan),
                    ":quantity": number(receipt.quantity),
                    ":difference": number(plan - planned),
                    ":planned": number(planned),
                    ":received": held["received"],
                    **({":final": {"BOOL": True}} if receipt.final else {}),
                },
            }
        }

    def _once(self, receipt: Receipt) -> Write:
        key = {
            "sku": text(f"document#{receipt.document}"),
            "source": text(f"receipt#{receipt.supply}#{receipt.sku}#{receipt.location}"),
        }
        return {"Put": {"TableName": self._table, "Item": key, "ConditionExpression": "attribute_not_exists(sku)"}}

    def _not_there(self, key: Item) -> Write:
        check = {"TableName": self._table, "Key": key, "ConditionExpression": "attribute_not_exists(sku)"}
        return {"ConditionCheck": check}

    def _supply(self, sku: str, location: str, document: str) -> Item:
        return self._get(supply_key(sku, location, document))

    def _get(self, key: Item) -> Item:
        found: Any = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return dict(found.get("Item", {}))


def _ahead(held: Item) -> int:
    return int(held["ahead"]["N"]) if "ahead" in held else 0


class UnknownSupply(LookupError):
    """A receipt for a document that was never planned."""


def _closed_key(sku: str, location: str, document: str) -> Item:
    return {"sku": text(f"document#{document}"), "source": text(f"supply#{sku}#{location}")}
