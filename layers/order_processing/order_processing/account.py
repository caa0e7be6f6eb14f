"""The customer's account: one entry an order, and totals per currency that equal the entries' sum."""

from datetime import date, datetime
from typing import Protocol

from order_processing.order import Record, Text
from order_processing.stored_order import StoredOrder


class AccountEntry(Record):
    """An order in its customer's account.

    description: what was ordered, in one line; amount: the order's total in minor units.
    open: what of it is still to be paid; payments: the documents of the payments that came for it.
    tracking: what a carrier gave each parcel: its number, and where it is followed, "" for nowhere.
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
    open: int = 0
    payments: tuple[Text, ...] = ()
    tracking: tuple[tuple[Text, Text], ...] = ()
    reversed_at: datetime | None = None


class Totals(Record):
    """What an account comes to in one currency, in minor units: its orders, and what of them is still to be paid."""

    orders: int = 0
    amount: int = 0
    open: int = 0


class Payment(Record):
    """A payment that came for an order. document: the number that makes it one payment, however often it is told."""

    document: Text
    order_id: Text
    amount: int
    currency: Text
    received_at: datetime


class Accounts(Protocol):
    """Customers' accounts."""

    def entry(self, customer_id: str, order_id: str) -> AccountEntry | None:
        """The account's entry for an order, or None."""
        ...

    def standing(self, customer_id: str, currency: str) -> Totals:
        """What the account comes to in a currency; one read unit."""
        ...

    def payment(self, document: str) -> Payment | None:
        """The payment that this document told of, or None."""
        ...

    def settle(self, entry: AccountEntry, payment: Payment) -> bool:
        """Keep a payment and take it off what is open, of the entry and of the totals, in one step.

        False when the entry is no longer as it was seen, or the document has come meanwhile: nothing was written.
        """
        ...


def entry_for(order_id: str, stored: StoredOrder, recorded_at: datetime) -> AccountEntry:
    """The account entry that a confirmed order makes. What the store does not say is paid is open."""
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
        open=0 if verified.order.paid else verified.order.total,
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


def totals_of(entries: list[AccountEntry]) -> dict[str, Totals]:
    """What entries come to, by currency. A reversed one counts nothing."""
    sums: dict[str, Totals] = {}
    for entry in entries:
        before = sums.get(entry.currency, Totals())
        if not entry.reversed_at:
            before = Totals(
                orders=before.orders + 1, amount=before.amount + entry.amount, open=before.open + entry.open
            )
        sums[entry.currency] = before
    return sums
