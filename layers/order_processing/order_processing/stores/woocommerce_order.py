"""WooCommerce's order resource read as our order.

Its sums are before tax, whatever `prices_include_tax` says of the catalogue, so our order says that its
prices do not include tax. It rounds each line for itself: where the parts then miss the total by less
than half a minor unit a part, a fee named Rounding makes them meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Literal

from order_processing.order import Address, Customer, Discount, Fee, Line, Order, Shipping, Tax
from order_processing.stores import gifts
from order_processing.stores.payload import Part, clean, unique, version
from order_processing.stores.platform import Unreadable
from order_processing.stores.woocommerce_lines import plain, read_lines

_PAID = frozenset({"processing", "completed"})
_CLOSED = {
    "completed": "already fulfilled in the store",
    "cancelled": "cancelled in the store",
    "refunded": "refunded in the store",
    "failed": "the payment failed",
    "trash": "deleted in the store",
    "draft": "a draft",
    "auto-draft": "a draft",
    "checkout-draft": "a draft: the customer has not finished the checkout",
}
_COUPONS: dict[str, Literal["percentage", "fixed_amount"]] = {
    "percent": "percentage",
    "fixed_cart": "fixed_amount",
    "fixed_product": "fixed_amount",
}
# WooPayments' own names, and what we call them.
_RISKS = {"_charge_risk_level": "charge_risk", "_wcpay_fraud_outcome_status": "fraud_outcome"}
# WooCommerce has no field of its own for a tax number; the extensions that ask for one keep it here.
_TAX_NUMBERS = (
    "_billing_vat_number",
    "_billing_eu_vat_number",
    "_billing_vat",
    "billing_vat",
    "_vat_number",
    "vat_number",
)


def read_order(order: Part, *, store: str) -> Order:
    """The order. Raises Unreadable."""
    if not isinstance(order.raw("line_items"), (list, dict)):
        raise Unreadable(order.at("line_items"), "", "a list of line items")
    currency = order.currency("currency")
    lines = read_lines(order, currency)
    shipping = _shipping(order, currency)
    fees = tuple(_fees(order, currency))
    tax_total, total = order.amount("total_tax", currency, rounded=True), order.amount("total", currency)
    off = total - (sum(line.net for line in lines) + shipping.price + sum(f.amount for f in fees) + tax_total)
    if 0 < 2 * abs(off) <= len(lines) + len(fees) + 2:
        fees = (*fees, Fee(title="Rounding", amount=off))
    status = order.text("status").lower().removeprefix("wc-")
    gift, message = gifts.read(
        [(m.text("key"), plain(clean(m.raw("value"), lines=True), lines=True)) for m in order.parts("meta_data")]
    )
    return Order(
        source="woocommerce",
        store=store,
        store_order_id=order.identity("id"),
        store_order_number=order.text("number", "id"),
        store_status=status,
        store_version=version(_time(order, "date_modified") or _placed_at(order)),
        placed_at=_placed_at(order),
        currency=currency,
        customer=_customer(order),
        shipping_address=_address(order.part("shipping")),
        billing_address=_address(order.part("billing")),
        lines=tuple(_renamed(lines)),
        shipping=shipping,
        discounts=tuple(_discounts(order, currency)),
        taxes=tuple(_taxes(order, currency)),
        fees=fees,
        prices_include_tax=False,
        tax_total=tax_total,
        discount_total=order.amount_or_zero("discount_total", currency, rounded=True),
        total=total,
        paid=status in _PAID or _time(order, "date_paid") is not None,
        closed_reason=_closed_reason(order, status, currency, total, any_lines=bool(lines)),
        flags=tuple(islice(_flags(order), 20)),
        note=plain(order.note("customer_note"), lines=True),
        gift=gift,
        gift_message=message,
    )


def _renamed(lines: tuple[Line, ...]) -> Iterator[Line]:
    for line, line_id in zip(lines, unique([line.line_id for line in lines]), strict=True):
        yield line if line.line_id == line_id else line.model_copy(update={"line_id": line_id})


def _time(order: Part, name: str) -> datetime | None:
    """`name_gmt`, which is UTC; a store too old to send it means its own clock, which is then taken as UTC."""
    return order.time(f"{name}_gmt", name)


def _placed_at(order: Part) -> datetime:
    time = _time(order, "date_created")
    if time is None:
        raise Unreadable(order.at("date_created_gmt"), "", "a time such as 2026-05-04T13:00:00")
    return time


def _shipping(order: Part, currency: str) -> Shipping:
    """The shipping lines as one; WooCommerce takes no discount off shipping."""
    lines = list(order.parts("shipping_lines"))
    if order.has("shipping_total"):
        price = order.amount("shipping_total", currency, rounded=True)
    else:
        price = sum(line.amount_or_zero("total", currency, rounded=True) for line in lines)
    return Shipping(
        service=next((line.text("method_id") for line in lines if line.has("method_id")), ""),
        title=clean(" + ".join(dict.fromkeys(plain(line.text("method_title")) for line in lines))),
        price=price,
        tax=order.amount_or_zero("shipping_tax", currency, rounded=True),
    )


def _fees(order: Part, currency: str) -> Iterator[Fee]:
    """Fees; a negative one is a discount that an extension gives."""
    for fee in order.parts("fee_lines"):
        yield Fee(
            title=plain(fee.text("name")) or "Fee",
            amount=fee.amount("total", currency, rounded=True, signed=True),
            tax=fee.amount_or_zero("total_tax", currency, rounded=True, signed=True),
        )


def _discounts(order: Part, currency: str) -> Iterator[Discount]:
    for coupon in order.parts("coupon_lines"):
        kind: Literal["percentage", "fixed_amount", "shipping", "other"]
        kind = _COUPONS.get(coupon.text("discount_type").lower(), "other")
        amount = coupon.amount_or_zero("discount", currency, rounded=True)
        if amount == 0 and coupon.flag("free_shipping"):
            kind = "shipping"
        code = plain(coupon.text("code"))
        yield Discount(code=code, title=code, kind=kind, value=coupon.text("nominal_amount"), amount=amount)


def _taxes(order: Part, currency: str) -> Iterator[Tax]:
    """Taxes over the whole order, shipping's part included."""
    for tax in order.parts("tax_lines"):
        percent = tax.number("rate_percent")
        amount = sum(
            tax.amount_or_zero(name, currency, rounded=True, signed=True)
            for name in ("tax_total", "shipping_tax_total")
        )
        rate = "" if percent is None else f"{(percent / 100).normalize():f}"
        yield Tax(title=plain(tax.text("label", "rate_code")), rate=rate, amount=amount)


def _customer(order: Part) -> Customer:
    billing, customer = order.part("billing"), order.text("customer_id")
    meta = {clean(m.raw("key")).lower(): clean(m.raw("value")) for m in order.parts("meta_data")}
    return Customer(
        store_customer_id=customer if customer not in ("", "0") else None,
        email=billing.text("email"),
        name=_name(billing) or _name(order.part("shipping")),
        phone=billing.text("phone") or order.part("shipping").text("phone"),
        company=plain(billing.text("company")),
        tax_number=next((meta[key] for key in _TAX_NUMBERS if meta.get(key)), ""),
    )


def _flags(order: Part) -> Iterator[str]:
    """What WooPayments keeps with an order of its risk: Stripe's level, and the outcome of the store's own filters."""
    for meta in order.parts("meta_data"):
        name, value = _RISKS.get(clean(meta.raw("key"))), clean(meta.raw("value"))
        if name and value:
            yield f"{name}:{value}"


def _name(part: Part) -> str:
    return plain(f"{part.text('first_name')} {part.text('last_name')}")


def _address(part: Part) -> Address | None:
    """An address; None for one that says at most a country, WooCommerce's empty address."""
    address = Address(
        name=_name(part),
        company=plain(part.text("company")),
        line1=plain(part.text("address_1")),
        line2=plain(part.text("address_2")),
        city=plain(part.text("city")),
        region=part.text("state"),
        postal_code=part.text("postcode"),
        country=part.text("country"),
        phone=part.text("phone"),
    )
    return address if any((address.name, address.company, address.line1, address.city, address.postal_code)) else None


def _closed_reason(order: Part, status: str, currency: str, total: int, *, any_lines: bool) -> str | None:
    """Why the order must not be delivered, in words. A status that an extension added closes nothing."""
    if status in _CLOSED:
        return _CLOSED[status]
    refunded = -sum(r.amount_or_zero("total", currency, rounded=True, signed=True) for r in order.parts("refunds"))
    if total and refunded >= total:
        return "refunded in the store"
    return None if any_lines else "no line is left"
