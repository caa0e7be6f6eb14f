"""What a Shopify order costs beside its lines: shipping, tips, duties; its discounts and taxes by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from order_processing.order import Discount, Fee, Shipping, Tax
from order_processing.shares import share
from order_processing.stores.payload import Part, clean
from order_processing.stores.shopify_amounts import Cost, Purse, line_discounts, refunded_shipping, tax_lines

_KINDS: dict[str, Literal["percentage", "fixed_amount", "shipping"]] = {
    "percentage": "percentage",
    "fixed_amount": "fixed_amount",
    "shipping": "shipping",
}


def is_tip(line: Part) -> bool:
    """Shopify adds a tip as a line item; the field is there on tips alone."""
    return line.has("tip_payment_gateway") or line.has("tip_payment_method")


def spread(kept: Sequence[tuple[Part, Cost]], missing: int) -> list[tuple[Part, Cost]]:
    """Spread a discount that Shopify gives for the whole order alone over the lines, by what they cost."""
    shares = share(missing, [max(0, c.net) for _, c in kept])
    return [
        (part, cost.model_copy(update={"discounts": (*cost.discounts, (-1, more))}) if more else cost)
        for (part, cost), more in zip(kept, shares, strict=True)
    ]


def read_shipping(
    order: Part, purse: Purse, *, changed: bool
) -> tuple[Shipping, list[tuple[int, int]], tuple[tuple[str, str, int], ...]]:
    """The shipping lines as one; with their discounts by application and their taxes."""
    lines = [line for line in order.parts("shipping_lines") if not line.flag("is_removed")]
    price, discounts, taxes = 0, list[tuple[int, int]](), list[tuple[str, str, int]]()
    for line in lines:
        line_price = purse.amount(line, "price")
        price += line_price
        found = line_discounts(line, purse)
        discounted = "current_discounted_price" if changed else "discounted_price"
        if not purse.known(line, discounted):
            discounted = "discounted_price"
        if purse.known(line, discounted):
            whole = max(0, line_price - purse.amount(line, discounted))
            found = found if whole == sum(a for _, a in found) else ((-1, whole),)
        discounts += [pair for pair in found if pair[1]]
        taxes += tax_lines(line, purse)
    if changed and not any(purse.known(line, "current_discounted_price") for line in lines):
        back = min(refunded_shipping(order, purse), price - sum(a for _, a in discounts))
        discounts += [(-1, back)] if back > 0 else []
    shipping = Shipping(
        service=next((line.text("code") for line in lines if line.has("code")), ""),
        title=clean(" + ".join(dict.fromkeys(line.text("title") for line in lines if line.has("title")))),
        price=price,
        discount=min(price, sum(a for _, a in discounts)),
        tax=sum(a for _, _, a in taxes),
    )
    return shipping, discounts, tuple(taxes)


def fees(order: Part, purse: Purse, *, changed: bool) -> Iterator[Fee]:
    """Tips, duties and additional fees."""
    tips = [line for line in order.parts("line_items") if is_tip(line)]
    tip = sum(purse.required(line, "price") * line.quantity("quantity", least=0) for line in tips)
    tip = tip if tips else purse.amount(order, "total_tip_received")
    if tip:
        yield Fee(title="Tip", amount=tip)
    view = "current" if changed else "original"
    for title, name in (("Duties", "total_duties"), ("Additional fees", "total_additional_fees")):
        fee = purse.amount(order, f"{view}_{name}")
        if fee:
            yield Fee(title=title, amount=fee)


def discounts(
    order: Part, purse: Purse, costs: Sequence[Cost], on_shipping: Sequence[tuple[int, int]]
) -> tuple[Discount, ...]:
    """Each discount application with what it took off; of old versions, the discount codes."""
    amounts: dict[int, int] = {}
    for index, taken_off in [pair for cost in costs for pair in cost.discounts] + list(on_shipping):
        amounts[index] = amounts.get(index, 0) + taken_off
    found = []
    codes = list(order.parts("discount_codes"))
    names = {code.text("code") for code in codes}
    for i, application in enumerate(order.parts("discount_applications")):
        kind = _KINDS.get(application.text("value_type").lower(), "other")
        title = application.text("title", "description", "code")
        found.append(
            Discount(
                code=application.text("code") or (title if title in names else ""),
                title=title,
                kind="shipping" if application.text("target_type") == "shipping_line" else kind,
                value=application.text("value"),
                amount=amounts.pop(i, 0),
            )
        )
    rest = sum(amounts.values())
    if found or not codes:
        return (*found, *((Discount(title="Discount", amount=rest),) if rest else ()))
    each = share(rest, [code.amount_or_zero("amount", purse.shop_currency, rounded=True) for code in codes])
    return tuple(
        Discount(code=c.text("code"), title=c.text("code"), kind=_KINDS.get(c.text("type").lower(), "other"), amount=a)
        for c, a in zip(codes, each, strict=True)
    )


def taxes(
    order: Part,
    purse: Purse,
    costs: Sequence[Cost],
    on_shipping: Sequence[tuple[str, str, int]],
    *,
    changed: bool,
) -> tuple[Tax, ...]:
    """The order's taxes; of a changed order, those of what is left."""
    whole = tax_lines(order, purse)
    if changed:
        sums: dict[tuple[str, str], int] = {}
        for title, rate, part in [tax for cost in costs for tax in cost.taxes] + list(on_shipping):
            sums[title, rate] = sums.get((title, rate), 0) + part
        whole = tuple((title, rate, part) for (title, rate), part in sums.items())
    return tuple(Tax(title=title, rate=rate, amount=part) for title, rate, part in whole)
