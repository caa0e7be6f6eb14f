"""A Stripe checkout session with its line items, read as our order.

Stripe's amounts are whole numbers of its own minor unit, which differs from ISO 4217's for a few currencies.
Tax is in the prices or comes on top by what makes the session's total, for the session itself does not say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from order_processing.money import exponent
from order_processing.order import Address, Customer, Discount, Line, Order, Shipping, Tax
from order_processing.shares import even_prices, share
from order_processing.stores.payload import Part, clean
from order_processing.stores.platform import Unreadable

# Where Stripe's minor unit is not ISO 4217's: how many decimals Stripe's has.
_STRIPE_DECIMALS = {"ISK": 2, "UGX": 2, "MGA": 0}
_PAID = frozenset({"paid", "no_payment_required"})


def read_order(session: Part, items: Part, *, store: str, placed_at: datetime, failed: bool) -> Order:
    """The order. failed: a delayed payment did not come. Raises Unreadable."""
    if items.flag("has_more"):
        raise Unreadable(items.at("has_more"), "true", "all line items of the session in one answer")
    currency = session.currency("currency")
    details = session.part("total_details")
    lines = tuple(line for item in items.parts("data") for line in _lines(item, currency))
    shipping = _shipping(session, currency)
    tax, total = _amount(details, "amount_tax", currency), _amount(session, "amount_total", currency, required=True)
    sum_without_tax = sum(line.net for line in lines) + shipping.price - shipping.discount
    return Order(
        source="stripe",
        store=store,
        store_order_id=session.identity("id"),
        store_order_number=session.text("client_reference_id"),
        placed_at=placed_at,
        currency=currency,
        customer=_customer(session),
        shipping_address=_shipping_address(session),
        billing_address=_address(session.part("customer_details")),
        lines=lines,
        shipping=shipping,
        discounts=_discounts(details, currency),
        taxes=(Tax(title="Tax", amount=tax),) if tax else (),
        prices_include_tax=tax > 0 and sum_without_tax == total,
        tax_total=tax,
        discount_total=_amount(details, "amount_discount", currency),
        total=total,
        paid=session.text("payment_status") in _PAID,
        closed_reason=_closed_reason(session, failed=failed, any_lines=bool(lines)),
        note=clean("\n".join(_notes(session)), lines=True),
    )


def _amount(part: Part, name: str, currency: str, *, required: bool = False) -> int:
    """An amount in Stripe's minor unit as one in ISO 4217's."""
    if not part.has(name) and not required:
        return 0
    number = part.quantity(name, least=0, most=10**14)
    decimals = _STRIPE_DECIMALS.get(currency, exponent(currency))
    scaled, rest = divmod(number * int(10 ** exponent(currency)), int(10**decimals))
    if rest:
        raise Unreadable(part.at(name), str(number), f"a whole amount of {currency}")
    return scaled


def _lines(item: Part, currency: str) -> Iterator[Line]:
    quantity = item.quantity("quantity")
    price = item.part("price")
    product = price.part("product") if isinstance(price.raw("product"), dict) else Part({}, price.at("product"))
    split = even_prices(_amount(item, "amount_subtotal", currency, required=True), quantity)
    weights = [unit * pieces for unit, pieces in split]
    discounts = share(_amount(item, "amount_discount", currency), weights)
    taxes = share(_amount(item, "amount_tax", currency), weights)
    for i, (unit_price, pieces) in enumerate(split):
        yield Line(
            line_id=item.identity("id") + (f"-{i + 1}" if i else ""),
            sku=price.part("metadata").text("sku") or product.part("metadata").text("sku"),
            store_variant_id=price.text("id"),
            title=item.text("description") or product.text("name"),
            quantity=pieces,
            unit_price=unit_price,
            discount=discounts[i],
            tax=taxes[i],
            requires_shipping=product.raw("shippable") is None or product.flag("shippable"),
        )


def _shipping(session: Part, currency: str) -> Shipping:
    cost = session.part("shipping_cost")
    rate = cost.part("shipping_rate") if isinstance(cost.raw("shipping_rate"), dict) else Part({})
    if not cost:
        return Shipping(price=_amount(session.part("total_details"), "amount_shipping", currency))
    return Shipping(
        service=rate.text("id") if rate else cost.text("shipping_rate"),
        title=rate.text("display_name"),
        price=_amount(cost, "amount_subtotal", currency),
        tax=_amount(cost, "amount_tax", currency),
    )


def _discounts(details: Part, currency: str) -> tuple[Discount, ...]:
    found = []
    for discount in details.part("breakdown").parts("discounts"):
        coupon = discount.part("discount").part("coupon")
        title = coupon.text("name", "id") or "Discount"
        found.append(Discount(title=title, amount=_amount(discount, "amount", currency)))
    whole = _amount(details, "amount_discount", currency)
    return tuple(found) or ((Discount(title="Discount", amount=whole),) if whole else ())


def _customer(session: Part) -> Customer:
    details = session.part("customer_details")
    customer = session.raw("customer")
    return Customer(
        store_customer_id=customer if isinstance(customer, str) and customer else None,
        email=details.text("email") or session.text("customer_email"),
        name=details.text("name"),
        phone=details.text("phone"),
        company=details.text("business_name"),
        tax_number=next((tax.text("value") for tax in details.parts("tax_ids") if tax.has("value")), ""),
        locale=session.text("locale") if session.text("locale") != "auto" else "",
    )


def _shipping_address(session: Part) -> Address | None:
    """Where the API version keeps it: collected_information, shipping_details or shipping."""
    for part in (session.part("collected_information").part("shipping_details"), session.part("shipping_details")):
        if part:
            return _address(part)
    return _address(session.part("shipping"))


def _address(part: Part) -> Address | None:
    place = part.part("address")
    if not any(place.text(name) for name in ("line1", "city", "postal_code")):
        return None
    return Address(
        name=part.text("name"),
        line1=place.text("line1"),
        line2=place.text("line2"),
        city=place.text("city"),
        region=place.text("state"),
        postal_code=place.text("postal_code"),
        country=place.text("country"),
        phone=part.text("phone"),
    )


def _notes(session: Part) -> Iterator[str]:
    """What the customer wrote into the checkout's custom fields."""
    for field in session.parts("custom_fields"):
        kind = field.text("type") or "text"
        value = field.part(kind).text("value")
        if value:
            yield f"{field.part('label').text('custom') or field.text('key')}: {value}"


def _closed_reason(session: Part, *, failed: bool, any_lines: bool) -> str | None:
    """Why the order must not be delivered, in words; None for one that must."""
    if session.raw("livemode") is False:
        return "a test order"
    if failed:
        return "the payment failed"
    if _given_back(session):
        return "refunded in the store"
    if session.text("status") == "expired":
        return "the customer has not finished the checkout"
    return None if any_lines else "no line is left"


def _given_back(session: Part) -> bool:
    """Whether the whole payment was refunded; known only where the charge was asked for with the session."""
    if not isinstance(session.raw("payment_intent"), dict):
        return False
    payment = session.part("payment_intent")
    return isinstance(payment.raw("latest_charge"), dict) and payment.part("latest_charge").raw("refunded") is True
