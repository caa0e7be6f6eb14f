"""Products that cannot be had as ordered, on a deployed stack: three cups, a finer one, more cups that come late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from local import LocalStack
from order_processing.adapters.catalogue import DynamoCatalogue
from order_processing.adapters.inventory import DynamoInventory
from order_processing.catalogue import catalogue_items
from order_processing.inventory import PlannedSupply, StockCount
from order_processing.product import Price, Product
from tests.stack.senders import api_order

THERE, FINE, COMING = 3, 50, 20


def stock_cups(stack: LocalStack, name: str, location: str = "louisville") -> None:
    """Cups of a name of their own, so that no other test takes them, in one location."""
    cup = Product(
        sku=f"{name}-CUP",
        title="Cup",
        weight_g=300,
        size_mm=(100, 100, 100),
        hs_code="691200",
        origin="DE",
        prices=(Price(currency="USD", amount=1000),),
        family=f"{name}-cups",
        grade=1,
        substitutes=(f"{name}-FINE",),
    )
    fine = {"sku": f"{name}-FINE", "title": "Fine cup", "grade": 2, "substitutes": ()}
    finer = cup.model_copy(update=fine | {"prices": (Price(currency="USD", amount=1250),)})
    client = stack.client("dynamodb")
    DynamoCatalogue(client, stack.outputs["CatalogueTable"]).put(
        catalogue_items([cup, finer], guest_id=lambda email: email)
    )
    inventory = DynamoInventory(client, stack.outputs["InventoryTable"])
    for sku, on_hand in ((cup.sku, THERE), (finer.sku, FINE)):
        inventory.count(StockCount(document=f"C-{sku}", sku=sku, location=location, on_hand=on_hand))
    late = datetime.now(UTC).date() + timedelta(days=45)
    inventory.plan_supply(
        PlannedSupply(document=f"PO-{name}", sku=cup.sku, location=location, due_on=late, quantity=COMING)
    )


def order_of_cups(number: str, name: str, cups: int = 5, **customer: str) -> dict[str, Any]:
    """Cups and pens."""
    order = api_order(number)
    order["customer"] |= customer
    order["lines"] = [
        {"sku": f"{name}-CUP", "title": "Cup", "quantity": cups, "unit_price": "10.00"},
        {"sku": "PEN-6", "title": "Ballpoint pens, sold by the six", "quantity": 6, "unit_price": "0.90"},
    ]
    order["total"] = f"{cups * 10 + 5}.40"
    return order


def reserved(stack: LocalStack, name: str) -> tuple[int, int, int]:
    """How many are reserved: cups that are there, cups that will come, fine cups."""
    inventory = DynamoInventory(stack.client("dynamodb"), stack.outputs["InventoryTable"])
    stock, supply = inventory.read([f"{name}-CUP", f"{name}-FINE"])
    held = {each.sku: each.reserved for each in stock}
    return held[f"{name}-CUP"], sum(each.reserved for each in supply), held[f"{name}-FINE"]
