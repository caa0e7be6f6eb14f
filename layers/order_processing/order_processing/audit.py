"""What staff do in the console: who, when, what, and what came of it. Kept before it is done, so nothing is missing."""

from datetime import date, datetime
from typing import Protocol

from order_processing.order import Record


class Act(Record):
    """One thing that a member of staff did. what: the page's word for it and the button's; outcome: `done`,
    `refused`, `failed`, or `begun` where what came of it was not kept. Without personal data of customers."""

    at: datetime
    actor: str
    by: str
    what: str
    order_id: str = ""
    outcome: str = "begun"


class Audit(Protocol):
    """Everything that staff did."""

    def keep(self, act: Act) -> None:
        """Keep it, in the place of the same act with another outcome."""
        ...

    def of_order(self, order_id: str) -> list[Act]:
        """What was done about an order, the oldest first."""
        ...

    def of_day(self, day: date) -> list[Act]:
        """What was done on a day (UTC), the newest first."""
        ...
