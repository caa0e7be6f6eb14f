"""Another price or quantity in an order: its discount, its tax and every total follow in proportion."""

from __future__ import annotations

from decimal import Decimal

from order_processing.money import round_half_up
from order_processing.order import Order
from order_processing.shares import share


def with_line(order: Order, i: int, *, unit_price: int | None = None, quantity: int | None = None) -> Order:
    """The order with another unit price or quantity on a line; a quantity of 0 takes the line out.

    A discount shrinks with its line, rounded down, and a tax with what is left, rounded half up; a lower unit
    price never raises either what the line costs or its tax.
    """
    line = order.lines[i]
    price = line.unit_price if unit_price is None else unit_price
    pieces = line.quantity if quantity is None else quantity
    gross = price * pieces
    discount = min(line.discount, line.gross) * gross // line.gross if line.gross else 0
    tax = _scaled(line.tax, gross - discount, line.net)
    changed = line.model_copy(update={"unit_price": price, "quantity": pieces, "discount": discount, "tax": tax})
    lines = (*order.lines[:i], *((changed,) if pieces else ()), *order.lines[i + 1 :])
    return _with_totals(order, order.model_copy(update={"lines": lines}))


def with_shipping_price(order: Order, price: int) -> Order:
    """The order with another price for shipping."""
    before = order.shipping
    discount = min(before.discount, before.price) * price // before.price if before.price else 0
    tax = _scaled(before.tax, price - discount, before.price - before.discount)
    changed = before.model_copy(update={"price": price, "discount": discount, "tax": tax})
    return _with_totals(order, order.model_copy(update={"shipping": changed}))


def _with_totals(before: Order, after: Order) -> Order:
    """The changed order with totals that moved by as much as its parts did."""
    tax_total = before.tax_total + _tax(after) - _tax(before)
    if not _tax(before):  # tax is known for the whole order alone
        tax_total = _scaled(before.tax_total, _net(after), _net(before))
    moved = _net(after) - _net(before)
    if not before.prices_include_tax:
        moved += tax_total - before.tax_total
    taxes = before.taxes
    if taxes:
        amounts = share(max(tax_total, 0), [tax.amount for tax in taxes])
        taxes = tuple(tax.model_copy(update={"amount": a}) for tax, a in zip(taxes, amounts, strict=True))
    update = {
        "tax_total": tax_total,
        "taxes": taxes,
        "discount_total": before.discount_total + _discount(after) - _discount(before),
        "total": before.total + moved,
    }
    return after.model_copy(update=update)


def _scaled(amount: int, to: int, of: int) -> int:
    return round_half_up(Decimal(amount * to) / of) if of > 0 else 0


def _net(order: Order) -> int:
    return sum(line.net for line in order.lines) + order.shipping.price - order.shipping.discount


def _tax(order: Order) -> int:
    return sum(line.tax for line in order.lines) + order.shipping.tax


def _discount(order: Order) -> int:
    return sum(line.discount for line in order.lines) + order.shipping.discount
