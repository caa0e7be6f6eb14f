"""The offer: what the customer may choose when an order cannot be promised as asked, and what each choice changes.

Everything in an offer is held until it expires, so that what is chosen is still there. Only one
alternative can be chosen, so what they have in common is held once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Literal

from order_processing.money import round_half_up
from order_processing.order import Amount, Discount, Line, Order, Record, Tax, Text
from order_processing.promise import Allocation, Promise
from order_processing.verified_order import Item, VerifiedOrder

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
    """The alternatives, and what is held for them until the offer expires."""

    alternatives: tuple[Alternative, ...]
    hold: Promise
    made_at: datetime
    expires_at: datetime


class NotOffered(LookupError):
    """A choice that the offer does not have."""


class OfferExpired(RuntimeError):
    """The offer ran out before the choice was made."""


class ConsentNeeded(RuntimeError):
    """The alternative costs more than the order, and the customer has not agreed to that."""


def choose(offer: Offer, key: str, *, agreed_difference: int = 0, at: datetime) -> Alternative:
    """The alternative of that key.

    agreed_difference: how much more the customer agreed to pay, as it was shown to them.
    Raises NotOffered, OfferExpired, and ConsentNeeded when it costs more than was agreed.
    """
    if at >= offer.expires_at:
        raise OfferExpired(f"the offer expired at {offer.expires_at:%Y-%m-%d %H:%M %Z}")
    for alternative in offer.alternatives:
        if alternative.key == key:
            if alternative.difference > max(agreed_difference, 0):
                raise ConsentNeeded(f"{key}: costs {alternative.difference} more, {agreed_difference} was agreed")
            return alternative
    raise NotOffered(f"{key!r} is not one of {', '.join(a.key for a in offer.alternatives)}")


def hold_for(promises: Iterable[Promise]) -> Promise:
    """What must be held so that any one of the promises can be kept: of each source the most that one needs."""
    most: dict[tuple[str, ...], Allocation] = {}
    for promise in promises:
        totals: dict[tuple[str, ...], Allocation] = {}
        for use, allocations in (("ship", promise.allocations), ("make from", promise.materials)):
            for a in allocations:
                key: tuple[str, ...] = (use, a.kind, a.sku, a.location, a.source_id, str(a.bucket))
                same = totals.get(key)
                totals[key] = a.model_copy(update={"quantity": a.quantity + (same.quantity if same else 0)})
        for source, total in totals.items():
            if source not in most or total.quantity > most[source].quantity:
                most[source] = total
    return Promise(
        allocations=tuple(a for (use, *_), a in most.items() if use == "ship"),
        materials=tuple(a for (use, *_), a in most.items() if use == "make from"),
    )


def changed(verified: VerifiedOrder, alternative: Alternative) -> VerifiedOrder:
    """The order as it is once the alternative is chosen: its lines, its tax and its totals.

    A replaced line keeps its discount (never more than it costs); its tax changes in proportion to its net amount.
    Shipping and fees stay.
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
    return verified.model_copy(update={"order": order, "items": tuple(items)})


def replaced_line(line: Line, replacement: Replacement) -> Line:
    """The line with another product."""
    gross = replacement.unit_price * line.quantity
    discount = min(line.discount, gross)
    tax = round_half_up(Decimal(line.tax) * (gross - discount) / line.net) if line.net else line.tax
    return line.model_copy(
        update={
            "sku": replacement.item.sku,
            "store_variant_id": "",
            "gtin": "",
            "title": replacement.item.description,
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
