"""Discounts: whether the coupons were valid, what they give, and what no coupon explains."""

from __future__ import annotations

from order_processing import pricing
from order_processing.catalogue import Coupon, Facts
from order_processing.money import round_half_up
from order_processing.order import Discount, Order
from order_processing.settings import Limits
from order_processing.verification.findings import Findings
from order_processing.verification.totals import money, sums


def check_discounts(order: Order, facts: Facts, limits: Limits, findings: Findings) -> None:
    """Every coupon against the catalogue, and the whole discount against what the coupons give."""
    explained = 0
    for i, discount in enumerate(order.discounts):
        coupon = facts.coupons.get(discount.code.upper())
        if coupon:
            explained += _explained(order, discount, coupon, f"discounts[{i}]", limits, findings)
    taken = sums(order).discount
    beyond = taken - explained
    if beyond <= max(limits.tolerance, len(order.lines) // 2):  # a percentage is rounded line by line
        return
    found, gross = money(beyond, order), sum(line.gross for line in order.lines) + order.shipping.price
    if pricing.within_favour(beyond, gross, percent=limits.favour_percent):
        findings.add("DISCOUNT_UNEXPLAINED", "discount_total", found=found, expected="a coupon that gives it")
    else:
        most = money(gross * limits.favour_percent // 100, order)
        expected = f"at most {most} without a coupon"
        findings.add("DISCOUNT_BEYOND_LIMIT", "discount_total", found=found, expected=expected)


def coupon_value(order: Order, coupon: Coupon) -> int:
    """What a coupon takes off this order, in minor units."""
    if coupon.kind == "free_shipping":
        return order.shipping.price
    gross = sum(line.gross for line in order.lines if not coupon.skus or line.sku in coupon.skus)
    if coupon.kind == "percentage":
        return round_half_up(gross * coupon.percent / 100)
    return min(coupon.amounts.get(order.currency, 0), gross)


def _explained(order: Order, discount: Discount, coupon: Coupon, path: str, limits: Limits, findings: Findings) -> int:
    """How much of the order's discount this coupon explains. What one that is not valid took is a finding already."""
    asked = _not_valid(order, coupon)
    if asked:
        findings.add("COUPON_NOT_VALID", f"{path}.code", found=discount.code, expected=asked)
        return discount.amount
    value = coupon_value(order, coupon)
    alone = len(order.discounts) == 1
    if alone and coupon.kind != "free_shipping" and discount.amount + max(limits.tolerance, len(order.lines)) < value:
        found, expected = money(discount.amount, order), money(value, order)
        findings.add("COUPON_SHORT", f"{path}.amount", found=found, expected=expected)
    return value


def _not_valid(order: Order, coupon: Coupon) -> str:
    """Why the coupon does not hold for this order, as what is expected; "" where it does."""
    if not pricing.valid([coupon], order.placed_at):
        begins = f" from {coupon.valid_from:%Y-%m-%d}" if coupon.valid_from else ""
        ends = f" until {coupon.valid_to:%Y-%m-%d}" if coupon.valid_to else ""
        return f"a coupon that is valid on {order.placed_at:%Y-%m-%d} (this one{begins}{ends})"
    if coupon.uses_left is not None and coupon.uses_left <= 0:
        return "a coupon that is not used up"
    least = coupon.minimum.get(order.currency, 0)
    if sum(line.gross for line in order.lines) < least:
        return f"an order of at least {money(least, order)}"
    return ""
