"""WooCommerce's line items read as our lines.

A line item gives the sum for all its pieces, before (`subtotal`) and after (`total`) discounts, and no
exact price for one. Where the sum does not divide evenly into minor units, the item becomes two lines,
whose prices differ by one minor unit, so that prices times quantities are the store's sum exactly.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from decimal import Decimal

from order_processing.order import Line, Option
from order_processing.shares import even_prices, share
from order_processing.stores.payload import Part, clean

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def plain(text: str, *, lines: bool = False) -> str:
    """Text as a person reads it: entities decoded, tags taken out; with line ends if `lines`."""
    return clean(_TAG.sub("", html.unescape(text)), lines=lines)


def read_lines(order: Part, currency: str) -> tuple[Line, ...]:
    """The order's lines."""
    rates = {tax.text("rate_id"): tax for tax in order.parts("tax_lines")}
    digital = order.raw("needs_processing") is False and not order.items("shipping_lines")
    return tuple(
        line for item in order.parts("line_items") for line in _lines_of(item, currency, rates, digital=digital)
    )


def _lines_of(item: Part, currency: str, rates: dict[str, Part], *, digital: bool) -> Iterator[Line]:
    quantity = item.quantity("quantity")
    total = item.amount("total", currency, rounded=True)
    before = item.amount("subtotal", currency, rounded=True) if item.has("subtotal") else total
    # Staff may raise a line's total above its subtotal: then that is its price, and there is no discount.
    gross = max(before, total)
    split = even_prices(gross, quantity)
    weights = [price * pieces for price, pieces in split]
    discounts = share(gross - total, weights)
    taxes = share(item.amount_or_zero("total_tax", currency, rounded=True), weights)
    variant = item.text("variation_id")
    for (unit_price, pieces), discount, tax in zip(split, discounts, taxes, strict=True):
        yield Line(
            line_id=item.identity("id"),
            sku=item.text("sku"),
            store_variant_id=variant if variant not in ("", "0") else _no_zero(item.text("product_id")),
            gtin=item.text("global_unique_id"),
            title=plain(item.text("name", "parent_name")),
            options=tuple(_options(item)),
            quantity=pieces,
            unit_price=unit_price,
            discount=discount,
            tax=tax,
            tax_rate=_tax_rate(item, rates),
            requires_shipping=not (digital or item.flag("virtual")),
        )


def _no_zero(text: str) -> str:
    return "" if text == "0" else text


def _options(item: Part) -> Iterator[Option]:
    """The item's meta data as the customer sees it; keys that begin with `_` are hidden."""
    for meta in item.parts("meta_data"):
        key = clean(meta.raw("key"))
        name = plain(clean(meta.raw("display_key")) or key.removeprefix("pa_").replace("_", " "))
        value = plain(clean(meta.raw("display_value")) or clean(meta.raw("value")))
        if name and value and not key.startswith("_"):
            yield Option(name=name, value=value)


def _tax_rate(item: Part, rates: dict[str, Part]) -> str:
    """The line's tax rate as a fraction in text; "" where the store gives none or taxes compound."""
    taxes = [rates.get(tax.text("id")) for tax in item.parts("taxes") if tax.has("total")]
    percents = [tax.number("rate_percent") if tax else None for tax in taxes]
    compound = any(tax.flag("compound") for tax in taxes if tax)
    if not percents or None in percents or (compound and len(taxes) > 1):
        return ""
    return f"{(sum((p for p in percents if p is not None), Decimal(0)) / 100).normalize():f}"
