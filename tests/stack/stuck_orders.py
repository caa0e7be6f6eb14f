"""Orders that get stuck for a reason that an operator can put right: a licence key was counted that nobody loaded."""

from __future__ import annotations

from typing import Any

from local import LocalStack, wait_for
from order_processing.adapters.catalogue import DynamoCatalogue
from order_processing.adapters.inventory import DynamoInventory
from order_processing.catalogue import catalogue_items
from order_processing.inventory import StockCount
from order_processing.product import Price, Product
from order_processing.promise import DIGITAL
from tests.stack.senders import api_order, place


def out_of_keys(stack: LocalStack, sku: str, count: int = 1) -> list[dict[str, Any]]:
    """So many orders of one key each whose executions have failed: stock says there are keys, the pool is empty."""
    dynamodb = stack.client("dynamodb")
    app = Product(
        sku=sku,
        title="Timer app",
        digital=True,
        licence_keys=True,
        tax_class="none",
        prices=(Price(currency="USD", amount=15260),),
    )
    items = catalogue_items([app], [], [], [], guest_id=lambda email: email)
    DynamoCatalogue(dynamodb, stack.outputs["CatalogueTable"]).put(items)
    counted = StockCount(document=f"count-{sku}", sku=sku, location=DIGITAL, on_hand=count)
    DynamoInventory(dynamodb, stack.outputs["InventoryTable"]).count(counted)
    receipts = [place(stack, api_order(f"stuck-{sku}-{n}".lower(), sku=sku)).json() for n in range(count)]
    for receipt in receipts:
        wait_for(
            lambda receipt=receipt: stack.execution(receipt["id"])["status"] == "FAILED",
            seconds=60 + count,
            what=f"the execution of {receipt['number']} to fail",
        )
    return receipts
