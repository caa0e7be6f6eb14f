"""BigCommerce's V2 order, with its products, shipping addresses and coupons, read as our order.

Every amount is there twice, with tax and without, to four decimals. The pair is read that the catalogue's
prices were entered in (`base_price`), or else the one whose parts make the total. What rounding leaves
between the parts and the total becomes a fee named Rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from order_processing.order import Address, Customer, Discount, Fee, Line, Option, Order, Shipping, Tax
from order_processing.shares import even_prices, share
from order_processing.stores.payload import Part, clean, instant, unique, version
from order_processing.stores.platform import Unreadable

Pair = Literal["inc_tax", "ex_tax"]
_CLOSED = {
    0: "the customer has not finished the checkout",
    2: "already fulfilled in the store",
    3: "partly fulfilled in the store already",
    4: "refunded in the store",
    5: "cancelled in the store",
    6: "declined in the store",
    8: "the customer picks it up at the store",
    9: "already packed in the store",
    10: "already fulfilled in the store",
    13: "the payment is disputed",
}
_PAID_STATUSES = frozenset({2, 3, 8, 9, 10, 11, 14})
_PAID = frozenset({"authorized", "captured", "paid", "capture pending", "partially refunded"})
_COUPONS: dict[str, Literal["percentage", "fixed_amount", "shipping"]] = {
    "0": "fixed_amount",
    "1": "percentage",
    "2": "fixed_amount",
    "3": "shipping",
    "4": "shipping",
}


def read_order(
    order: Part, products: Sequence[Part], addresses: Sequence[Part], coupons: Sequence[Part], *, store: str
) -> Order:
    """The order. Raises Unreadable."""
    if len(addresses) > 1:
        raise Unreadable("shipping_addresses", f"{len(addresses)} addresses", "one address to ship to")
    entered: Pair = "inc_tax" if _entered_with_tax(products) else "ex_tax"
    other: Pair = "ex_tax" if entered == "inc_tax" else "inc_tax"
    found = _read(order, products, addresses, coupons, entered, store)
    if abs(_missing(found)) > _rounding(found):
        in_other = _read(order, products, addresses, coupons, other, store)
        found = in_other if abs(_missing(in_other)) <= _rounding(in_other) else found
    missing = _missing(found)
    if missing and abs(missing) <= _rounding(found):
        found = found.model_copy(update={"fees": (*found.fees, Fee(title="Rounding", amount=missing))})
    return found


def _entered_with_tax(products: Sequence[Part]) -> bool:
    """Whether the catalogue's prices include tax: a line's base price is then its price with tax."""
    taxed = [p for p in products if p.number("price_inc_tax") != p.number("price_ex_tax")]
    return bool(taxed) and all(p.number("base_price") == p.number("price_inc_tax") for p in taxed)


def _missing(order: Order) -> int:
    """The total less the sum of the order's parts."""
    parts = sum(line.net for line in order.lines) + order.shipping.price - order.shipping.discount
    return (
        order.total - parts - sum(f.amount for f in order.fees) - (0 if order.prices_include_tax else order.tax_total)
    )


def _rounding(order: Order) -> int:
    """How far half a minor unit for each part can take the sum from the total."""
    return (len(order.lines) + len(order.fees) + 3) // 2


def _read(
    order: Part,
    products: Sequence[Part],
    addresses: Sequence[Part],
    coupons: Sequence[Part],
    pair: Pair,
    store: str,
) -> Order:
    currency = order.currency("currency_code")
    placed_at = _time(order, "date_created")
    if placed_at is None:
        raise Unreadable(order.at("date_created"), "", "a time such as Tue, 05 Mar 2019 21:40:11 +0000")
    tax_total = order.amount("total_tax", currency, rounded=True)
    lines = [line for item in products for line in _lines(item, currency, pair)]
    off = sum(order.amount_or_zero(name, currency, rounded=True) for name in ("discount_amount", "coupon_discount"))
    lines = _with_discount(lines, off)
    address = addresses[0] if addresses else Part({})
    shipping = Shipping(
        service=address.text("shipping_method"),
        title=address.text("shipping_method"),
        price=order.amount_or_zero(f"shipping_cost_{pair}", currency, rounded=True),
        tax=order.amount_or_zero("shipping_cost_tax", currency, rounded=True),
    )
    status = order.quantity("status_id", least=0)
    payment = order.text("payment_status").lower()
    return Order(
        source="bigcommerce",
        store=store,
        store_order_id=order.identity("id"),
        store_order_number=order.text("id"),
        store_status=order.text("custom_status", "status"),
        store_version=version(_time(order, "date_modified") or placed_at),
        placed_at=placed_at,
        currency=currency,
        customer=_customer(order),
        shipping_address=_address(address),
        billing_address=_address(order.part("billing_address")),
        lines=tuple(lines),
        shipping=shipping,
        discounts=_discounts(coupons, currency, off),
        taxes=(Tax(title="Tax", amount=tax_total),) if tax_total else (),
        fees=_fees(order, currency, pair),
        prices_include_tax=pair == "inc_tax",
        tax_total=tax_total,
        discount_total=sum(line.discount for line in lines),
        total=order.amount("total_inc_tax", currency),
        paid=payment in _PAID or status in _PAID_STATUSES,
        closed_reason=_closed_reason(order, status, payment, any_lines=bool(lines)),
        note=order.note("customer_message"),
    )


def _time(order: Part, name: str) -> datetime | None:
    """RFC 2822 in V2's default; ISO 8601 in others."""
    text = order.text(name)
    if not text:
        return None
    try:
        time = parsedate_to_datetime(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return instant(text, order.at(name))


def _lines(item: Part, currency: str, pair: Pair) -> list[Line]:
    gross = item.amount(f"total_{pair}", currency, rounded=True)
    split = even_prices(gross, item.quantity("quantity"))
    weights = [price * pieces for price, pieces in split]
    discount = sum(d.amount_or_zero("amount", currency, rounded=True) for d in item.parts("applied_discounts"))
    discounts = share(min(discount, gross), weights)
    taxes = share(item.amount_or_zero("total_tax", currency, rounded=True), weights)
    options = [(o.text("display_name"), o.text("display_value")) for o in item.parts("product_options")]
    return [
        Line(
            line_id=item.identity("id") + (f"-{i + 1}" if i else ""),
            sku=item.text("sku"),
            store_variant_id=_no_zero(item.text("variant_id")) or _no_zero(item.text("product_id")),
            gtin=item.text("upc", "gtin"),
            title=item.text("name_customer", "name"),
            options=tuple(Option(name=name, value=value) for name, value in options if name and value),
            quantity=pieces,
            unit_price=price,
            discount=discounts[i],
            tax=taxes[i],
            requires_shipping=item.text("type").lower() in ("", "physical"),
        )
        for i, (price, pieces) in enumerate(split)
    ]


def _no_zero(text: str) -> str:
    return "" if text == "0" else text


def _with_discount(lines: Sequence[Line], off: int) -> list[Line]:
    """The order's discounts that no line names, spread over the lines by what they cost; ids made unique."""
    missing = min(max(0, off - sum(line.discount for line in lines)), sum(line.net for line in lines))
    shares = share(missing, [line.net for line in lines])
    ids = unique([line.line_id for line in lines])
    return [
        line.model_copy(update={"discount": line.discount + more, "line_id": line_id})
        for line, more, line_id in zip(lines, shares, ids, strict=True)
    ]


def _fees(order: Part, currency: str, pair: Pair) -> tuple[Fee, ...]:
    found = []
    for title, name in (("Handling", "handling_cost"), ("Gift wrapping", "wrapping_cost")):
        amount = order.amount_or_zero(f"{name}_{pair}", currency, rounded=True)
        tax = order.amount_or_zero(f"{name}_tax", currency, rounded=True)
        if amount:
            found.append(Fee(title=title, amount=amount, tax=tax))
    return tuple(found)


def _discounts(coupons: Sequence[Part], currency: str, off: int) -> tuple[Discount, ...]:
    found = [
        Discount(
            code=coupon.text("code"),
            title=coupon.text("code"),
            kind=_COUPONS.get(coupon.text("type"), "other"),
            value=coupon.text("amount"),
            amount=coupon.amount_or_zero("discount", currency, rounded=True),
        )
        for coupon in coupons
    ]
    rest = off - sum(discount.amount for discount in found)
    return (*found, *((Discount(title="Discount", amount=rest),) if rest > 0 else ()))


def _customer(order: Part) -> Customer:
    billing = order.part("billing_address")
    return Customer(
        store_customer_id=_no_zero(order.text("customer_id")) or None,
        email=billing.text("email"),
        name=_name(billing),
        phone=billing.text("phone"),
        company=billing.text("company"),
        locale=order.text("customer_locale"),
    )


def _name(part: Part) -> str:
    return clean(f"{part.text('first_name')} {part.text('last_name')}")


def _address(part: Part) -> Address | None:
    if not part:
        return None
    return Address(
        name=_name(part),
        company=part.text("company"),
        line1=part.text("street_1"),
        line2=part.text("street_2"),
        city=part.text("city"),
        region=part.text("state"),
        postal_code=part.text("zip"),
        country=part.text("country_iso2", "country"),
        phone=part.text("phone"),
    )


def _closed_reason(order: Part, status: int, payment: str, *, any_lines: bool) -> str | None:
    """Why the order must not be delivered, in words; None for one that must."""
    if order.flag("is_deleted"):
        return "deleted in the store"
    if status in _CLOSED:
        return _CLOSED[status]
    if payment in ("refunded", "void", "voided", "declined"):
        return f"the payment was {payment}"
    return None if any_lines else "no line is left"
