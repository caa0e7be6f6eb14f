"""Substitutes: what the catalogue lists in place of a product, fit for this order and at its customer's price.

A substitute stands for the ordered product in everything: it passes the checks that an ordered product passes (it is
sold, there and to this customer, in this quantity, and the order's service carries it), has a list price in the
order's currency for the customer's group and quantity, and is taxed in the same class.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from order_processing import pricing
from order_processing.catalogue import Catalogue, Facts, Key, KnownCustomer, TaxZone
from order_processing.offer import Replacement, replaced_line
from order_processing.offering import Substitute, Substitutes
from order_processing.order import Line
from order_processing.product import Product
from order_processing.settings import Settings
from order_processing.verification.findings import Findings
from order_processing.verification.items import item_of
from order_processing.verification.products import check_products
from order_processing.verification.shipping import check_carriage
from order_processing.verified_order import VerifiedOrder


def substitutes_of(
    verified: VerifiedOrder, lines: Iterable[Line], catalogue: Catalogue, settings: Settings
) -> dict[str, Substitutes]:
    """For each of these lines, by its id, what may be offered in its place; three rounds of fetching at most."""
    wanted = tuple(lines)
    facts = _facts(verified, wanted, catalogue)
    found = {}
    for line in wanted:
        product = facts.products.get(verified.item(line.line_id).sku)
        if product and product.family and product.substitutes:
            listed = (facts.products[sku] for sku in product.substitutes if sku in facts.products)
            fitting = (_substitute(verified, line, product, other, facts, settings) for other in listed)
            found[line.line_id] = Substitutes(
                family=product.family, grade=product.grade, products=tuple(filter(None, fitting))
            )
    return found


def _facts(verified: VerifiedOrder, lines: Iterable[Line], catalogue: Catalogue) -> Facts:
    """What the catalogue says of the short products, their substitutes, the customer and the taxes."""
    found: dict[Key, Mapping[str, Any]] = {}
    first = {("product", verified.item(line.line_id).sku) for line in lines}
    wanted = first | {("customer", verified.customer_id)} | {("tax", place) for place in _tax_places(verified)}
    for leads_to in (lambda item: item.get("substitutes", ()), _components, lambda _: ()):
        fetched = catalogue.fetch(sorted(wanted))
        found.update(fetched)
        wanted = {
            ("product", sku) for (kind, _), item in fetched.items() if kind == "product" for sku in leads_to(item)
        }
        wanted -= found.keys()
        if not wanted:
            break
    customer = found.get(("customer", verified.customer_id))
    return Facts(
        products={sku: Product.model_validate(item) for (kind, sku), item in found.items() if kind == "product"},
        by_store_id=KnownCustomer.model_validate(customer) if customer else None,
        taxes={place: TaxZone.model_validate(item) for (kind, place), item in found.items() if kind == "tax"},
    )


def _tax_places(verified: VerifiedOrder) -> tuple[str, ...]:
    """As `catalogue.tax_places`, of an address that verification has put into codes: no list of regions is needed."""
    address = verified.order.shipping_address or verified.order.billing_address
    if not address:
        return ()
    return (*([f"{address.country}-{address.region}"] if address.region else []), address.country)


def _components(item: Mapping[str, Any]) -> Iterable[str]:
    return (part["sku"] for part in item.get("components", ()))


def _substitute(
    verified: VerifiedOrder, line: Line, product: Product, other: Product, facts: Facts, settings: Settings
) -> Substitute | None:
    """The other product in the line's place; None where it may not stand there."""
    if other.tax_class != product.tax_class or other.digital != product.digital:
        return None
    skus = (product.sku, other.sku)  # where the other is ordered too, its pieces count together
    pieces = sum(each.quantity for each in verified.order.lines if verified.item(each.line_id).sku in skus)
    price = _price(verified, other, pieces, facts)
    if price is None or not _may_be_sold(verified, line, other, pieces, facts, settings):
        return None
    item = item_of(verified.order, line, other, facts)
    changed = replaced_line(line, Replacement(line_id=line.line_id, item=item, unit_price=price))
    item = item_of(verified.order, changed, other, facts)
    return Substitute(item=item, unit_price=price, family=other.family, grade=other.grade)


def _price(verified: VerifiedOrder, product: Product, pieces: int, facts: Facts) -> int | None:
    """The list price of one, with tax as the order states its prices; None where there is none."""
    order, group = verified.order, facts.customer.group if facts.customer else ""
    price = pricing.list_price(product, order.currency, quantity=pieces, group=group, at=order.placed_at)
    if price is None:
        return None
    zones = [facts.taxes[place] for place in _tax_places(verified) if place in facts.taxes]
    rate = pricing.rate_for(zones, product.tax_class, order.placed_at)
    return pricing.with_tax_as(price, rate.rate if rate else None, includes_tax=order.prices_include_tax)


def _may_be_sold(
    verified: VerifiedOrder, line: Line, product: Product, pieces: int, facts: Facts, settings: Settings
) -> bool:
    """Whether verification would find nothing about the product if it had been ordered."""
    change = {"sku": product.sku, "store_variant_id": "", "gtin": "", "quantity": pieces}
    order = verified.order.model_copy(update={"lines": (line.model_copy(update=change),)})
    findings = Findings(settings.rules)
    order, chosen = check_products(order, facts, findings)
    if verified.service:
        check_carriage(order, chosen, settings.services[verified.service], findings)
    return not any(found.path.startswith("lines[") for found in findings.all())
