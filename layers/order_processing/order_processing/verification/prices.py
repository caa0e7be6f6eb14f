"""Unit prices against the price list that held when the order was placed.

A price in the customer's favour is honoured up to the store's limit. A price above the list is never charged
without the customer's word: it goes to the customer, or is lowered at once where the store's rules say so.
"""

from __future__ import annotations

from collections import Counter

from order_processing import pricing
from order_processing.catalogue import Facts, TaxZone, tax_places
from order_processing.order import Line, Order
from order_processing.product import Product
from order_processing.settings import Limits
from order_processing.verification.changes import with_line
from order_processing.verification.findings import Findings
from order_processing.verification.products import Chosen
from order_processing.verification.totals import money


def check_prices(order: Order, chosen: Chosen, facts: Facts, limits: Limits, findings: Findings) -> Order:
    """The order, with lower prices where the rules let a price above the list be corrected."""
    places = zones(order, facts)
    ordered = Counter[str]()
    for line in order.lines:
        ordered[line.sku] += line.quantity
    for i, line in enumerate(order.lines):
        product = chosen.get(line.line_id)
        if not product:
            continue
        lower = _lower_price(order, i, product, ordered[line.sku], places, facts, limits, findings)
        if lower is not None:
            order = with_line(order, i, unit_price=lower)
    return order


def zones(order: Order, facts: Facts) -> tuple[TaxZone, ...]:
    """The tax zones of the order's destination, the narrower first."""
    return tuple(facts.taxes[place] for place in tax_places(order) if place in facts.taxes)


def _lower_price(
    order: Order,
    i: int,
    product: Product,
    quantity: int,
    places: tuple[TaxZone, ...],
    facts: Facts,
    limits: Limits,
    findings: Findings,
) -> int | None:
    """The list price where the line's is above it and is to be corrected; None where the line's price stands."""
    line, path = order.lines[i], f"lines[{i}].unit_price"
    group = facts.customer.group if facts.customer else ""
    price = pricing.list_price(product, order.currency, quantity=quantity, group=group, at=order.placed_at)
    rate = pricing.rate_for(places, product.tax_class, order.placed_at)
    found = money(line.unit_price, order)
    if price is None:
        findings.add("PRICE_MISSING", path, found=found, expected=f"a price in {order.currency} in the price list")
        return None
    listed = pricing.with_tax_as(price, rate.rate if rate else None, includes_tax=order.prices_include_tax)
    if listed is None:  # one is with tax, the other without, and the rate at the destination is not known
        return None
    short = (listed - line.unit_price) * line.quantity
    if abs(short) <= limits.tolerance:
        return None
    if abs(short) <= limits.tolerance * line.quantity and _is_split(order, line):
        return None
    expected = money(listed, order)
    if short > 0:
        favour = pricing.within_favour(short, listed * line.quantity, percent=limits.favour_percent)
        findings.add("PRICE_IN_FAVOUR" if favour else "PRICE_TOO_LOW", path, found=found, expected=expected)
        return None
    return listed if findings.add("PRICE_ABOVE_LIST", path, found=found, expected=expected) == "corrected" else None


def _is_split(order: Order, line: Line) -> bool:
    """Whether the line is a part of a store's line whose sum did not divide evenly (see the stores' readers)."""
    return any(o.sku == line.sku and abs(o.unit_price - line.unit_price) == 1 for o in order.lines)
