"""Supply that is planned, changed and received, in DynamoDB.

A supply item says `planned` (the document's quantity), `received` (how many have come) and `arrived` (how many of
those are not yet put to stock): planned - received + arrived = available + reserved + ahead. `ahead` is what has left
the house before anyone noted that it came: the next receipt is first of these. What comes then goes to the orders
that hold a claim, those that ship first before others, and then to stock that may be promised. When all has
come the item goes, and `supply#<SKU>#<location>` under `document#<number>` keeps it from being planned again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import number, read_document, text
from order_processing.adapters.inventory_items import (
    Item,
    claim_key,
    claims_partition,
    read_claim,
    read_supply,
    supply_key,
)
from order_processing.adapters.queried import each_item
from order_processing.adapters.supply_writes import (
    ahead_of,
    arrive,
    close_writes,
    closed_key,
    not_there,
    once,
    plan_write,
    planned_after,
    receipt_key,
    receive_write,
    stock_write,
)
from order_processing.adapters.transactions import Refused, Write, pause, write_all
from order_processing.inventory import OutOfStock, PlannedSupply, Receipt, Supply
from order_processing.inventory_documents import Taken, UnknownSupply, check_same
from order_processing.reservation import Claim, SupplyKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES = 12


class Receipts:
    """Purchase receipts and production orders, from the plan to the stock."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def plan(self, planned: PlannedSupply) -> Taken:
        """Take in a receipt or production order as planned: a new one, or a change of the same document.

        One that has come in full stays as it is (`closed`). A quantity below what is already reserved from it leaves
        `available` below zero: it is `short` by that much.
        """
        supply = (planned.sku, planned.location, planned.document)
        for attempt in range(_TRIES):
            held = self._item(supply)
            if "no_more" in held:
                return Taken(outcome="closed")
            if held and _says(planned, held):
                return Taken(outcome="unchanged", short=max(0, -int(held["available"]["N"])))
            try:
                change = [not_there(self._table, closed_key(supply)), plan_write(self._table, planned, held)]
                write_all(self._client, change)
            except Refused as refused:
                if 0 in refused.places:
                    return Taken(outcome="closed")
                pause(attempt)
                continue
            self.settle(supply)
            after = self._item(supply)
            short = max(0, -int(after["available"]["N"])) if after else 0
            return Taken(outcome="changed" if held else "new", short=short)
        raise OutOfStock(f"{planned.document}: it changed {_TRIES} times while it was being planned")

    def receive(self, receipt: Receipt) -> Taken:
        """Take in what has come of a supply, once for the receipt's document, and give it to whom it was promised.

        `waiting` are the orders' claims that are still open: when the receipt is final they cannot be kept.
        What comes of a supply that had come in full is stock. Cut anywhere, it is repeated with the same receipt.
        Raises UnknownSupply for a supply that was never planned, and DocumentTaken when the document said something
        else before.
        """
        supply = (receipt.sku, receipt.location, receipt.supply)
        note = once(self._table, receipt_key(receipt), receipt)
        for attempt in range(_TRIES):
            held = self._item(supply)
            if not held and not self._get(closed_key(supply)):
                raise UnknownSupply(f"{receipt.supply}: {receipt.sku} in {receipt.location} was never planned")
            if held:
                writes = [receive_write(self._table, receipt, held)]
            elif receipt.quantity:
                writes = [stock_write(self._table, receipt.sku, receipt.location, "available", receipt.quantity)]
            else:
                writes = []
            try:
                write_all(self._client, [note, *writes])
                return self._taken("new", receipt, self.settle(supply))
            except Refused as refused:
                if 0 in refused.places:
                    check_same(receipt, self._said(receipt))
                    return self._taken("unchanged", receipt, self.settle(supply))
            pause(attempt)
        raise OutOfStock(f"{receipt.supply}: it changed {_TRIES} times while it was being received")

    def supply(self, supply: SupplyKey) -> Supply | None:
        """A supply as it is now; None when it has come in full, or was never planned."""
        held = self._item(supply)
        return read_supply(held) if held else None

    def claims(self, location: str, document: str) -> list[Claim]:
        """What orders hold of a document, those that ship first before others."""
        found = each_item(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="sku = :document",
            ExpressionAttributeValues={":document": text(claims_partition(location, document))},
            ConsistentRead=True,
        )
        return sorted((read_claim(item) for item in found), key=lambda claim: (claim.ship_date, claim.order_id))

    def claims_on(self, supply: SupplyKey) -> list[Claim]:
        """What orders hold of one SKU of a document, those that ship first before others."""
        sku, location, number = supply
        return [claim for claim in self.claims(location, number) if claim.sku == sku]

    def settle(self, supply: SupplyKey) -> list[Claim]:
        """Put to stock what has arrived; the claims that are still open. Each step is one transaction, so it
        may be cut and repeated anywhere."""
        for attempt in range(_TRIES):
            held = self._item(supply)
            open_claims = self.claims_on(supply)
            if not held:
                return open_claims
            arrived, final = int(held["arrived"]["N"]), "no_more" in held
            ahead = min(arrived, ahead_of(held))
            still_open: list[Claim] = []
            try:
                if ahead:
                    write_all(self._client, [arrive(self._table, supply, "ahead", ahead)])
                    arrived -= ahead
                for claim in open_claims:
                    if claim.quantity > arrived or (still_open and not final):
                        still_open.append(claim)
                        continue
                    write_all(self._client, self._to_order(claim))
                    arrived -= claim.quantity
                if not still_open or final:
                    self._to_stock(supply, arrived, short=bool(still_open))
                return still_open
            except Refused:
                pause(attempt)  # an order took or gave back its claim meanwhile: look again
        raise OutOfStock(f"{supply[2]}: it changed {_TRIES} times while it was being received")

    def _to_order(self, claim: Claim) -> list[Write]:
        """The claim's pieces become stock that the order holds."""
        gone = {
            "TableName": self._table,
            "Key": claim_key(claim.order_id, claim.sku, claim.location, claim.document),
            "ConditionExpression": "quantity = :quantity",
            "ExpressionAttributeValues": {":quantity": number(claim.quantity)},
        }
        return [
            {"Delete": gone},
            arrive(self._table, (claim.sku, claim.location, claim.document), "reserved", claim.quantity),
            stock_write(self._table, claim.sku, claim.location, "reserved", claim.quantity),
        ]

    def _to_stock(self, supply: SupplyKey, quantity: int, *, short: bool) -> None:
        """What nobody holds becomes stock that may be promised; a supply of which nothing is left goes.

        short: there are claims, but no more will come and what is there is too little for any of them.
        """
        sku, location, _ = supply
        if quantity:
            out = arrive(self._table, supply, "available", quantity, short=short)
            write_all(self._client, [out, stock_write(self._table, sku, location, "available", quantity)])
        held = self._item(supply)
        nothing_left = held and all(held[name]["N"] == "0" for name in ("available", "reserved", "arrived"))
        if not short and nothing_left and not ahead_of(held):
            write_all(self._client, close_writes(self._table, supply))

    def _taken(self, outcome: str, receipt: Receipt, waiting: list[Claim]) -> Taken:
        short = sum(claim.quantity for claim in waiting) if receipt.final else 0
        return Taken.model_validate({"outcome": outcome, "short": short, "waiting": tuple(waiting)})

    def _said(self, receipt: Receipt) -> Receipt:
        """What the receipt's document said when it was taken in."""
        item = self._get(receipt_key(receipt))
        return read_document(item["content"], Receipt) if "content" in item else receipt

    def _item(self, supply: SupplyKey) -> Item:
        return self._get(supply_key(*supply))

    def _get(self, key: Item) -> Item:
        found: Any = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return dict(found.get("Item", {}))


def _says(planned: PlannedSupply, held: Item) -> bool:
    """Whether the supply is planned just so already."""
    there = held["kind"]["S"], held["due_on"]["S"], int(held["planned"]["N"])
    return there == (planned.kind, planned.due_on.isoformat(), planned_after(planned, held))
