"""How an order's amounts are shown: rows that add up to its total, or an error, never a mail that is wrong."""

from collections import defaultdict

from order_processing.order import Order, Record


class DoesNotAddUp(ValueError):
    """The order's rows do not make its total, so nobody may be told these amounts; the message says which."""


class Row(Record):
    """One amount with the name that the order gives it ("" where it gives none); rate: a fraction in text."""

    title: str = ""
    rate: str = ""
    amount: int


class Sums(Record):
    """goods - discounts + shipping + fees, + taxes unless `tax_included`, = total; minor units.

    discounts: positive amounts. taxes: by rate; those that the total includes are for information.
    """

    goods: int
    discounts: tuple[Row, ...]
    shipping: int
    fees: tuple[Row, ...]
    taxes: tuple[Row, ...]
    tax_included: bool
    total: int

    @property
    def discount(self) -> int:
        """All discounts together."""
        return sum(row.amount for row in self.discounts)


def of_order(order: Order) -> Sums:
    """The rows of an order. DoesNotAddUp when they do not make `order.total` exactly."""
    sums = Sums(
        goods=sum(line.gross for line in order.lines),
        discounts=_discounts(order),
        shipping=order.shipping.price,
        fees=tuple(Row(title=fee.title, amount=fee.amount) for fee in order.fees if fee.amount),
        taxes=_taxes(order),
        tax_included=order.prices_include_tax,
        total=order.total,
    )
    added = sum(row.amount for row in sums.fees) + (0 if sums.tax_included else sum(r.amount for r in sums.taxes))
    made = sums.goods - sums.discount + sums.shipping + added
    if made != sums.total:
        raise DoesNotAddUp(
            f"total: {sums.total} is not what the rows make: {made} = goods {sums.goods} - discounts {sums.discount}"
            f" + shipping {sums.shipping} + fees and tax {added}"
        )
    return sums


def _discounts(order: Order) -> tuple[Row, ...]:
    """The discounts by name where their amounts are what was really taken off, else one row without a name."""
    taken = sum(line.discount for line in order.lines) + order.shipping.discount
    named = tuple(Row(title=d.code or d.title, amount=d.amount) for d in order.discounts if d.amount)
    if sum(row.amount for row in named) == taken:
        return named
    return (Row(amount=taken),) if taken else ()


def _taxes(order: Order) -> tuple[Row, ...]:
    """The tax by title and rate where the parts make the order's tax, else one row for all of it."""
    listed: defaultdict[tuple[str, str], int] = defaultdict(int)
    for tax in order.taxes:
        listed[tax.title, tax.rate] += tax.amount
    by_rate: defaultdict[tuple[str, str], int] = defaultdict(int)
    for line in order.lines:
        by_rate["", line.tax_rate] += line.tax
    by_rate["", ""] += order.shipping.tax + sum(fee.tax for fee in order.fees)
    for parts in (listed, by_rate):
        rows = tuple(Row(title=t, rate=rate, amount=amount) for (t, rate), amount in parts.items() if amount)
        if sum(row.amount for row in rows) == order.tax_total:
            return rows
    return (Row(amount=order.tax_total),) if order.tax_total else ()
