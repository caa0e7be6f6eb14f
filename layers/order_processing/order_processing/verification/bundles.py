"""Bundles: what each component takes of the price that the customer paid for the whole."""

from __future__ import annotations

from order_processing import pricing
from order_processing.catalogue import Facts
from order_processing.order import Line, Order
from order_processing.product import Component, Product
from order_processing.shares import share


def split_price(order: Order, line: Line, product: Product, facts: Facts) -> tuple[int, ...]:
    """The line's price after discount, split over the bundle's components in proportion to their own list prices.

    The parts sum to the line's price exactly. Where a component has no price of its own in this currency, all are
    weighted by their pieces.
    """
    if not product.components:
        return ()
    listed = [_listed(order, part, facts) for part in product.components]
    weights = [p or 0 for p in listed] if all(listed) else [part.quantity for part in product.components]
    return share(max(line.net, 0), weights)


def _listed(order: Order, part: Component, facts: Facts) -> int | None:
    product = facts.products.get(part.sku)
    price = product and pricing.list_price(product, order.currency, quantity=1, group="", at=order.placed_at)
    return price.amount * part.quantity if price else None
