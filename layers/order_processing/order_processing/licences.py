"""Licence keys: digital products of which each piece comes with a key of its own from the store's pool.

Free keys are stock, at a place of their own that is no warehouse, so that they are promised and reserved like
anything else and a shortage is found before anything is confirmed. The keys themselves stand in the pool.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, Protocol

from order_processing.inventory import Stock
from order_processing.promise import DIGITAL, Allocation
from order_processing.stored_order import StoredOrder
from order_processing.verified_order import VerifiedOrder


class KeysWanted(NamedTuple):
    """As many keys of a SKU as a line has pieces."""

    line_id: str
    sku: str
    quantity: int


class Licences(Protocol):
    """The pool of keys that were not given to anyone, and who was given which."""

    def take(self, order_id: str, wanted: KeysWanted) -> tuple[str, ...]:
        """The line's keys, in a fixed order: those that it was given before, and as many more as it lacks.

        No key is given to two lines. Raises OutOfKeys where the pool holds too few.
        """
        ...

    def give_back(self, order_id: str, wanted: KeysWanted) -> None:
        """Put the keys that the line was given back into the pool; nothing where it has none."""
        ...


class OutOfKeys(RuntimeError):
    """The pool holds fewer keys than its stock says."""


def keys_wanted(verified: VerifiedOrder) -> list[KeysWanted]:
    """The lines whose pieces come with a key."""
    return [
        KeysWanted(line.line_id, item.sku, line.quantity)
        for line in verified.order.lines
        if (item := verified.item(line.line_id)).licence_keys and item.digital
    ]


def give_back_keys(stored: StoredOrder, licences: Licences) -> None:
    """Put the keys of an order that has ended back into the pool, where nobody was told them: it ended in between."""
    if stored.ended and stored.verified and not stored.handed_out:
        for wanted in keys_wanted(stored.verified):
            licences.give_back(stored.order_id, wanted)


def allot_keys(wanted: Iterable[KeysWanted], stock: Iterable[Stock], today: date) -> tuple[Allocation, ...]:
    """Keys for each line from what is free, all that there are: a line may get fewer than it wants.

    They are there at once, so that ship and delivery date are today.
    """
    left = {(held.sku, held.bucket): held.available for held in stock if held.location == DIGITAL}
    allocations = []
    for line in wanted:
        missing = line.quantity
        for sku, bucket in sorted(left):
            taken = min(missing, left[sku, bucket]) if sku == line.sku else 0
            if taken > 0:
                left[sku, bucket] -= taken
                missing -= taken
                allocations.append(
                    Allocation(
                        line_id=line.line_id,
                        sku=sku,
                        quantity=taken,
                        kind="stock",
                        location=DIGITAL,
                        bucket=bucket,
                        ship_date=today,
                        delivery_date=today,
                        reason=f"{taken} by e-mail",
                    )
                )
    return tuple(allocations)
