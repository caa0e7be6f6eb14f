"""The writes by which supply is planned, comes, and becomes stock: each a part of a transaction."""

from __future__ import annotations

from order_processing.adapters.attributes import document, number, text
from order_processing.adapters.inventory_items import Item, stock_key, supply_key
from order_processing.adapters.transactions import Write
from order_processing.inventory import PlannedSupply, Receipt
from order_processing.order import Record
from order_processing.reservation import SupplyKey


def closed_key(supply: SupplyKey) -> Item:
    """Under what it is kept that a supply has come in full."""
    sku, location, number = supply
    return {"sku": text(f"document#{number}"), "source": text(f"supply#{sku}#{location}")}


def once_key(document_number: str, source: str) -> Item:
    """Under what it is kept that a count or receipt was taken in. source: what it is about."""
    return {"sku": text(f"document#{document_number}"), "source": text(source)}


def receipt_key(receipt: Receipt) -> Item:
    """Under what it is kept that a receipt was taken in."""
    return once_key(receipt.document, f"receipt#{receipt.supply}#{receipt.sku}#{receipt.location}")


def once(table: str, key: Item, content: Record) -> Write:
    """Refused when the document was taken in before; `content` tells whether it said the same then."""
    item = {**key, "content": document(content)}
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(sku)"}}


def not_there(table: str, key: Item) -> Write:
    """Refused when there is such an item."""
    check = {"TableName": table, "Key": key, "ConditionExpression": "attribute_not_exists(sku)"}
    return {"ConditionCheck": check}


def ahead_of(held: Item) -> int:
    """How many pieces of a supply have left before anyone noted that they came."""
    return int(held["ahead"]["N"]) if "ahead" in held else 0


def planned_after(planned: PlannedSupply, held: Item) -> int:
    """How many are planned after a plan; never fewer than have come."""
    return max(planned.quantity, int(held["received"]["N"]) if held else 0)


def plan_write(table: str, planned: PlannedSupply, held: Item) -> Write:
    """Take in a plan. held: the supply's item before, empty where it is new."""
    before, after = (int(held["planned"]["N"]) if held else 0), planned_after(planned, held)
    names = ("reserved", "received", "arrived")
    counters = ", ".join(f"{name} = if_not_exists({name}, :zero)" for name in names)
    return {
        "Update": {
            "TableName": table,
            "Key": supply_key(planned.sku, planned.location, planned.document),
            "UpdateExpression": "SET #location = :location, document = :document, kind = :kind, due_on = :due,"
            f" planned = :quantity, {counters} ADD available :difference",
            "ConditionExpression": "planned = :before AND received = :received AND attribute_not_exists(no_more)"
            if held
            else "attribute_not_exists(planned)",
            "ExpressionAttributeNames": {"#location": "location"},
            "ExpressionAttributeValues": {
                ":location": text(planned.location),
                ":document": text(planned.document),
                ":kind": text(planned.kind),
                ":due": text(planned.due_on.isoformat()),
                ":quantity": number(after),
                ":zero": number(0),
                ":difference": number(after - before),
                **({":before": number(before), ":received": held["received"]} if held else {}),
            },
        }
    }


def receive_write(table: str, receipt: Receipt, held: Item) -> Write:
    """What came is counted; more than planned is planned after all, and after the last receipt no more is."""
    planned, received = int(held["planned"]["N"]), int(held["received"]["N"]) + receipt.quantity
    plan = received if receipt.final or received > planned else planned
    return {
        "Update": {
            "TableName": table,
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


def arrive(table: str, supply: SupplyKey, counter: str, quantity: int, *, short: bool = False) -> Write:
    """What has arrived is no longer to come. counter: out of which it goes. short: it may fall below zero."""
    condition = "arrived >= :quantity" if short else f"arrived >= :quantity AND {counter} >= :quantity"
    return {
        "Update": {
            "TableName": table,
            "Key": supply_key(*supply),
            "UpdateExpression": f"ADD arrived :out, {counter} :out",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {":out": number(-quantity), ":quantity": number(quantity)},
        }
    }


def stock_write(table: str, sku: str, location: str, counter: str, quantity: int) -> Write:
    """Pieces become stock in bucket 0. counter: `available` or `reserved`."""
    other = "available" if counter == "reserved" else "reserved"
    update = (
        f"SET #location = :location, #bucket = :zero, buckets = if_not_exists(buckets, :one),"
        f" safety = if_not_exists(safety, :zero), last_count = if_not_exists(last_count, :never),"
        f" {other} = if_not_exists({other}, :zero) ADD {counter} :quantity"
    )
    values = {":location": text(location), ":zero": number(0), ":one": number(1), ":never": text("")}
    return {
        "Update": {
            "TableName": table,
            "Key": stock_key(sku, location, 0),
            "UpdateExpression": update,
            "ExpressionAttributeNames": {"#location": "location", "#bucket": "bucket"},
            "ExpressionAttributeValues": {**values, ":quantity": number(quantity)},
        }
    }


def close_writes(table: str, supply: SupplyKey) -> list[Write]:
    """A supply of which nothing is left goes, and it is kept that it has come."""
    gone: Write = {
        "TableName": table,
        "Key": supply_key(*supply),
        "ConditionExpression": "available = :zero AND reserved = :zero AND arrived = :zero"
        " AND (attribute_not_exists(ahead) OR ahead = :zero)",
        "ExpressionAttributeValues": {":zero": number(0)},
    }
    return [{"Delete": gone}, {"Put": {"TableName": table, "Item": closed_key(supply)}}]
