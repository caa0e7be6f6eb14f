"""Orders whose promise has become untrue: the port that renewing needs."""

from datetime import datetime
from typing import Protocol

from order_processing.order import Record
from order_processing.order_parts import Delay
from order_processing.promise import Promise
from order_processing.stored_order import StoredOrder


class Broken(Record):
    """A confirmed promise that cannot be kept and has none in its place. skus: what is missing; text: how much."""

    order_id: str
    since: datetime
    skus: tuple[str, ...]
    text: str


class Renewals(Protocol):
    """Orders whose promise has become untrue. Every change names the StoredOrder it starts from, or raises
    OrderChanged."""

    def renew(self, seen: StoredOrder, promise: Promise, delay: Delay | None, *, at: datetime) -> StoredOrder:
        """Hold a new promise in the place of the old one, all of it or nothing, and keep what is to be told of it.

        The account's entry gets the new date. An order that was ready to ship is RECORDED again: its labels and
        papers have to be made anew. Raises OutOfStock.
        """
        ...

    def withdraw_offer(self, seen: StoredOrder) -> StoredOrder:
        """Give back what an order is offered: its availability is checked anew, which makes it a new offer."""
        ...

    def note_broken(self, seen: StoredOrder, broken: Broken) -> StoredOrder:
        """Keep that nothing can be promised in the place of what was confirmed, and let staff see it.

        The order keeps what it holds, but it is not ready to ship.
        """
        ...

    def note_delay(self, seen: StoredOrder, delay: Delay) -> StoredOrder:
        """Keep that the customer is being told, or was told, of a later date."""
        ...

    def broken(self) -> list[Broken]:
        """The confirmed promises that cannot be kept, the oldest first."""
        ...

    def forget(self, order_id: str) -> None:
        """The order is no longer one of those whose promise cannot be kept: it ended, or it left."""
        ...
