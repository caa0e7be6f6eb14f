"""Tax against the destination's rates, and against the rate that a line itself states.

Platforms round tax either line by line or once for the order (`settings.tax_rounding` names it per door);
the finding says which was taken, and a tax that is right by the other is not a finding.
A destination that the catalogue has no rate for is not checked.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from order_processing import pricing
from order_processing.catalogue import Facts
from order_processing.money import round_half_up
from order_processing.order import Line, Order
from order_processing.settings import Limits, Settings
from order_processing.verification.findings import Findings
from order_processing.verification.prices import zones
from order_processing.verification.products import Chosen
from order_processing.verification.totals import money


class Tax(NamedTuple):
    """The tax that the rates give, rounded per line and rounded per order. rate: in words."""

    per_line: int
    per_order: int
    rate: str


def check_taxes(order: Order, chosen: Chosen, facts: Facts, settings: Settings, findings: Findings) -> None:
    """Compare the tax with what the destination's rates give; where none is known, with the lines' own rates."""
    due = tax_due(order, chosen, facts)
    for i, line in enumerate(order.lines):
        _check_stated_rate(order, line, f"lines[{i}].tax", findings, judged=due is not None, limits=settings.limits)
    if due is None:
        return
    actual = order.tax_total - sum(fee.tax for fee in order.fees)
    if min(abs(actual - due.per_line), abs(actual - due.per_order)) <= settings.limits.tolerance:
        return
    rounding = settings.tax_rounding.get(order.source, "line")
    expected = due.per_line if rounding == "line" else due.per_order
    _judge(
        order, actual, expected, f"{money(expected, order)} ({due.rate}, rounded per {rounding})", settings, findings
    )


def tax_due(order: Order, chosen: Chosen, facts: Facts) -> Tax | None:
    """The tax on lines and shipping by the destination's rates; None where a rate is not known."""
    places = zones(order, facts)
    exact: dict[Decimal, Decimal] = defaultdict(Decimal)
    per_line = 0
    amounts: list[tuple[int, Decimal]] = []
    for line in order.lines:
        product = chosen.get(line.line_id)
        rate = product and pricing.rate_for(places, product.tax_class, order.placed_at)
        if not rate:
            return None
        amounts.append((line.net, rate.rate))
    standard = pricing.rate_for(places, "standard", order.placed_at)
    if standard and standard.shipping:
        amounts.append((order.shipping.price - order.shipping.discount, standard.rate))
    for amount, fraction in amounts:
        tax = pricing.tax_in(amount, fraction) if order.prices_include_tax else pricing.tax_on(amount, fraction)
        exact[fraction] += tax
        per_line += round_half_up(tax)
    rates = " and ".join(percent(fraction) for fraction in sorted(exact, reverse=True))
    return Tax(per_line, sum(round_half_up(tax) for tax in exact.values()), rates)


def percent(fraction: Decimal) -> str:
    """A rate as a person reads it: 0.075 is `7.5 %`."""
    return f"{(fraction * 100).normalize():f} %"


def _judge(order: Order, actual: int, expected: int, words: str, settings: Settings, findings: Findings) -> None:
    found = money(actual, order)
    if actual == 0 and order.customer.tax_number and not findings.has("TAX_NUMBER_INVALID"):
        findings.add("TAX_EXEMPT", "tax_total", found=found, expected=words)
    elif actual > expected:
        findings.add("TAX_OVER", "tax_total", found=found, expected=words)
    elif pricing.within_favour(expected - actual, order.total, percent=settings.limits.favour_percent):
        findings.add("TAX_UNDER", "tax_total", found=found, expected=words)
    else:
        findings.add("TAX_TOO_LOW", "tax_total", found=found, expected=words)


def _check_stated_rate(
    order: Order, line: Line, path: str, findings: Findings, *, judged: bool, limits: Limits
) -> None:
    """A line's tax against the rate that the line states. judged: whether the destination's rates are known."""
    try:
        rate = Decimal(line.tax_rate)
    except InvalidOperation:
        return
    if not rate.is_finite() or not 0 <= rate < 1:
        return
    exact = pricing.tax_in(line.net, rate) if order.prices_include_tax else pricing.tax_on(line.net, rate)
    over = line.tax - round_half_up(exact)
    if abs(over) <= limits.tolerance:
        return
    found, of = money(line.tax, order), f"{percent(rate)} of {money(line.net, order)}"
    expected = f"{money(round_half_up(exact), order)} ({of})"
    findings.add(
        "TAX_OVER" if over > 0 and not judged else "TAX_NOT_AT_STATED_RATE", path, found=found, expected=expected
    )
