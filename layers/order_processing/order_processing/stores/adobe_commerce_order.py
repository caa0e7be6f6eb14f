"""Adobe Commerce's sales order read as our order.

Its row totals are before tax. Where the catalogue's prices include tax, discounts are too, and
`discount_tax_compensation_amount` is the tax in them: it is taken off the discount, so that all our sums
are before tax. The amounts without `base_` are the order's own currency, which the customer saw.
"""

from __future__ import annotations

from collections.abc import Iterator

from order_processing.order import Address, Customer, Discount, Fee, Line, Option, Order, Shipping, Tax
from order_processing.shares import even_prices, share
from order_processing.stores.payload import Part, clean, unique, version
from order_processing.stores.platform import Unreadable

_CLOSED = {
    "complete": "already fulfilled in the store",
    "closed": "refunded in the store",
    "canceled": "cancelled in the store",
    "fraud": "suspected of fraud in the store",
}
_DIGITAL = frozenset({"virtual", "downloadable", "giftcard"})


def read_order(order: Part, *, store: str) -> Order:
    """The order. Raises Unreadable."""
    placed_at = order.time("created_at")
    if placed_at is None:
        raise Unreadable(order.at("created_at"), "", "a time such as 2026-05-04 13:00:00")
    if not isinstance(order.raw("items"), (list, dict)):
        raise Unreadable(order.at("items"), "", "a list of items")
    currency = order.currency("order_currency_code")
    lines = tuple(line for item, children in _sold(order) for line in _lines(item, children, currency))
    ids = unique([line.line_id for line in lines])
    lines = tuple(line.model_copy(update={"line_id": i}) for line, i in zip(lines, ids, strict=True))
    shipping = _shipping(order, currency)
    tax = order.amount_or_zero("tax_amount", currency, rounded=True)
    total = order.amount("grand_total", currency)
    off = total - (sum(line.net for line in lines) + shipping.price - shipping.discount + tax)
    rounding = (Fee(title="Rounding", amount=off),) if 0 < 2 * abs(off) <= len(lines) + 3 else ()
    discount = abs(order.amount_or_zero("discount_amount", currency, rounded=True, signed=True))
    state = order.text("state", "status").lower()
    return Order(
        source="adobe-commerce",
        store=store,
        store_order_id=order.identity("increment_id"),
        store_order_number=order.text("increment_id"),
        store_status=order.text("status"),
        store_version=version(order.time("updated_at", "created_at")),
        placed_at=placed_at,
        currency=currency,
        customer=_customer(order),
        shipping_address=_address(_of_type(order, "shipping")),
        billing_address=_address(_of_type(order, "billing")),
        lines=lines,
        shipping=shipping,
        discounts=_discounts(order, discount),
        taxes=(Tax(title="Tax", amount=tax),) if tax else (),
        fees=rounding,
        prices_include_tax=False,
        tax_total=tax,
        discount_total=sum(line.discount for line in lines) + shipping.discount,
        total=total,
        paid=state in ("processing", "complete") or _settled(order, currency, total),
        closed_reason=_CLOSED.get(state) or (None if lines else "no line is left"),
        note=order.note("customer_note"),
    )


def _sold(order: Part) -> Iterator[tuple[Part, list[Part]]]:
    """The items that were sold, each with its parts: of a configurable product or a bundle, the parent is priced."""
    items = list(order.parts("items"))
    ids = {item.text("item_id", "id") for item in items} - {""}
    parts: dict[str, list[Part]] = {}
    for item in items:
        parts.setdefault(item.text("parent_item_id"), []).append(item)
    for item in items:
        if item.text("parent_item_id") not in ids:
            yield item, parts.get(item.text("item_id", "id") or " ", [])


def _lines(item: Part, children: list[Part], currency: str) -> Iterator[Line]:
    quantity = item.quantity("qty_ordered")
    gross = item.amount("row_total", currency, rounded=True)
    # A bundle's discounts and taxes may stand on its parts alone.
    discount = _discount(item, currency) or sum(_discount(child, currency) for child in children)
    tax = item.amount_or_zero("tax_amount", currency, rounded=True)
    tax = tax or sum(child.amount_or_zero("tax_amount", currency, rounded=True) for child in children)
    split = even_prices(gross, quantity)
    weights = [price * pieces for price, pieces in split]
    discounts = share(max(0, min(discount, gross)), weights)
    taxes = share(tax, weights)
    percent = item.number("tax_percent")
    for i, (price, pieces) in enumerate(split):
        yield Line(
            line_id=item.text("item_id", "id", "quote_item_id") or item.identity("sku"),
            sku=item.text("sku"),
            store_variant_id=item.text("product_id"),
            title=item.text("name"),
            options=tuple(_options(item)),
            quantity=pieces,
            unit_price=price,
            discount=discounts[i],
            tax=taxes[i],
            tax_rate=f"{(percent / 100).normalize():f}" if percent else "",
            requires_shipping=not (item.flag("is_virtual") or item.text("product_type").lower() in _DIGITAL),
        )


def _discount(item: Part, currency: str) -> int:
    """An item's discount without the tax in it."""
    compensation = item.amount_or_zero("discount_tax_compensation_amount", currency, rounded=True, signed=True)
    return max(0, item.amount_or_zero("discount_amount", currency, rounded=True) - max(0, compensation))


def _options(item: Part) -> Iterator[Option]:
    """The attributes that make the variant, and the product's own options."""
    chosen = item.part("product_options")
    for option in [*chosen.parts("attributes_info"), *chosen.parts("options")]:
        name, value = option.text("label"), clean(option.raw("print_value")) or clean(option.raw("value"))
        if name and value:
            yield Option(name=name, value=value)


def _shipping(order: Part, currency: str) -> Shipping:
    price = order.amount_or_zero("shipping_amount", currency, rounded=True)
    compensation = order.amount_or_zero(
        "shipping_discount_tax_compensation_amount", currency, rounded=True, signed=True
    )
    discount = order.amount_or_zero("shipping_discount_amount", currency, rounded=True) - max(0, compensation)
    return Shipping(
        service=order.text("shipping_method"),
        title=order.text("shipping_description"),
        price=price,
        discount=max(0, min(price, discount)),
        tax=order.amount_or_zero("shipping_tax_amount", currency, rounded=True),
    )


def _discounts(order: Part, amount: int) -> tuple[Discount, ...]:
    if not amount:
        return ()
    code = order.text("coupon_code")
    return (Discount(code=code, title=order.text("discount_description") or code or "Discount", amount=amount),)


def _settled(order: Part, currency: str, total: int) -> bool:
    """Whether what is paid or authorised covers the total."""
    payment = order.part("payment")
    paid = max(
        order.amount_or_zero("total_paid", currency, rounded=True),
        payment.amount_or_zero("amount_paid", currency, rounded=True),
        payment.amount_or_zero("amount_authorized", currency, rounded=True),
    )
    return paid >= total > 0


def _of_type(order: Part, kind: str) -> Part:
    """An address from the list `addresses`, or from the field that other versions have for it."""
    named = order.part(f"{kind}_address")
    return named or next((a for a in order.parts("addresses") if a.text("address_type").lower() == kind), Part({}))


def _customer(order: Part) -> Customer:
    billing = _of_type(order, "billing")
    return Customer(
        store_customer_id=order.text("customer_id") or None,
        email=order.text("customer_email") or billing.text("email"),
        name=clean(f"{order.text('customer_firstname')} {order.text('customer_lastname')}") or _name(billing),
        phone=billing.text("telephone"),
        company=billing.text("company"),
        tax_number=order.text("customer_taxvat") or billing.text("vat_id"),
    )


def _name(part: Part) -> str:
    names = (part.text(name) for name in ("prefix", "firstname", "middlename", "lastname", "suffix"))
    return clean(" ".join(filter(None, names)))


def _address(part: Part) -> Address | None:
    """An address; its street is lines, in a list or in one text."""
    if not part:
        return None
    street = part.raw("street")
    if isinstance(street, list):
        lines = [clean(line) for line in street]
    else:
        lines = [clean(line) for line in part.note("street").split("\n")]
    lines = [line for line in lines if line]
    return Address(
        name=_name(part),
        company=part.text("company"),
        line1=lines[0] if lines else "",
        line2=clean(", ".join(lines[1:])),
        city=part.text("city"),
        region=part.text("region_code", "region"),
        postal_code=part.text("postcode"),
        country=part.text("country_id"),
        phone=part.text("telephone"),
    )
