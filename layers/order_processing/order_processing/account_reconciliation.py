"""Whether accounts say what the orders say: differences between the two, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from order_processing.account import AccountEntry, Payment, Totals, entry_for, totals_of
from order_processing.status import Status
from order_processing.stored_order import StoredOrder


class Account(NamedTuple):
    """One customer's account as it stands: entries by order id, totals by currency, payments by order id.

    counted: by order id, what was added to the totals and has no entry yet. sequences: those of the totals.
    """

    entries: Mapping[str, AccountEntry]
    totals: Mapping[str, Totals]
    payments: Mapping[str, Sequence[Payment]]
    counted: Mapping[str, AccountEntry] = MappingProxyType({})
    sequences: Mapping[str, int] = MappingProxyType({})


class Difference(NamedTuple):
    """One thing that an account says otherwise than its orders. what: `order ABC, amount` or `totals USD, open`."""

    customer_id: str
    what: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        """The difference in one line."""
        return f"{self.customer_id}: {self.what}: found {self.found}, expected {self.expected}"


def expected_entry(stored: StoredOrder, payments: Sequence[Payment], kept: AccountEntry | None) -> AccountEntry | None:
    """The entry that an order makes, with its payments; None for an order that does not count in its account.

    kept: the entry there is, or what was counted of the order. A confirmed order may have one before it is recorded,
    and keeps it, reversed, where it was cancelled there. An entry says what was promised when it was recorded; a
    cancelled order no longer does, and one whose promise was renewed says another day: there the day is taken from
    what is kept, if it is. So are the numbers that a carrier gave.
    """
    recorded_at = stored.times.get(Status.RECORDED.value)
    if recorded_at is None and kept and Status.CONFIRMED.value in stored.times:
        recorded_at = kept.recorded_at
    if recorded_at is None or stored.verified is None:
        return None
    if stored.promise is None:
        order = stored.verified.order
        entry = AccountEntry(
            customer_id=stored.verified.customer_id,
            order_id=stored.order_id,
            store_order_number=order.store_order_number,
            description=kept.description if kept else "cancelled order",
            delivery_date=kept.delivery_date if kept else None,
            amount=order.total,
            currency=order.currency,
            recorded_at=recorded_at,
        )
    else:
        entry = entry_for(stored.order_id, stored, recorded_at)
        if stored.delay and kept:
            entry = entry.model_copy(update={"delivery_date": kept.delivery_date})
    still_open = 0 if stored.ended else entry.open - sum(payment.amount for payment in payments)
    return entry.model_copy(
        update={
            "open": still_open,
            "payments": tuple(sorted(payment.document for payment in payments)),
            "tracking": kept.tracking if kept else (),
            "reversed_at": stored.times[stored.status.value] if stored.ended else None,
        }
    )


def expected_account(
    orders: Iterable[StoredOrder], account: Account, older: Mapping[str, AccountEntry] | None = None
) -> Account:
    """The account that these orders, all of one customer, make together with its payments.

    older: entries that are taken as they are, because their orders were compared before.
    """
    entries: dict[str, AccountEntry] = dict(older or {})
    counted: dict[str, AccountEntry] = {}
    for stored in orders:
        order_id = stored.order_id
        kept = account.entries.get(order_id) or account.counted.get(order_id)
        entry = expected_entry(stored, account.payments.get(order_id, ()), kept)
        if entry:
            on_its_way = order_id in account.counted and stored.status is Status.CONFIRMED
            (counted if on_its_way else entries)[order_id] = entry
    totals = totals_of([*entries.values(), *counted.values()])
    return Account(entries, totals, account.payments, counted, account.sequences)


def only_lacks(found: Account, expected: Account) -> bool:
    """Whether an account says nothing of an order that is not so: entries may be missing, and sums be wrong. Then what
    is right can be written without taking anything away that somebody wrote."""
    of_nobody = set(found.counted) - {*expected.counted, *expected.entries}
    return not of_nobody and all(
        agree(entry, expected.entries.get(order_id)) for order_id, entry in found.entries.items()
    )


def differences(customer_id: str, found: Account, expected: Account) -> list[Difference]:
    """Every field in which an account is not what it should be."""
    told: list[Difference] = []
    for order_id in sorted({*found.entries, *expected.entries}):
        there, right = found.entries.get(order_id), expected.entries.get(order_id)
        told += _compared(customer_id, f"order {order_id}", there, right)
    for order_id in sorted(set(found.counted) - {*expected.counted, *expected.entries}):
        told.append(Difference(customer_id, f"order {order_id}", "counted last", "no entry"))
    for currency in sorted({*found.totals, *expected.totals}):
        stands, sums = found.totals.get(currency, Totals()), expected.totals.get(currency, Totals())
        told += _compared(customer_id, f"totals {currency}", stands, sums)
    return told


def left_on_the_way(customer_id: str, expected: Account, before: datetime) -> list[Difference]:
    """What was counted before a time and still has no entry: the call that counted it was cut, and no order came after
    it that would have seen to it."""
    return [
        Difference(customer_id, f"order {order_id}", "counted, without an entry", "an entry")
        for order_id, entry in sorted(expected.counted.items())
        if entry.recorded_at < before
    ]


def agree(found: AccountEntry | Totals | None, expected: AccountEntry | Totals | None) -> bool:
    """Whether they say the same."""
    return not _compared("", "", found, expected)


def _compared(
    customer_id: str, what: str, found: AccountEntry | Totals | None, expected: AccountEntry | Totals | None
) -> list[Difference]:
    if found is None or expected is None:
        return [] if found is expected else [Difference(customer_id, what, _there(found), _there(expected))]
    return [
        Difference(customer_id, f"{what}, {name}", _shown(getattr(found, name)), _shown(getattr(expected, name)))
        for name in type(found).model_fields
        if _as_kept(getattr(found, name)) != _as_kept(getattr(expected, name))
    ]


def _as_kept(value: object) -> object:
    """Times as orders keep them: to the millisecond."""
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value


def _there(value: object) -> str:
    return "no entry" if value is None else "an entry"


def _shown(value: object) -> str:
    return "nothing" if value in (None, "", ()) else str(value)
