"""Orders for tests: small, complete, and adding up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from order_processing.order import Address, Customer, Line, Order
from order_processing.promise import Allocation, Promise
from order_processing.verified_order import Item, VerifiedOrder

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def an_order(store_order_id: str = "1001", **changes: Any) -> Order:
    """Two beanies for a guest in Louisville."""
    values: dict[str, Any] = {
        "source": "api",
        "store": "front end",
        "store_order_id": store_order_id,
        "placed_at": NOW,
        "currency": "USD",
        "customer": Customer(email="ada@example.com", name="Ada Bell"),
        "shipping_address": Address(
            name="Ada Bell", line1="1 Main Street", city="Louisville", region="KY", postal_code="40202", country="US"
        ),
        "lines": (Line(line_id="1", sku="BEANIE", title="Beanie", quantity=2, unit_price=1800),),
        "total": 3600,
    }
    return Order(**(values | changes))


def verified(order: Order) -> VerifiedOrder:
    """The order as verified: each line with its product."""
    items = tuple(
        Item(line_id=line.line_id, sku=line.sku, description=line.title, weight_g=120, size_mm=(200, 150, 40))
        for line in order.lines
    )
    return VerifiedOrder(order=order, customer_id="guest-1", items=items, service="standard")


def promised(order: Order) -> Promise:
    """Every line from stock in Louisville."""
    return Promise(
        allocations=tuple(
            Allocation(
                line_id=line.line_id,
                sku=line.sku,
                quantity=line.quantity,
                kind="stock",
                location="louisville",
                ship_date=date(2026, 11, 25),
                delivery_date=date(2026, 12, 1),
            )
            for line in order.lines
        )
    )
