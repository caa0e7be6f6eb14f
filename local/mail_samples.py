"""Orders to show the mails with: names, addresses and amounts are invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from order_processing.delivery import Delivery, PackedLine, Parcel, Shipment
from order_processing.discrepancy import Discrepancy
from order_processing.mail.offers import Choice
from order_processing.order import Address, Customer, Discount, Fee, Line, Option, Order, Shipping, Tax
from order_processing.promise import Allocation, Promise
from order_processing.verified_order import Item, VerifiedOrder

ORDER_ID = "7K3M9QXB4"
PLACED_AT = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)
UNTIL = datetime(2026, 11, 27, 15, 4, tzinfo=UTC)


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


def order_in_euros() -> Order:
    """A German company's order with two tax rates in its prices."""
    return order_in_dollars().model_copy(
        update={
            "currency": "EUR",
            "customer": Customer(email="einkauf@example.de", name="Jürgen Groß", locale="de-DE"),
            "shipping_address": Address(
                name="Jürgen Groß", company="Groß & Söhne GmbH", line1="Käthe-Kollwitz-Straße 7", city="Leipzig",
                postal_code="04109", country="DE",
            ),
            "lines": (
                Line(
                    line_id="1", sku="LAMP-OAK", title="Leselampe, Eiche", quantity=2, unit_price=8900, discount=1780,
                    tax=2558, tax_rate="0.19", options=(Option(name="Kabel", value="Leinen, 2 m"),),
                ),
                Line(line_id="2", sku="BOOK-LIGHT", title="Das Buch vom Licht", quantity=1, unit_price=2490, tax=163,
                     tax_rate="0.07"),
            ),
            "shipping": Shipping(service="standard", title="Standardversand", price=590, tax=94),
            "discounts": (Discount(code="HERBST10", kind="percentage", value="10", amount=1780),),
            "fees": (),
            "taxes": (Tax(title="MwSt.", rate="0.19", amount=2652), Tax(title="MwSt.", rate="0.07", amount=163)),
            "prices_include_tax": True,
            "tax_total": 2815,
            "discount_total": 1780,
            "total": 19100,
        }
    )  # fmt: skip


def corrected(order: Order) -> VerifiedOrder:
    """Verified, with a product replaced on the way."""
    replaced = Discrepancy(
        code="PRODUCT_REPLACED", path="lines[1].sku", found="BULB-E26-OLD", expected="BULB-E26", resolution="corrected"
    )
    return verified(order).model_copy(update={"discrepancies": (replaced,)})


def found() -> tuple[Discrepancy, ...]:
    """Two things that only the customer can put right."""
    return (
        Discrepancy(
            code="QUANTITY_NOT_ALLOWED", path="lines[1].quantity", found="4", expected="a multiple of 6 from 6 to 60",
            resolution="needs_customer",
        ),
        Discrepancy(
            code="POSTAL_CODE_INVALID", path="shipping_address.postal_code", found="40205-1",
            expected="a postal code of the United States, KY, such as 40205", resolution="needs_customer",
        ),
    )  # fmt: skip


def choices(order: Order) -> tuple[Choice, ...]:
    """Every kind of choice."""
    lamp = "Reading lamp, oak"
    return (
        Choice(kind="later", delivery_date=date(2026, 12, 18), total=order.total),
        Choice(
            kind="part", first_date=date(2026, 12, 1), delivery_date=date(2026, 12, 18), total=order.total,
            remark="Shipping is charged once.",
        ),
        Choice(
            kind="substitute", item=lamp, substitute="Reading lamp, walnut", delivery_date=date(2026, 12, 1),
            price_change=1000, total=order.total + 1000,
        ),
        Choice(
            kind="without", item=lamp, delivery_date=date(2026, 12, 1), price_change=-7537, total=order.total - 7537
        ),
        Choice(kind="cancel"),
    )  # fmt: skip


def delayed(promised: Promise) -> Promise:
    """The first line a week later."""
    first, *others = promised.allocations
    week = timedelta(days=7)
    late = first.model_copy(update={"ship_date": first.ship_date + week, "delivery_date": first.delivery_date + week})
    return Promise(allocations=(late, *others))


def delivery() -> Delivery:
    """Two parcels that leave on two days."""
    lamp = PackedLine(line_id="1", sku="LAMP-OAK", description="Reading lamp, oak", quantity=1)
    bulbs = PackedLine(line_id="2", sku="BULB-E26", description="LED bulb E26, warm white, 8 W", quantity=3)

    def shipment(day: int, sscc: str, *contents: PackedLine) -> Shipment:
        parcel = Parcel(sscc=sscc, number=1, of=1, contents=contents, weight_g=1900, size_mm=(400, 300, 250))
        return Shipment(location="louisville", ship_date=date(2026, 11, day), service="standard", parcels=(parcel,))

    last = bulbs.model_copy(update={"quantity": 1})
    return Delivery(
        shipments=(shipment(25, "006141410000000418", lamp, bulbs), shipment(30, "006141410000000425", last))
    )
