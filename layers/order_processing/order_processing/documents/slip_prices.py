"""What a packing slip says of prices: nothing where the order is a gift, else what each line and the order cost."""

from __future__ import annotations

from order_processing import money
from order_processing.delivery import PackedLine
from order_processing.mail import sums
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder


def shows_prices(verified: VerifiedOrder, settings: Settings) -> bool:
    """Whether the slip states prices: the settings ask for it, it is no gift, and the amounts make the total."""
    if not settings.printing.slip_prices or verified.order.is_gift:
        return False
    try:
        sums.of_order(verified.order)
    except sums.DoesNotAddUp:  # what goes into the box is packed all the same
        return False
    return True


def price_of(packed: PackedLine, verified: VerifiedOrder) -> str:
    """What one piece costs before discounts; "" for a bundle's component, whose price is the bundle's."""
    if packed.sku != verified.item(packed.line_id).sku:
        return ""
    line = next(line for line in verified.order.lines if line.line_id == packed.line_id)
    return _shown(line.unit_price, verified)


def amounts(verified: VerifiedOrder) -> list[tuple[str, str]]:
    """The order's sums by name, the total last, as the confirmation has them."""
    rows = sums.of_order(verified.order)
    named = [("Goods", rows.goods)]
    named += [(f"Discount {row.title}".strip(), -row.amount) for row in rows.discounts]
    if rows.shipping:
        named.append(("Shipping", rows.shipping))
    named += [(row.title or "Fee", row.amount) for row in rows.fees]
    if not rows.tax_included:
        named += [(row.title or "Tax", row.amount) for row in rows.taxes]
    included = sum(row.amount for row in rows.taxes) if rows.tax_included else 0
    last = [("Total", rows.total), *([("Tax in it", included)] if included else [])]
    return [(name, _shown(amount, verified)) for name, amount in [*named, *last]]


def _shown(amount: int, verified: VerifiedOrder) -> str:
    currency = verified.order.currency
    return f"{money.major_units(amount, currency)} {currency}"
