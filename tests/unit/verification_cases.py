"""One order for each check of verification that has just what this check finds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from order_processing import settings
from order_processing.catalogue import Facts
from order_processing.checks import Rules
from order_processing.order import Address, Customer, Discount, Line, Order, Shipping, Tax
from order_processing.settings import Settings, ShippingPrice
from order_processing.verification.verify import Verification, verify
from tests.unit.seed_catalogue import guest_id, seed_facts, seed_files

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
LOUISVILLE = Address(
    name="Ada Bell", line1="1 Main Street", city="Louisville", region="KY", postal_code="40202", country="US"
)
BERLIN = Address(name="Ada Bell", line1="Unter den Linden 1", city="Berlin", postal_code="10117", country="DE")
ADA = Customer(email="ada@example.com", name="Ada Bell")


def line(sku: str = "MUG-BLUE", unit_price: int = 1400, quantity: int = 2, line_id: str = "1", **more: Any) -> Line:
    return Line(line_id=line_id, sku=sku, title=sku, unit_price=unit_price, quantity=quantity, **more)


def an_order(*lines: Line, **changes: Any) -> Order:
    """An order with nothing wrong: two mugs to Louisville, with a total that is the sum of its parts."""
    values: dict[str, Any] = {
        "source": "api",
        "store": "front end",
        "store_order_id": "1",
        "placed_at": NOW,
        "currency": "USD",
        "customer": ADA,
        "shipping_address": LOUISVILLE,
        "lines": lines or (line(),),
        "shipping": Shipping(title="Standard delivery"),
    } | changes
    taxes = sum(x.tax for x in values["lines"]) + values["shipping"].tax
    discounts = sum(x.discount for x in values["lines"]) + values["shipping"].discount
    values = {"tax_total": taxes, "discount_total": discounts} | values
    net = sum(x.net for x in values["lines"]) + values["shipping"].price - values["shipping"].discount
    net += sum(fee.amount for fee in values.get("fees", ()))
    total = net if values.get("prices_include_tax") else net + values["tax_total"]
    return Order(**({"total": max(total, 0)} | values))


def german(*lines: Line, **changes: Any) -> Order:
    """An order to Berlin in euros, tax of 19 % included."""
    return an_order(*lines, currency="EUR", shipping_address=BERLIN, prices_include_tax=True, **changes)


def at(**changes: str) -> Address:
    return LOUISVILLE.model_copy(update=changes)


def run(order: Order, config: Settings | None = None, facts: Facts | None = None, **more: Any) -> Verification:
    config = config or settings.current()
    return verify(order, facts or seed_facts(order), config, now=NOW, guest_id=guest_id, **more)


def with_rules(**resolutions: Any) -> Settings:
    return settings.current().model_copy(update={"rules": Rules(resolutions=resolutions)})


def with_service(key: str = "standard", **changes: Any) -> Settings:
    current = settings.current()
    service = current.services[key].model_copy(update=changes)
    return current.model_copy(update={"services": current.services | {key: service}})


class Case(NamedTuple):
    """An order, the field in which the check finds something, and settings where it takes others."""

    order: Order
    path: str
    config: Settings | None = None


BARCODES = {product.sku: product.gtin for product in seed_files().products}
FEE = 500
PRICED = with_service(prices=(ShippingPrice(currency="USD", price=FEE),))
EXPRESS = Shipping(title="Express delivery")
TRADE = Customer(email="orders@trade-partner.example", name="Trade Partner", store_customer_id="trade-1")

CASES: dict[str, Case] = {
    "STORE_CLOSED": Case(an_order(closed_reason="cancelled in the store"), "closed_reason"),
    "UNPAID": Case(an_order(paid=False), "paid"),
    "NO_LINES": Case(an_order(total=0).model_copy(update={"lines": (), "total": 0}), "lines"),
    "PLACED_AT": Case(an_order(placed_at=datetime(2027, 1, 1, tzinfo=UTC)), "placed_at"),
    "CURRENCY_UNKNOWN": Case(an_order(currency="USX"), "currency"),
    "CURRENCY_FORM": Case(an_order(currency="usd"), "currency"),
    "TEXT_FORM": Case(an_order(line().model_copy(update={"title": "Mug &ndash;  blue"})), "lines[0].title"),
    "EMAIL_MISSING": Case(an_order(customer=Customer(name="Ada Bell")), "customer.email"),
    "EMAIL_INVALID": Case(an_order(customer=Customer(name="Ada Bell", email="ada@example")), "customer.email"),
    "EMAIL_FORM": Case(an_order(customer=Customer(name="Ada Bell", email="ada@EXAMPLE.com")), "customer.email"),
    "NAME_MISSING": Case(
        an_order(line("GUIDE-PDF", 1200), customer=Customer(email="ada@example.com"), shipping_address=None),
        "customer.name",
    ),
    "NAME_TAKEN": Case(an_order(customer=Customer(email="ada@example.com")), "customer.name"),
    "PHONE_FORM": Case(an_order(shipping_address=at(phone="(502) 459-2181")), "shipping_address.phone"),
    "PHONE_INVALID": Case(an_order(shipping_address=at(phone="555-5555")), "shipping_address.phone"),
    "TAX_NUMBER_FORM": Case(
        german(customer=ADA.model_copy(update={"tax_number": "de 136.695.976"}), lines=(line(unit_price=1490),)),
        "customer.tax_number",
    ),
    "TAX_NUMBER_INVALID": Case(
        german(customer=ADA.model_copy(update={"tax_number": "DE136695978"}), lines=(line(unit_price=1490),)),
        "customer.tax_number",
    ),
    "CUSTOMER_BLOCKED": Case(an_order(customer=Customer(email="blocked@example.net", name="Bea")), "customer"),
    "CREDIT_HOLD": Case(an_order(customer=Customer(email="hold@example.net", name="Hal")), "customer"),
    "CREDIT_LIMIT_EXCEEDED": Case(
        an_order(customer=Customer(email="account@example.net", name="Carl"), paid=False), "total"
    ),
    "CUSTOMER_AMBIGUOUS": Case(
        an_order(customer=TRADE.model_copy(update={"email": "jane@example.com"})),
        "customer.email",
    ),
    "AGE_NOT_PROVEN": Case(an_order(line("KNIFE-8", 6400)), "lines[0].sku"),
    "LICENCE_MISSING": Case(an_order(line("DRONE-25", 74900)), "lines[0].sku"),
    "UNKNOWN_SKU": Case(an_order(line("NO-SUCH-SKU")), "lines[0].sku"),
    "SKU_FOUND": Case(an_order(line(BARCODES["MUG-BLUE"])), "lines[0].sku"),
    "SKU_FORM": Case(an_order(line("mug-blue")), "lines[0].sku"),
    "SKU_CONFLICT": Case(an_order(line(gtin=BARCODES["TEA-EARL-GREY"])), "lines[0].gtin"),
    "GTIN_INVALID": Case(an_order(line(gtin="4006381333930")), "lines[0].gtin"),
    "PRODUCT_REPLACED": Case(an_order(line("IPOD2007RED", 19900)), "lines[0].sku"),
    "PRODUCT_INACTIVE": Case(an_order(line("IPOD2007RED", 19900)), "lines[0].sku"),
    "COUNTRY_NOT_ALLOWED": Case(
        an_order(
            line("DRONE-25", 74900),
            customer=TRADE,
            shipping_address=Address(
                name="Ada", line1="Rua A 1", city="Rio", region="RJ", postal_code="20040-000", country="BR"
            ),
        ),
        "lines[0].sku",
    ),
    "QUANTITY_NOT_ALLOWED": Case(an_order(line("PEN-6", 90, quantity=7)), "lines[0].quantity"),
    "DUPLICATE_LINE": Case(an_order(line(), line(line_id="2")), "lines[1].sku"),
    "BUNDLE_INCOMPLETE": Case(an_order(line("GIFT-TEA", 3300)), "lines[0].sku"),
    "PRICE_MISSING": Case(
        an_order(line("IPOD2008RED", 19900), currency="EUR", shipping_address=LOUISVILLE), "lines[0].unit_price"
    ),
    "PRICE_IN_FAVOUR": Case(an_order(line(unit_price=1300)), "lines[0].unit_price"),
    "PRICE_TOO_LOW": Case(an_order(line(unit_price=140)), "lines[0].unit_price"),
    "PRICE_ABOVE_LIST": Case(an_order(line(unit_price=1600)), "lines[0].unit_price"),
    "DISCOUNT_TOO_LARGE": Case(
        an_order(line(discount=3000), line(line_id="2", sku="PEN-6", unit_price=90, quantity=12)), "lines[0].discount"
    ),
    "DISCOUNT_NOT_SPREAD": Case(
        an_order(discount_total=200, total=2600, discounts=(Discount(title="Sale", amount=200),)), "lines"
    ),
    "DISCOUNT_TOTAL": Case(an_order(line(discount=100), discount_total=900), "discount_total"),
    "DISCOUNT_UNEXPLAINED": Case(an_order(line(discount=100)), "discount_total"),
    "DISCOUNT_BEYOND_LIMIT": Case(an_order(line(discount=1400)), "discount_total"),
    "COUPON_NOT_VALID": Case(
        an_order(line(discount=420), discounts=(Discount(code="SUMMER24", amount=420),)), "discounts[0].code"
    ),
    "COUPON_SHORT": Case(
        an_order(line(discount=300), discounts=(Discount(code="tenoff", amount=300),)), "discounts[0].amount"
    ),
    "SHIPPING_PRICE_IN_FAVOUR": Case(
        an_order(shipping=Shipping(title="Standard", price=400)), "shipping.price", PRICED
    ),
    "SHIPPING_PRICE_TOO_LOW": Case(an_order(), "shipping.price", PRICED),
    "SHIPPING_PRICE_ABOVE": Case(an_order(shipping=Shipping(title="Standard", price=900)), "shipping.price", PRICED),
    "TAX_UNDER": Case(german(line(unit_price=1490, tax=400)), "tax_total"),
    "TAX_TOO_LOW": Case(german(line(unit_price=1490)), "tax_total"),
    "TAX_OVER": Case(german(line(unit_price=1490, tax=600)), "tax_total"),
    "TAX_EXEMPT": Case(
        german(line(unit_price=1490), customer=ADA.model_copy(update={"tax_number": "DE136695976"})), "tax_total"
    ),
    "TAX_NOT_AT_STATED_RATE": Case(an_order(line(tax=100, tax_rate="0.06")), "lines[0].tax"),
    "TAX_ROUNDING": Case(an_order(line(tax=168), tax_total=169), "lines"),
    "TAX_BREAKDOWN": Case(an_order(line(tax=168), taxes=(Tax(title="State", amount=300),)), "taxes"),
    "TAX_TOTAL": Case(an_order(line(tax=168), tax_total=900, total=2968), "tax_total"),
    "TAX_TOTAL_MISMATCH": Case(an_order(line(tax=168), tax_total=900, total=3700), "tax_total"),
    "TOTAL_ROUNDING": Case(an_order(total=2801), "total"),
    "TOTAL_MISMATCH": Case(an_order(total=3300), "total"),
    "ADDRESS_MISSING": Case(an_order(shipping_address=None), "shipping_address"),
    "ADDRESS_TAKEN": Case(an_order(shipping_address=None, billing_address=LOUISVILLE), "shipping_address"),
    "ADDRESS_FIELD_MISSING": Case(an_order(shipping_address=at(city="")), "shipping_address.city"),
    "ADDRESS_UNPRINTABLE": Case(an_order(shipping_address=at(name="สมชาย")), "shipping_address.name"),
    "ADDRESS_TOO_LONG": Case(an_order(shipping_address=at(line1="1 " * 249)), "shipping_address.line1"),
    "COUNTRY_UNKNOWN": Case(an_order(shipping_address=at(country="Atlantis")), "shipping_address.country"),
    "COUNTRY_FORM": Case(an_order(shipping_address=at(country="U.S.A.")), "shipping_address.country"),
    "REGION_UNKNOWN": Case(an_order(shipping_address=at(region="Ontario")), "shipping_address.region"),
    "REGION_FORM": Case(an_order(shipping_address=at(region="kentucky")), "shipping_address.region"),
    "POSTAL_CODE_FORM": Case(an_order(shipping_address=at(postal_code="402022181")), "shipping_address.postal_code"),
    "POSTAL_CODE_INVALID": Case(an_order(shipping_address=at(postal_code="94103")), "shipping_address.postal_code"),
    "COUNTRY_SANCTIONED": Case(
        an_order(shipping_address=Address(name="A", line1="1", city="Havana", postal_code="10100", country="Cuba")),
        "shipping_address.country",
    ),
    "COUNTRY_UNSERVED": Case(
        an_order(shipping_address=Address(name="A", line1="Hut 1", city="McMurdo", country="AQ")),
        "shipping_address.country",
    ),
    "PO_BOX": Case(an_order(shipping_address=at(line1="P.O. Box 12"), shipping=EXPRESS), "shipping_address.line1"),
    "MILITARY_ADDRESS": Case(
        an_order(shipping_address=at(city="APO", region="AE", postal_code="09001"), shipping=EXPRESS),
        "shipping_address.line1",
    ),
    "SERVICE_UNKNOWN": Case(an_order(shipping=Shipping(title="Drone drop")), "shipping.title"),
    "SERVICE_CANNOT_DELIVER": Case(an_order(), "shipping.title", with_service(zones=())),
    "PIECE_TOO_HEAVY": Case(an_order(), "lines[0].sku", with_service(max_weight_g=100)),
    "DANGEROUS_GOODS": Case(an_order(line("POWERBANK-20", 3900), shipping=EXPRESS), "lines[0].sku"),
}


def facts_for(code: str, order: Order) -> Facts:
    """The seed catalogue's facts, without what the check is to miss."""
    facts = seed_facts(order)
    gone = {"PRODUCT_INACTIVE": "IPOD2008RED", "BUNDLE_INCOMPLETE": "TEA-EARL-GREY"}.get(code)
    if gone:
        facts = facts.model_copy(update={"products": {k: v for k, v in facts.products.items() if k != gone}})
    return facts
