"""The items of the inventory table: their keys, and what they say. What each is for: see `inventory`."""

from __future__ import annotations

from datetime import date
from typing import Any

from order_processing.adapters.attributes import Attribute, text
from order_processing.inventory import Stock, Supply
from order_processing.reservation import Claim, Move

Item = dict[str, Attribute]
Write = dict[str, Any]


def partition_of(sku: str, bucket: int) -> str:
    """Where a bucket stands: bucket 0 under the SKU itself, each other in a partition of its own."""
    return f"{sku}#{bucket}" if bucket else sku


def stock_key(sku: str, location: str, bucket: int) -> Item:
    """The key of a bucket of stock."""
    return {"sku": text(partition_of(sku, bucket)), "source": text(f"stock#{location}#{bucket}")}


def supply_key(sku: str, location: str, document: str) -> Item:
    """The key of a coming receipt or production order."""
    return {"sku": text(sku), "source": text(f"supply#{location}#{document}")}


def source_key(move: Move) -> Item:
    """The key of what a move takes from."""
    if move.kind == "stock":
        return stock_key(move.sku, move.location, move.bucket)
    return supply_key(move.sku, move.location, move.source_id)


def claims_partition(location: str, document: str) -> str:
    """Under what the orders' claims on a document stand."""
    return f"claim#{location}#{document}"


def claim_key(order_id: str, sku: str, location: str, document: str) -> Item:
    """The key of an order's claim on a supply."""
    return {"sku": text(claims_partition(location, document)), "source": text(f"{sku}#{order_id}")}


def read_stock(sku: str, item: Item) -> Stock:
    """A bucket of stock from its item."""
    return Stock(
        sku=sku,
        location=item["location"]["S"],
        bucket=int(item["bucket"]["N"]),
        buckets=int(item["buckets"]["N"]),
        available=int(item["available"]["N"]),
        reserved=int(item["reserved"]["N"]),
        safety=int(item["safety"]["N"]),
        last_count=item["last_count"]["S"],
    )


def read_supply(item: Item) -> Supply:
    """Coming supply from its item."""
    return Supply.model_validate(
        {
            "sku": item["sku"]["S"],
            "location": item["location"]["S"],
            "document": item["document"]["S"],
            "kind": item["kind"]["S"],
            "due_on": date.fromisoformat(item["due_on"]["S"]),
            "available": int(item["available"]["N"]),
            "reserved": int(item["reserved"]["N"]),
        }
    )


def read_claim(item: Item) -> Claim:
    """A claim from its item."""
    return Claim(
        order_id=item["order_id"]["S"],
        sku=item["product"]["S"],
        location=item["location"]["S"],
        document=item["document"]["S"],
        quantity=int(item["quantity"]["N"]),
        ship_date=date.fromisoformat(item["ship_date"]["S"]),
        material="material" in item,
    )
