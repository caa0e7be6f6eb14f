"""The customer's account: one entry an order, and totals per currency that equal the entries' sum."""

from __future__ import annotations

from datetime import date, datetime

from order_processing.order import Record, Text
from order_processing.stored_order import StoredOrder


class AccountEntry(Record):
    """An order in its customer's account.

    description: what was ordered, in one line; amount: the order's total in minor units.
    reversed_at: when it was taken out again, since the order was cancelled; the totals no longer hold it.
    """

    customer_id: Text
    order_id: Text
    store_order_number: Text = ""
    description: Text
    delivery_date: date | None
    amount: int
    currency: Text
    recorded_at: datetime
    reversed_at: datetime | None = None


def entry_for(order_id: str, stored: StoredOrder, recorded_at: datetime) -> AccountEntry:
    """The account entry that a confirmed order makes."""
    verified, promise = stored.verified, stored.promise
    if verified is None or promise is None:
        raise ValueError(f"order {order_id} has no verified lines or no promise, so it cannot be recorded")
    return AccountEntry(
        customer_id=verified.customer_id,
        order_id=order_id,
        store_order_number=verified.order.store_order_number,
        description=describe(
            [(line.quantity, verified.item(line.line_id).description) for line in verified.order.lines]
        ),
        delivery_date=promise.delivery_date,
        amount=verified.order.total,
        currency=verified.order.currency,
        recorded_at=recorded_at,
    )


def describe(lines: list[tuple[int, str]], limit: int = 200) -> str:
    """Lines in one sentence of at most `limit` characters: "2 x Beanie, 1 x Polo and 3 more lines"."""
    parts: list[str] = []
    for count, (quantity, description) in enumerate(lines):
        left = len(lines) - count
        part = f"{quantity} x {description}"
        rest = f" and {left} more lines" if left > 1 else " and 1 more line"
        if parts and len(", ".join([*parts, part])) + len(rest) > limit:
            return ", ".join(parts) + rest
        parts.append(part[:limit])
    return ", ".join(parts)
