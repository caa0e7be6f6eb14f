"""Sums: every total recomputed in minor units from the lines up, and what is done where they differ.

What the customer saw as the total stands: a rounding unit between it and its parts becomes a fee of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from order_processing.money import major_units
from order_processing.order import Fee, Line, Order
from order_processing.shares import share
from order_processing.verification.findings import Findings


class Sums(NamedTuple):
    """An order's sums from its parts, in minor units. tax: of all parts; total: with the order's own tax total."""

    discount: int
    tax: int
    total: int


def sums(order: Order) -> Sums:
    """The sums as the order's parts give them."""
    net = sum(line.net for line in order.lines) + order.shipping.price - order.shipping.discount
    net += sum(fee.amount for fee in order.fees)
    return Sums(
        discount=sum(line.discount for line in order.lines) + order.shipping.discount,
        tax=sum(line.tax for line in order.lines) + order.shipping.tax + sum(fee.tax for fee in order.fees),
        total=net if order.prices_include_tax else net + order.tax_total,
    )


def money(amount: int, order: Order) -> str:
    """An amount as it stands in a finding: `19.99 USD`."""
    return f"{major_units(amount, order.currency)} {order.currency}"


def check_totals(order: Order, findings: Findings, *, tolerance: int) -> Order:
    """The order with sums that add up, as far as that is safe; the total itself is never changed."""
    _check_discounts(order, findings)
    order = _discount_total(order, findings, tolerance)
    order = _tax_total(order, findings, tolerance)
    order = _tax_breakdown(order, findings)
    return _total(order, findings, tolerance)


def spread_tax(order: Order, gap: int) -> Order:
    """The order with a difference in tax spread over its lines in proportion to their tax (or their price)."""
    return order.model_copy(update={"lines": _spread(order.lines, "tax", gap, [line.tax for line in order.lines])})


def _check_discounts(order: Order, findings: Findings) -> None:
    for i, line in enumerate(order.lines):
        if line.discount > line.gross:
            expected = f"at most {money(line.gross, order)}"
            found = money(line.discount, order)
            findings.add("DISCOUNT_TOO_LARGE", f"lines[{i}].discount", found=found, expected=expected)
    if order.shipping.discount > order.shipping.price:
        expected, found = f"at most {money(order.shipping.price, order)}", money(order.shipping.discount, order)
        findings.add("DISCOUNT_TOO_LARGE", "shipping.discount", found=found, expected=expected)


def _discount_total(order: Order, findings: Findings, tolerance: int) -> Order:
    """A discount that the total holds and the lines do not is spread; any other difference is the header's."""
    computed = sums(order)
    gap = order.discount_total - computed.discount
    if gap == 0:
        return order
    nets = [max(line.net, 0) for line in order.lines]
    if 0 < gap <= sum(nets) and abs(computed.total - gap - order.total) <= tolerance:
        expected = f"{money(gap, order)} more in the lines' discounts"
        done = findings.add("DISCOUNT_NOT_SPREAD", "lines", found=money(computed.discount, order), expected=expected)
        if done == "corrected":
            return order.model_copy(update={"lines": _spread(order.lines, "discount", gap, nets)})
        return order
    found, expected = money(order.discount_total, order), money(computed.discount, order)
    if findings.add("DISCOUNT_TOTAL", "discount_total", found=found, expected=expected) == "corrected":
        return order.model_copy(update={"discount_total": computed.discount})
    return order


def _tax_total(order: Order, findings: Findings, tolerance: int) -> Order:
    """The tax's total against its parts. A platform may give tax for the whole order alone: then it has no parts."""
    computed = sums(order)
    gap = order.tax_total - computed.tax
    if gap == 0 or computed.tax == 0:
        return order
    found, expected = money(order.tax_total, order), money(computed.tax, order)
    rounding = max(tolerance, (len(order.lines) + 2) // 2)  # half a unit a line and one for shipping
    holds = abs(computed.total - order.total) <= tolerance
    if abs(gap) <= rounding and holds:
        if findings.add("TAX_ROUNDING", "lines", found=expected, expected=found) == "corrected":
            return spread_tax(order, gap)
        return order
    without = computed.total if order.prices_include_tax else computed.total - gap
    if not holds and abs(without - order.total) <= tolerance:
        if findings.add("TAX_TOTAL", "tax_total", found=found, expected=expected) == "corrected":
            return order.model_copy(update={"tax_total": computed.tax})
        return order
    if findings.add("TAX_TOTAL_MISMATCH", "tax_total", found=found, expected=expected) == "noted":
        return spread_tax(order, gap)
    return order


def _tax_breakdown(order: Order, findings: Findings) -> Order:
    listed = sum(tax.amount for tax in order.taxes)
    if not order.taxes or listed == order.tax_total:
        return order
    found, expected = money(listed, order), money(order.tax_total, order)
    if findings.add("TAX_BREAKDOWN", "taxes", found=found, expected=expected) != "corrected":
        return order
    amounts = share(order.tax_total, [tax.amount for tax in order.taxes])
    taxes = (tax.model_copy(update={"amount": a}) for tax, a in zip(order.taxes, amounts, strict=True))
    return order.model_copy(update={"taxes": tuple(taxes)})


def _total(order: Order, findings: Findings, tolerance: int) -> Order:
    computed = sums(order).total
    gap = order.total - computed
    if gap == 0:
        return order
    code, title = ("TOTAL_ROUNDING", "Rounding") if abs(gap) <= tolerance else ("TOTAL_MISMATCH", "Adjustment")
    done = findings.add(code, "total", found=money(order.total, order), expected=money(computed, order))
    if done in ("corrected", "noted"):
        return order.model_copy(update={"fees": (*order.fees, Fee(title=title, amount=gap))})
    return order


def _spread(lines: Sequence[Line], field: str, gap: int, weights: Sequence[int]) -> tuple[Line, ...]:
    """The lines with a difference added to one of their amounts, in proportion to the weights."""
    parts = [part if gap > 0 else -part for part in share(abs(gap), weights)]
    changed = (getattr(line, field) + part for line, part in zip(lines, parts, strict=True))
    return tuple(line.model_copy(update={field: amount}) for line, amount in zip(lines, changed, strict=True))
