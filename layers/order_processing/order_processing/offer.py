"""The offer: what the customer may choose when an order cannot be promised as asked, and what each choice changes.

Everything in an offer is held until it is answered or ends with the order, so that what is chosen is still there.
Only one alternative can be chosen, so what they have in common is held once.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from order_processing.discrepancy import Discrepancy
from order_processing.money import round_half_up
from order_processing.order import Amount, Discount, Line, Order, Record, Tax, Text
from order_processing.promise import Allocation, Promise
from order_processing.verified_order import Item, VerifiedOrder

_LINE = re.compile(r"lines\[(\d+)\]")
Kind = Literal["later", "in_parts", "substitute", "without", "cancel"]


class Replacement(Record):
    """Another product for a line, at its own price for one (like the line's: with tax iff the order's prices are)."""

    line_id: Text
    item: Item
    unit_price: Amount


class Alternative(Record):
    """One choice.

    key: by which it is chosen. difference: what the customer pays more (below zero: less), tax included.
    promise: dates and sources, as held; None for `cancel`. removed: the ids of the lines that are left out.
    """

    key: Text
    kind: Kind
    promise: Promise | None = None
    replacements: tuple[Replacement, ...] = ()
    removed: tuple[Text, ...] = ()
    difference: int = 0

    @property
    def raises_price(self) -> bool:
        """Whether the customer must agree to a higher price."""
        return self.difference > 0


class Offer(Record):
    """The alternatives, and what is held for them.

    The hold has no clock of its own: it stands until the customer has chosen or the order has ended. Until when
    a choice is taken is said by the question (`Question.expires_at`), which is what the customer is told.
    """

    alternatives: tuple[Alternative, ...]
    hold: Promise
    made_at: datetime


class Choice(Record):
    """What was chosen, as it was shown. agreed_difference: how much more the customer agreed to pay, minor units."""

    alternative: Alternative
    agreed_difference: int = 0


class NotOffered(LookupError):
    """A choice that the offer does not have."""


class OfferExpired(RuntimeError):
    """The time for a choice was over before it was made."""


class ConsentNeeded(RuntimeError):
    """The alternative costs more than the customer has agreed to. difference: how much more than the order, minor
    units."""

    def __init__(self, key: str, difference: int, agreed: int) -> None:
        super().__init__(f"{key}: costs {difference} more, {agreed} was agreed")
        self.difference = difference


def choose(
    offer: Offer, key: str, *, agreed_difference: int = 0, at: datetime, until: datetime | None = None
) -> Choice:
    """The choice of the alternative of that key.

    agreed_difference: how much more the customer agreed to pay, as it was shown to them.
    until: the first moment at which it is too late; None while nobody was told of one.
    Raises NotOffered, OfferExpired, and ConsentNeeded when it costs more than was agreed.
    """
    if until and at >= until:
        raise OfferExpired(f"the offer expired at {until:%Y-%m-%d %H:%M %Z}")
    for alternative in offer.alternatives:
        if alternative.key == key:
            if alternative.difference > max(agreed_difference, 0):
                raise ConsentNeeded(key, alternative.difference, agreed_difference)
            return Choice(alternative=alternative, agreed_difference=agreed_difference)
    raise NotOffered(f"{key!r} is not one of {', '.join(a.key for a in offer.alternatives)}")


def hold_for(promises: Iterable[Promise]) -> Promise:
    """What must be held so that any one of the promises can be kept: of each source the most that one needs.

    Its ship date is the earliest that any of them needs: by that day it must have come.
    """
    most: dict[tuple[str, ...], Allocation] = {}
    leaves: dict[tuple[str, ...], date] = {}
    for promise in promises:
        totals: dict[tuple[str, ...], Allocation] = {}
        for use, allocations in (("ship", promise.allocations), ("make from", promise.materials)):
            for a in allocations:
                key: tuple[str, ...] = (use, a.kind, a.sku, a.location, a.source_id, str(a.bucket))
                same = totals.get(key)
                totals[key] = a.model_copy(update={"quantity": a.quantity + (same.quantity if same else 0)})
                leaves[key] = min(leaves.get(key, a.ship_date), a.ship_date)
        for source, total in totals.items():
            if source not in most or total.quantity > most[source].quantity:
                most[source] = total
    held = {key: a.model_copy(update={"ship_date": leaves[key]}) for key, a in most.items()}
    return Promise(
        allocations=tuple(a for (use, *_), a in held.items() if use == "ship"),
        materials=tuple(a for (use, *_), a in held.items() if use == "make from"),
    )


def changed(verified: VerifiedOrder, alternative: Alternative) -> VerifiedOrder:
    """The order as it is once the alternative is chosen: its lines, its tax and its totals.

    A replaced line keeps its discount (never more than it costs); its tax changes in proportion to its net amount.
    Shipping and fees stay. What was found about a line goes with the line or its product.
    """
    replaced = {replacement.line_id: replacement for replacement in alternative.replacements}
    lines, items = [], []
    for line in verified.order.lines:
        if line.line_id in alternative.removed:
            continue
        item = verified.item(line.line_id)
        if line.line_id in replaced:
            line = replaced_line(line, replaced[line.line_id])
            item = replaced[line.line_id].item.model_copy(update={"line_id": line.line_id})
        lines.append(line)
        items.append(item)
    order = _with_lines(verified.order, tuple(lines), alternative.kind == "in_parts")
    kept = [line.line_id for line in order.lines]
    places = {
        number: kept.index(line.line_id)
        for number, line in enumerate(verified.order.lines)
        if line.line_id in kept and line.line_id not in replaced
    }
    found = tuple(filter(None, (_at_its_place(each, places) for each in verified.discrepancies)))
    return verified.model_copy(update={"order": order, "items": tuple(items), "discrepancies": found})


def _at_its_place(discrepancy: Discrepancy, places: Mapping[int, int]) -> Discrepancy | None:
    """The finding with its line as it is counted now; None where its line is another product or gone."""
    match = _LINE.match(discrepancy.path)
    if not match:
        return discrepancy
    if (place := places.get(int(match[1]))) is None:
        return None
    return discrepancy.model_copy(update={"path": f"lines[{place}]{discrepancy.path[match.end() :]}"})


def replaced_line(line: Line, replacement: Replacement) -> Line:
    """The line with another product. Its options go: they name a variant of the product that was ordered."""
    gross = replacement.unit_price * line.quantity
    discount = min(line.discount, gross)
    tax = round_half_up(Decimal(line.tax) * (gross - discount) / line.net) if line.net else line.tax
    return line.model_copy(
        update={
            "sku": replacement.item.sku,
            "store_variant_id": "",
            "gtin": "",
            "title": replacement.item.description,
            "options": (),
            "unit_price": replacement.unit_price,
            "discount": discount,
            "tax": tax,
        }
    )


def difference(before: Order, lines: Iterable[Line]) -> int:
    """What an order of these lines costs more than it did, tax included."""

    def cost(of: Iterable[Line]) -> int:
        return sum(line.net + (0 if before.prices_include_tax else line.tax) for line in of)

    return cost(lines) - cost(before.lines)


def _with_lines(order: Order, lines: tuple[Line, ...], in_parts: bool) -> Order:
    if lines == order.lines:
        return order.model_copy(update={"allow_partial_shipment": order.allow_partial_shipment or in_parts})
    less_discount = sum(line.discount for line in order.lines) - sum(line.discount for line in lines)
    return order.model_copy(
        update={
            "lines": lines,
            "taxes": _taxes(order, lines),
            "tax_total": order.tax_total + sum(line.tax for line in lines) - sum(line.tax for line in order.lines),
            "discounts": _discounts(order, less_discount),
            "discount_total": max(0, order.discount_total - less_discount),
            "total": order.total + difference(order, lines),
        }
    )


def _taxes(order: Order, lines: tuple[Line, ...]) -> tuple[Tax, ...]:
    """The order's taxes: each changes by what the lines of its rate change; without a rate, the largest does."""
    change: dict[str, int] = {}
    for sign, of in ((-1, order.lines), (1, lines)):
        for line in of:
            change[line.tax_rate] = change.get(line.tax_rate, 0) + sign * line.tax
    taxes = list(order.taxes)
    for rate, amount in change.items():
        if amount and taxes:
            place = next((n for n, tax in enumerate(taxes) if rate and tax.rate == rate), None)
            if place is None:
                place = max(range(len(taxes)), key=lambda n: taxes[n].amount)
            taxes[place] = taxes[place].model_copy(update={"amount": max(0, taxes[place].amount + amount)})
    return tuple(taxes)


def _discounts(order: Order, less: int) -> tuple[Discount, ...]:
    """The order's discounts without what went with its lines, taken from the largest first."""
    discounts = list(order.discounts)
    for place in sorted(range(len(discounts)), key=lambda n: -discounts[n].amount):
        if discounts[place].kind != "shipping":
            amount = max(0, discounts[place].amount - less)
            less -= discounts[place].amount - amount
            discounts[place] = discounts[place].model_copy(update={"amount": amount})
    return tuple(discounts)
