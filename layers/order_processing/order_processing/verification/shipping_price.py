"""The price of shipping against the service's own, where the settings have one."""

from __future__ import annotations

from order_processing import pricing
from order_processing.order import Order
from order_processing.places import country_code
from order_processing.settings import Limits, Service, ShippingPrice
from order_processing.verification.changes import with_shipping_price
from order_processing.verification.findings import Findings
from order_processing.verification.products import Chosen
from order_processing.verification.totals import money


def check_shipping_price(order: Order, chosen: Chosen, service: Service, limits: Limits, findings: Findings) -> Order:
    """The order, with cheaper shipping where the rules let a price above the service's be corrected."""
    listed = shipping_price(order, chosen, service)
    if listed is None:
        return order
    short = listed.price - order.shipping.price
    if abs(short) <= limits.tolerance:
        return order
    found, expected = money(order.shipping.price, order), money(listed.price, order)
    if short > 0:
        goods = sum(line.gross for line in order.lines)
        favour = pricing.within_favour(short, goods, percent=limits.favour_percent)
        code = "SHIPPING_PRICE_IN_FAVOUR" if favour else "SHIPPING_PRICE_TOO_LOW"
        findings.add(code, "shipping.price", found=found, expected=expected)
        return order
    if findings.add("SHIPPING_PRICE_ABOVE", "shipping.price", found=found, expected=expected) != "corrected":
        return order
    return with_shipping_price(order, listed.price)


def shipping_price(order: Order, chosen: Chosen, service: Service) -> ShippingPrice | None:
    """The first of the service's prices that fits the order; None: none does."""
    code = country_code(order.shipping_address.country) if order.shipping_address else None
    weight = sum((p.weight_g if (p := chosen.get(line.line_id)) else 0) * line.quantity for line in order.lines)
    goods = sum(line.net for line in order.lines)
    for price in service.prices:
        reaches = code in price.countries or "*" in price.countries
        light = price.up_to_weight_g is None or weight <= price.up_to_weight_g
        if price.currency == order.currency and reaches and light and goods >= price.goods_from:
            return price
    return None
