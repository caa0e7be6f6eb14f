"""The writes of a transaction that moves pieces: the sources' counters and, for supply, the orders' claims."""

from __future__ import annotations

from typing import Any

from order_processing.adapters.attributes import number, text
from order_processing.adapters.inventory_items import claim_key, source_key
from order_processing.adapters.transactions import Write
from order_processing.reservation import Move


def move_writes(order_id: str, move: Move, *, table: str) -> list[Write]:
    """A transaction's writes for one move: the source's counters and, for supply, the order's claim on it."""
    writes = [_counter_write(move, table)] if move.quantity else []
    if move.kind == "supply" and (move.before or move.after):
        writes.append(_claim_write(order_id, move, table))
    return writes


def _counter_write(move: Move, table: str) -> Write:
    return {
        "Update": {
            "TableName": table,
            "Key": source_key(move),
            "UpdateExpression": "ADD available :out, reserved :in",
            "ConditionExpression": "available >= :needed" if move.quantity > 0 else "reserved >= :needed",
            "ExpressionAttributeValues": {
                ":out": number(-move.quantity),
                ":in": number(move.quantity),
                ":needed": number(abs(move.quantity)),
            },
        }
    }


def _claim_write(order_id: str, move: Move, table: str) -> Write:
    key = claim_key(order_id, move.sku, move.location, move.source_id)
    if not move.after:
        return {"Delete": {"TableName": table, "Key": key, "ConditionExpression": "attribute_exists(sku)"}}
    if move.ship_date is None:
        raise ValueError(f"order {order_id}: what it holds of {move.source_id} has no day to leave on")
    item = {
        **key,
        "order_id": text(order_id),
        "product": text(move.sku),
        "location": text(move.location),
        "document": text(move.source_id),
        "quantity": number(move.after),
        "ship_date": text(move.ship_date.isoformat()),
        **({"material": {"BOOL": True}} if move.material else {}),
    }
    condition = "quantity = :before" if move.before else "attribute_not_exists(sku)"
    write: dict[str, Any] = {"TableName": table, "Item": item, "ConditionExpression": condition}
    if move.before:
        write["ExpressionAttributeValues"] = {":before": number(move.before)}
    return {"Put": write}


def issue_writes(order_id: str, move: Move, *, table: str) -> list[Write]:
    """A transaction's writes for pieces that leave the house: nobody holds them any more, and they are not there.

    Of supply that has left before anyone noted that it came, `ahead` says how much, for the receipt to take off.
    """
    ahead = ", ahead :pieces" if move.kind == "supply" else ""
    values = {":out": number(-move.before), ":pieces": number(move.before)}
    leaves = {
        "TableName": table,
        "Key": source_key(move),
        "UpdateExpression": f"ADD reserved :out{ahead}",
        "ConditionExpression": "reserved >= :pieces",
        "ExpressionAttributeValues": values,
    }
    claim = move.model_copy(update={"after": 0})
    return [{"Update": leaves}, *([_claim_write(order_id, claim, table)] if move.kind == "supply" else [])]
