"""Squarespace's order resource (Commerce APIs 1.0) read as our order.

It gives discounts for the whole order and no tax by line. `priceTaxInterpretation` says how the catalogue
keeps its prices; whether tax is in the sums is told by what makes the grand total.
"""

from __future__ import annotations

from collections.abc import Iterator

from order_processing.order import Address, Customer, Discount, Line, Option, Order, Shipping, Tax
from order_processing.shares import share
from order_processing.stores.payload import Part, clean, unique, version
from order_processing.stores.platform import Unreadable


def read_order(order: Part, *, store: str) -> Order:
    """The order. Raises Unreadable."""
    placed_at = order.time("createdOn")
    if placed_at is None:
        raise Unreadable(order.at("createdOn"), "", "a time such as 2026-05-04T13:00:00Z")
    if not isinstance(order.raw("lineItems"), list):
        raise Unreadable(order.at("lineItems"), "", "a list of line items")
    currency = order.part("grandTotal").currency("currency")
    discount, tax = _amount(order, "discountTotal", currency), _amount(order, "taxTotal", currency)
    lines = _with_discount(tuple(_line(item, currency) for item in order.parts("lineItems")), discount)
    shipping = _shipping(order, currency, discount - sum(line.discount for line in lines))
    total = order.part("grandTotal").amount("value", currency)
    untaxed = sum(line.net for line in lines) + shipping.price - shipping.discount
    inclusive = order.text("priceTaxInterpretation").upper() == "INCLUSIVE"
    return Order(
        source="squarespace",
        store=store,
        store_order_id=order.identity("id"),
        store_order_number=order.text("orderNumber"),
        store_status=order.text("fulfillmentStatus"),
        store_version=version(order.time("modifiedOn", "createdOn")),
        placed_at=placed_at,
        currency=currency,
        customer=_customer(order),
        shipping_address=_address(order.part("shippingAddress")),
        billing_address=_address(order.part("billingAddress")),
        lines=lines,
        shipping=shipping,
        discounts=tuple(_discounts(order, currency)),
        taxes=(Tax(title="Tax", amount=tax),) if tax else (),
        prices_include_tax=tax > 0 and untaxed + tax != total and (inclusive or untaxed == total),
        tax_total=tax,
        discount_total=discount,
        total=total,
        paid=True,
        closed_reason=_closed_reason(order, currency, total, any_lines=bool(lines)),
        note=clean("\n".join(_answers(order)), lines=True),
    )


def _amount(order: Part, name: str, currency: str) -> int:
    """An amount {value, currency}, in the order's currency; 0 where there is none."""
    money = order.part(name)
    if not money.has("value"):
        return 0
    if money.text("currency").upper() != currency:
        raise Unreadable(money.at("currency"), money.text("currency"), currency)
    return money.amount("value", currency)


def _line(item: Part, currency: str) -> Line:
    kind = item.text("lineItemType").upper()
    return Line(
        line_id=item.identity("id"),
        sku=item.text("sku"),
        store_variant_id=item.text("variantId", "productId"),
        title=item.text("productName") or kind.replace("_", " ").capitalize(),
        options=tuple(_options(item)),
        quantity=item.quantity("quantity"),
        unit_price=_amount(item, "unitPricePaid", currency),
        requires_shipping=kind in ("", "PHYSICAL_PRODUCT"),
    )


def _options(item: Part) -> Iterator[Option]:
    for name, value in [
        *((o.text("optionName"), o.text("value")) for o in item.parts("variantOptions")),
        *((c.text("label"), c.text("value")) for c in item.parts("customizations")),
    ]:
        if name and value:
            yield Option(name=name, value=value)


def _with_discount(lines: tuple[Line, ...], discount: int) -> tuple[Line, ...]:
    """The order's discount spread over the lines by what they cost, up to all of it; ids made unique."""
    shares = share(min(discount, sum(line.gross for line in lines)), [line.gross for line in lines])
    ids = unique([line.line_id for line in lines])
    return tuple(
        line.model_copy(update={"discount": part, "line_id": line_id})
        for line, part, line_id in zip(lines, shares, ids, strict=True)
    )


def _shipping(order: Part, currency: str, discount: int) -> Shipping:
    lines = list(order.parts("shippingLines"))
    price = _amount(order, "shippingTotal", currency)
    methods = dict.fromkeys(line.text("method") for line in lines if line.has("method"))
    return Shipping(
        service=next(iter(methods), ""), title=clean(" + ".join(methods)), price=price, discount=min(price, discount)
    )


def _discounts(order: Part, currency: str) -> Iterator[Discount]:
    for line in order.parts("discountLines"):
        yield Discount(
            code=line.text("promoCode"),
            title=line.text("name", "description"),
            amount=_amount(line, "amount", currency),
        )


def _customer(order: Part) -> Customer:
    billing, shipping = order.part("billingAddress"), order.part("shippingAddress")
    return Customer(
        store_customer_id=order.text("customerId") or None,
        email=order.text("customerEmail"),
        name=_name(billing) or _name(shipping),
        phone=billing.text("phone") or shipping.text("phone"),
    )


def _name(part: Part) -> str:
    return clean(f"{part.text('firstName')} {part.text('lastName')}")


def _address(part: Part) -> Address | None:
    if not part:
        return None
    return Address(
        name=_name(part),
        line1=part.text("address1"),
        line2=part.text("address2"),
        city=part.text("city"),
        region=part.text("state"),
        postal_code=part.text("postalCode"),
        country=part.text("countryCode"),
        phone=part.text("phone"),
    )


def _answers(order: Part) -> Iterator[str]:
    """What the customer answered to the checkout's own questions."""
    for answer in order.parts("formSubmission"):
        if answer.has("label") and clean(answer.raw("value")):
            yield f"{answer.text('label')}: {clean(answer.raw('value'))}"


def _closed_reason(order: Part, currency: str, total: int, *, any_lines: bool) -> str | None:
    """Why the order must not be delivered, in words; None for one that must."""
    status = order.text("fulfillmentStatus").upper()
    if order.flag("testmode"):
        return "a test order"
    if status == "CANCELED":
        return "cancelled in the store"
    if total and _amount(order, "refundedTotal", currency) >= total:
        return "refunded in the store"
    if status == "FULFILLED":
        return "already fulfilled in the store"
    return None if any_lines else "no line is left"
