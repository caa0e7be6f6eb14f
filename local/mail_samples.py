"""Orders to show the mails with: names, addresses and amounts are invented."""

from __future__ import annotations

from datetime import UTC, date, datetime

from order_processing.order import Address, Customer, Discount, Fee, Line, Option, Order, Shipping, Tax
from order_processing.promise import Allocation, Promise
from order_processing.verified_order import Item, VerifiedOrder

ORDER_ID = "7K3M9QXB4"
PLACED_AT = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)


def order_in_dollars() -> Order:
    """Three lines, a discount, shipping, a tip, tax on top: 135.93 USD."""
    return Order(
        source="shopify",
        store="northgate",
        store_order_id="450789469",
        store_order_number="#1001",
        placed_at=PLACED_AT,
        currency="USD",
        customer=Customer(email="mara.okafor@example.com", name="Mara Okafor", locale="en-US"),
        shipping_address=Address(
            name="Mara Okafor", line1="2210 Bardstown Road, Apt 5", city="Louisville", region="KY",
            postal_code="40205", country="US",
        ),
        lines=(
            Line(
                line_id="1", sku="LAMP-OAK", title="Reading lamp, oak", quantity=1, unit_price=7900, discount=790,
                options=(Option(name="Cable", value="Linen, 2 m"), Option(name="Plug", value="US")),
            ),
            Line(line_id="2", sku="BULB-E26", title="LED bulb E26, warm white, 8 W", quantity=4, unit_price=899,
                 discount=360),
            Line(line_id="3", sku="GUIDE-PDF", title="Guide to good light (PDF)", quantity=1, unit_price=500,
                 requires_shipping=False),
        ),
        shipping=Shipping(service="standard", title="Standard delivery", price=995),
        discounts=(Discount(code="AUTUMN", kind="percentage", value="10", amount=1150),),
        fees=(Fee(title="Tip", amount=200),),
        taxes=(Tax(title="KY State Tax", rate="0.06", amount=680),),
        tax_total=680,
        discount_total=1150,
        total=12721,
    )  # fmt: skip


def verified(order: Order) -> VerifiedOrder:
    """The order with a product behind each line."""
    items = tuple(
        Item(line_id=line.line_id, sku=line.sku, description=line.title, digital=not line.requires_shipping)
        for line in order.lines
    )
    return VerifiedOrder(order=order, customer_id="c-1", items=items, service="standard")


def promise(order: Order) -> Promise:
    """Everything on 1 December, except one piece of each line of several, which comes on the 4th."""
    allocations = []
    for line in order.lines:
        if line.requires_shipping:
            late = 1 if line.quantity > 1 else 0
            for quantity, day in ((line.quantity - late, 1), (late, 4)):
                if quantity:
                    allocations.append(
                        Allocation(
                            line_id=line.line_id, sku=line.sku, quantity=quantity, kind="stock",
                            location="louisville", ship_date=date(2026, 11, 25), delivery_date=date(2026, 12, day),
                        )
                    )  # fmt: skip
    return Promise(allocations=tuple(allocations))


def order_in_yen() -> Order:
    """A Japanese order with the tax in its prices."""
    return order_in_dollars().model_copy(
        update={
            "currency": "JPY",
            "customer": Customer(email="sato@example.jp", name="佐藤 美咲", locale="ja-JP"),
            "shipping_address": Address(
                name="佐藤 美咲", line1="神南一丁目19番11号", line2="パークビル 502", city="渋谷区", region="13",
                postal_code="150-0041", country="JP",
            ),
            "lines": (
                Line(
                    line_id="1", sku="LAMP-OAK", title="読書灯 オーク材", quantity=2, unit_price=11800, tax=2145,
                    tax_rate="0.1", options=(Option(name="コード", value="リネン 2 m"),),
                ),
                Line(line_id="2", sku="TEA-200", title="煎茶 200 g", quantity=3, unit_price=1280, tax=284,
                     tax_rate="0.08"),
            ),
            "shipping": Shipping(service="standard", title="通常配送", price=0),
            "discounts": (),
            "fees": (),
            "taxes": (Tax(title="消費税", rate="0.1", amount=2145), Tax(title="消費税", rate="0.08", amount=284)),
            "prices_include_tax": True,
            "tax_total": 2429,
            "discount_total": 0,
            "total": 27440,
        }
    )  # fmt: skip
