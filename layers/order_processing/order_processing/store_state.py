"""A later state of an order, as its store told it after the order had been taken in."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from order_processing.order import Order, Record, Text


class StoreState(Record):
    """One state that was kept, with what was done about it.

    order: the whole order as the store saw it then; of one that it deleted, what was known before.
    action: `replace` and `take_up_again` put it in the place of what was known before; `cancel` ended the order, or
        came too late for that; `tell_staff` changed nothing, because the customer had been told already.
    reason: why, in words without what a customer wrote.
    version: the version of the order's head from which on the state counts; 0 where it changes nothing.
    answers: how many decisions had been made before: those were about another state.
    """

    order: Order
    action: Literal["replace", "take_up_again", "cancel", "tell_staff"]
    reason: Text
    at: datetime
    version: Annotated[int, Field(ge=0)] = 0
    answers: Annotated[int, Field(ge=0)] = 0

    @property
    def counts(self) -> bool:
        """Whether the order goes on as this state says."""
        return self.action in ("replace", "take_up_again")
