"""Shopify's order resource read as our order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from order_processing.order import Address, Customer, Line, Option, Order
from order_processing.stores import gifts
from order_processing.stores import shopify_charges as charges
from order_processing.stores.payload import Part, clean, unique, version
from order_processing.stores.platform import Unreadable
from order_processing.stores.shopify_amounts import (
    Cost,
    NoPresentmentAmount,
    Purse,
    Refunded,
    line_cost,
    refunded_lines,
)

_GID = re.compile(r"gid://shopify/[A-Za-z]+/([0-9]{1,30})(\?.*)?")
_PAID = frozenset({"authorized", "paid", "partially_refunded"})


def order_id(order: Part) -> str:
    """The id in `admin_graphql_api_id`, which is text: the number in `id` may have lost digits in JavaScript."""
    return _gid(order) or order.identity("id")


def _gid(part: Part) -> str:
    value = part.raw("admin_graphql_api_id")
    match = _GID.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else ""


def read_order(order: Part, *, store: str, test: bool) -> Order:
    """The order in the customer's currency; in the shop's where an amount is given in that alone."""
    try:
        return _read(order, Purse(order, customers=True), store, test)
    except NoPresentmentAmount:
        return _read(order, Purse(order, customers=False), store, test)


def _read(order: Part, purse: Purse, store: str, test: bool) -> Order:
    placed_at = order.time("processed_at", "created_at")
    if placed_at is None:
        raise Unreadable(order.at("created_at"), "", "a time such as 2026-05-04T13:00:00Z")
    if not order.has("line_items"):
        raise Unreadable(order.at("line_items"), "", "a list of line items")
    taken = refunded_lines(order, purse)
    costs = [
        (part, line_cost(part, purse, taken.get(part.identity("id"), Refunded())))
        for part in order.parts("line_items")
        if not charges.is_tip(part)
    ]
    changed = bool(order.items("refunds")) or any(c.pieces != p.quantity("quantity", least=0) for p, c in costs)
    kept = [(part, cost) for part, cost in costs if cost.pieces]
    shipping, shipping_discounts, shipping_taxes = charges.read_shipping(order, purse, changed=changed)
    fees = tuple(charges.fees(order, purse, changed=changed))
    included = order.flag("taxes_included")
    totals = _Totals(order, purse, changed=changed)
    computed = sum(c.net for _, c in kept) + shipping.price - shipping.discount + sum(f.amount for f in fees)
    computed += 0 if included else totals.tax
    total = totals.total(computed)
    missing = totals.discount - sum(c.discount for _, c in kept) - shipping.discount
    # A discount that is on no line is believed only where the total was reached with it.
    if missing > 0 and computed - missing == total:
        kept = charges.spread(kept, missing)
    ids = unique([_gid(part) or part.identity("id") for part, _ in kept])
    lines = tuple(_line(part, cost, line_id) for (part, cost), line_id in zip(kept, ids, strict=True))
    gift, message = gifts.read(
        [(a.text("name"), clean(a.raw("value"), lines=True)) for a in order.parts("note_attributes")]
    )
    return Order(
        source="shopify",
        store=store,
        store_order_id=order_id(order),
        store_order_number=order.text("name", "order_number"),
        store_status=order.text("financial_status"),
        store_version=version(order.time("updated_at", "created_at")),
        placed_at=placed_at,
        currency=purse.currency,
        customer=_customer(order),
        shipping_address=_address(order.part("shipping_address")),
        billing_address=_address(order.part("billing_address")),
        lines=lines,
        shipping=shipping,
        discounts=charges.discounts(order, purse, [c for _, c in kept], shipping_discounts),
        taxes=charges.taxes(order, purse, [c for _, c in kept], shipping_taxes, changed=changed),
        fees=fees,
        prices_include_tax=included,
        tax_total=totals.tax,
        discount_total=sum(line.discount for line in lines) + shipping.discount,
        total=total,
        paid=order.text("financial_status").lower() in _PAID,
        closed_reason=_closed_reason(order, test=test, any_lines=bool(lines)),
        flags=tuple(islice(_flags(order), 20)),
        note=_note(order),
        gift=gift,
        gift_message=message,
    )


class _Totals:
    """The order's own totals, in the view that its lines are read in."""

    def __init__(self, order: Part, purse: Purse, *, changed: bool) -> None:
        self._placed = purse.required(order, "total_price")
        self._current = (
            purse.amount(order, "current_total_price") if purse.known(order, "current_total_price") else None
        )
        self._changed = changed
        prefix = "current_" if changed and purse.known(order, "current_total_tax") else ""
        self.tax = purse.amount(order, f"{prefix}total_tax")
        prefix = "current_" if changed and purse.known(order, "current_total_discounts") else ""
        self.discount = purse.amount(order, f"{prefix}total_discounts")

    def total(self, computed: int) -> int:
        """What the customer is asked to pay. An order that was added to may only add up in the current view."""
        if self._current is None:
            # Old API versions have no current total; what refunds left is then what the lines say.
            return computed if self._changed else self._placed
        if self._changed or (computed == self._current != self._placed):
            return self._current
        return self._placed


def _line(part: Part, cost: Cost, line_id: str) -> Line:
    return Line(
        line_id=line_id,
        sku=part.text("sku"),
        store_variant_id=part.text("variant_id", "product_id"),
        title=part.text("name", "title"),
        options=tuple(_options(part)),
        quantity=cost.pieces,
        unit_price=cost.unit_price,
        discount=cost.discount,
        tax=cost.tax,
        tax_rate=_tax_rate(cost),
        requires_shipping=part.raw("requires_shipping") is None or part.flag("requires_shipping"),
    )


def _tax_rate(cost: Cost) -> str:
    """Shopify's taxes of one line all apply to the same price, so their rates add up; "" if one is unknown."""
    rates = [rate for _, rate, _ in cost.taxes]
    return f"{sum(map(Decimal, rates), Decimal(0)).normalize():f}" if rates and all(rates) else ""


def _options(part: Part) -> Iterator[Option]:
    """The line item's properties; those whose name begins with `_` are the apps' own and hidden."""
    properties = part.raw("properties")
    if isinstance(properties, dict) and "name" not in properties:
        pairs: list[tuple[str, str]] = [(clean(name), clean(value)) for name, value in properties.items()]
    else:
        pairs = [(p.text("name"), clean(p.raw("value"))) for p in part.parts("properties")]
    for name, value in pairs:
        if name and value and not name.startswith("_"):
            yield Option(name=name, value=value)


def _customer(order: Part) -> Customer:
    customer, billing = order.part("customer"), order.part("billing_address")
    return Customer(
        store_customer_id=_gid(customer) or customer.text("id") or None,
        email=order.text("email", "contact_email") or customer.text("email"),
        name=_name(customer) or _name(billing) or _name(order.part("shipping_address")),
        phone=order.text("phone") or customer.text("phone") or billing.text("phone"),
        company=billing.text("company"),
        locale=order.text("customer_locale"),
    )


def _flags(order: Part) -> Iterator[str]:
    """The order's tags that speak of risk or fraud. Shopify's own assessment stands in no order webhook, so a store
    lets Shopify Flow tag the orders that it finds risky."""
    tags = order.raw("tags")
    for tag in tags.split(",") if isinstance(tags, str) else ():
        if "risk" in tag.casefold() or "fraud" in tag.casefold():
            yield f"tag:{clean(tag)[:100]}"


def _name(part: Part) -> str:
    both = clean(f"{part.text('first_name')} {part.text('last_name')}")
    return both or part.text("name")


def _address(part: Part) -> Address | None:
    """An address; None where there is none. `country` and `region` are Shopify's codes where it has them."""
    if not part:
        return None
    return Address(
        name=part.text("name") or _name(part),
        company=part.text("company"),
        line1=part.text("address1"),
        line2=part.text("address2"),
        city=part.text("city"),
        region=part.text("province_code", "province"),
        postal_code=part.text("zip"),
        country=part.text("country_code", "country"),
        phone=part.text("phone"),
    )


def _note(order: Part) -> str:
    """The note, and the cart's attributes that are not hidden (`_`) nor about a gift, one a line."""
    attributes = [
        f"{a.text('name')}: {clean(a.raw('value'))}"
        for a in order.parts("note_attributes")
        if a.has("name")
        and clean(a.raw("value"))
        and not a.text("name").startswith("_")
        and not gifts.is_about(a.text("name"))
    ]
    return clean("\n".join([*filter(None, [order.note("note")]), *attributes]), lines=True)


def _closed_reason(order: Part, *, test: bool, any_lines: bool) -> str | None:
    """Why the order must not be delivered, in words; None for one that must."""
    payment = order.text("financial_status").lower()
    fulfillment = order.text("fulfillment_status").lower()
    why = f" ({order.text('cancel_reason')})" if order.has("cancel_reason") else ""
    reasons = {
        "a test order": test or order.flag("test"),
        f"cancelled in the store{why}": order.has("cancelled_at"),
        "the payment was voided": payment == "voided",
        "the payment expired": payment == "expired",
        "refunded in the store": payment == "refunded",
        "already fulfilled in the store": fulfillment == "fulfilled",
        "partly fulfilled in the store already": fulfillment == "partial",
        "restocked in the store": fulfillment == "restocked",
        "archived in the store": order.has("closed_at"),
        "no line is left": not any_lines,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)
