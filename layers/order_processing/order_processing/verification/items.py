"""What later stages need of the product behind a line."""

from __future__ import annotations

from order_processing.catalogue import Facts
from order_processing.order import Line, Order
from order_processing.product import Product
from order_processing.verification.bundles import split_price
from order_processing.verified_order import Item, Part


def item_of(order: Order, line: Line, product: Product | None, facts: Facts) -> Item:
    """The item of a line; of a product that is not known, what the line says. facts: has a bundle's components."""
    if product is None:
        return Item(line_id=line.line_id, sku=line.sku, description=line.title, digital=not line.requires_shipping)
    return Item(
        line_id=line.line_id,
        sku=product.sku,
        description=product.title,
        digital=product.digital,
        weight_g=product.weight_g,
        size_mm=product.size_mm,
        hs_code=product.hs_code,
        origin=product.origin,
        picture=product.picture,
        components=tuple((part.sku, part.quantity) for part in product.components),
        fragile=product.fragile,
        keep_upright=product.keep_upright,
        dangerous=product.dangerous,
        licence_keys=product.licence_keys and product.digital,
        instructions=product.instructions if product.digital else "",
        cost=product.costs.get(order.currency),
        component_amounts=split_price(order, line, product, facts),
        parts=tuple(_part(facts.products[p.sku]) for p in product.components if p.sku in facts.products),
    )


def _part(product: Product) -> Part:
    return Part(
        sku=product.sku,
        description=product.title,
        weight_g=product.weight_g,
        size_mm=product.size_mm,
        fragile=product.fragile,
        keep_upright=product.keep_upright,
        dangerous=product.dangerous,
        hs_code=product.hs_code,
        origin=product.origin,
    )
