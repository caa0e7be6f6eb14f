"""What was ordered: which product each line means, whether it is sold, where, to whom and how many."""

from __future__ import annotations

from order_processing.catalogue import Facts, sku_forms
from order_processing.order import Line, Order
from order_processing.places import country_code, country_name
from order_processing.product import Product, is_gtin
from order_processing.verification.findings import Findings

Chosen = dict[str, Product | None]  # line_id -> its product, None where it is not known


def check_products(order: Order, facts: Facts, findings: Findings) -> tuple[Order, Chosen]:
    """The order with our SKUs on its lines, and the product of each line."""
    chosen: Chosen = {}
    lines = []
    country = country_code(order.shipping_address.country) if order.shipping_address else None
    for i, line in enumerate(order.lines):
        path = f"lines[{i}]"
        product = _identify(line, path, facts, findings)
        product = product and _sold(product, path, facts, findings)
        chosen[line.line_id] = product
        changed = product and product.sku != line.sku
        lines.append(line.model_copy(update={"sku": product.sku}) if product and changed else line)
        if product:
            _check_sale(product, path, country, facts, findings)
    order = order.model_copy(update={"lines": tuple(lines)})
    _check_quantities(order, chosen, findings)
    _show_duplicates(order, findings)
    return order, chosen


def _identify(line: Line, path: str, facts: Facts, findings: Findings) -> Product | None:
    """The product that a line means: by our SKU, else by the store's variant id, else by its barcode."""
    by_sku = next((facts.products[form] for form in sku_forms(line.sku) if form in facts.products), None)
    by_variant = facts.products.get(facts.aliases.get(line.store_variant_id, ""))
    by_barcode = _by_barcode(line, path, facts, findings)
    product = by_sku or by_variant or by_barcode
    if product is None:
        found = line.sku or line.store_variant_id or line.title
        findings.add("UNKNOWN_SKU", f"{path}.sku", found=found, expected="a product of the catalogue")
        return None
    for other, field in ((by_variant, "store_variant_id"), (by_barcode, "gtin")):
        if other and other.sku != product.sku:
            findings.add("SKU_CONFLICT", f"{path}.{field}", found=other.sku, expected=product.sku)
    if line.sku != product.sku:
        code = "SKU_FORM" if by_sku else "SKU_FOUND"
        if findings.add(code, f"{path}.sku", found=line.sku, expected=product.sku) != "corrected":
            return None
    return product


def _by_barcode(line: Line, path: str, facts: Facts, findings: Findings) -> Product | None:
    """By the line's barcode, or by its SKU where that is a barcode."""
    if line.gtin and not is_gtin(line.gtin):
        expected = "8, 12, 13 or 14 digits with a right check digit (GS1)"
        findings.add("GTIN_INVALID", f"{path}.gtin", found=line.gtin, expected=expected)
    skus = (facts.gtins.get(code.zfill(14), "") for code in (line.gtin, line.sku) if is_gtin(code))
    return next((facts.products[sku] for sku in skus if sku in facts.products), None)


def _sold(product: Product, path: str, facts: Facts, findings: Findings) -> Product | None:
    """The product or the one sold in its place; None where the replacement has to be decided."""
    if product.active:
        return product
    successor = facts.products.get(product.successor)
    if not successor or not successor.active:
        findings.add("PRODUCT_INACTIVE", f"{path}.sku", found=product.sku, expected="a product that is sold")
        return product
    done = findings.add("PRODUCT_REPLACED", f"{path}.sku", found=product.sku, expected=successor.sku)
    return successor if done == "corrected" else product


def _check_sale(product: Product, path: str, country: str | None, facts: Facts, findings: Findings) -> None:
    """Whether this product may be sold there, and to this customer."""
    if product.countries and country and country not in product.countries:
        expected = f"a product that is sold in {country_name(country)}"
        findings.add("COUNTRY_NOT_ALLOWED", f"{path}.sku", found=product.sku, expected=expected)
    known = facts.customer
    if product.min_age and (not known or known.age_checked < product.min_age):
        expected = f"a customer who proved an age of {product.min_age} years"
        findings.add("AGE_NOT_PROVEN", f"{path}.sku", found=product.sku, expected=expected)
    if product.licence and (not known or product.licence not in known.licences):
        expected = f"a customer with the licence {product.licence}"
        findings.add("LICENCE_MISSING", f"{path}.sku", found=product.sku, expected=expected)
    for part in product.components:
        if part.sku not in facts.products:
            expected = f"the component {part.sku} in the catalogue"
            findings.add("BUNDLE_INCOMPLETE", f"{path}.sku", found=product.sku, expected=expected)


def _check_quantities(order: Order, chosen: Chosen, findings: Findings) -> None:
    """How many of a product are ordered in all: a store's line may have become two (see the stores' readers)."""
    ordered: dict[str, list[int]] = {}
    for i, line in enumerate(order.lines):
        ordered.setdefault(line.sku, []).append(i)
    for numbers in ordered.values():
        product = chosen[order.lines[numbers[0]].line_id]
        pieces = sum(order.lines[i].quantity for i in numbers)
        if product and not _quantity_is_allowed(product, pieces):
            path, expected = f"lines[{numbers[0]}].quantity", _quantities(product)
            findings.add("QUANTITY_NOT_ALLOWED", path, found=str(pieces), expected=expected)


def _quantity_is_allowed(product: Product, quantity: int) -> bool:
    within = product.min_quantity <= quantity and (product.max_quantity is None or quantity <= product.max_quantity)
    return within and quantity % product.multiple == 0


def _quantities(product: Product) -> str:
    """The quantities that are allowed, in words: `a multiple of 6 from 6 to 60`."""
    what = f"a multiple of {product.multiple}" if product.multiple > 1 else "a quantity"
    least = -(-product.min_quantity // product.multiple) * product.multiple
    return f"{what} from {least}" + (f" to {product.max_quantity}" if product.max_quantity else " on")


def _show_duplicates(order: Order, findings: Findings) -> None:
    """Two lines for the same thing may be meant or a slip: they are shown and kept."""
    first: dict[object, int] = {}
    for i, line in enumerate(order.lines):
        same = (line.sku, line.unit_price, line.options)
        if line.sku and same in first:
            expected = f"one line, or two that are meant (see lines[{first[same]}])"
            findings.add("DUPLICATE_LINE", f"lines[{i}].sku", found=line.sku, expected=expected)
        first.setdefault(same, i)
