"""An order larger than a transaction, on the deployed functions: each has the rights that this takes, no others."""

from __future__ import annotations

import json
from datetime import timedelta

from order_processing.adapters.attributes import number, text
from order_processing.adapters.inventory_items import stock_key
from order_processing.inventory import PlannedSupply
from order_processing.order import Line
from order_processing.status import Status
from tests.aws.shop import NOW, Shop
from tests.load.rush import shop_on
from tests.orders import an_order, verified

SKUS = [f"LARGE-{piece:03}" for piece in range(120)]
COMING = "LARGE-COMING"


def test_a_large_order_is_reserved_wholly_and_given_back_wholly(stack):
    shop = shop_on(stack)
    _stock_up(stack, shop)
    order_id = _place(shop)
    _invoke(stack, "CheckAvailability", order_id=order_id)
    assert shop.orders.load(order_id).status is Status.RESERVED
    assert _held(shop) == {(0, 1)}
    assert sorted(_kept(stack)) == [f"claim#louisville#{COMING}"]
    _invoke(stack, "EndOrder", order_id=order_id, ending="CANCELLED")
    assert shop.orders.load(order_id).status is Status.CANCELLED
    assert _held(shop) == {(1, 0)}
    assert _kept(stack) == []


def _stock_up(stack, shop: Shop) -> None:
    """One piece of each SKU, and one of another that is still to come."""
    for first in range(0, len(SKUS), 25):
        items = [
            {
                **stock_key(sku, "louisville", 0),
                **{name: text(value) for name, value in (("location", "louisville"), ("last_count", "C"))},
                **{name: number(0) for name in ("bucket", "reserved", "safety")},
                "buckets": number(1),
                "available": number(1),
            }
            for sku in SKUS[first : first + 25]
        ]
        requests = {stack.outputs["InventoryTable"]: [{"PutRequest": {"Item": item}} for item in items]}
        stack.client("dynamodb").batch_write_item(RequestItems=requests)
    due_on = shop.now.date() + timedelta(days=5)
    shop.inventory.plan_supply(
        PlannedSupply(document=COMING, sku=COMING, location="louisville", due_on=due_on, quantity=1)
    )


def _place(shop: Shop) -> str:
    """A verified order for all of it."""
    lines = tuple(Line(line_id=sku, sku=sku, title=sku, quantity=1, unit_price=100) for sku in [*SKUS, COMING])
    order = an_order("large", lines=lines, total=100 * len(lines))
    order_id = shop.place(order)
    shop.orders.save_verification(shop.orders.load(order_id), (), verified(order))
    shop.orders.move(shop.orders.load(order_id), Status.VERIFIED, at=NOW)
    return order_id


def _invoke(stack, function: str, **event: str) -> None:
    functions = stack.client("lambda").get_paginator("list_functions").paginate()
    names = [found["FunctionName"] for page in functions for found in page["Functions"]]
    (name,) = [name for name in names if f"{function}Function" in name]
    answer = stack.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    assert "FunctionError" not in answer, answer["Payload"].read()


def _held(shop: Shop) -> set[tuple[int, int]]:
    """(available, reserved) of all sources, each value once."""
    stock, supply = shop.inventory.read([*SKUS, COMING])
    assert len(stock) + len(supply) == len(SKUS) + 1
    return {(source.available, source.reserved) for source in [*stock, *supply]}


def _kept(stack) -> list[str]:
    """Parts of reservations and claims of this test's supply."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs["InventoryTable"])
    keys = [item["sku"]["S"] for page in pages for item in page["Items"]]
    return [key for key in keys if key.startswith("order#") or key == f"claim#louisville#{COMING}"]
