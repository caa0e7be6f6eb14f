"""Turns off the happy path: errors that the state machine catches by name.

Their text ends up in the execution's history, so it holds codes and field paths, never a value
that the customer wrote. Anything else that a stage raises is a fault, and is retried.
"""

from __future__ import annotations


class TurnOff(Exception):
    """A named turn off the happy path; `code` says why, stable and upper case."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class OrderRejected(TurnOff):
    """The order could never be right."""


class CorrectionNeeded(TurnOff):
    """The customer must put something right before the order can go on."""


class OfferNeeded(TurnOff):
    """The order cannot be promised as asked; the customer must choose."""


class ApprovalNeeded(TurnOff):
    """A member of staff must decide."""


class PromiseLost(TurnOff):
    """What was promised will not come, and nobody was told of it yet: availability is checked anew."""


class DecisionMade(TurnOff):
    """The decision was made before the execution could wait for it: it goes on at once."""


class OrderEnded(TurnOff):
    """The order ended early while a stage was at it: there is nothing more to do."""


class OrderReplaced(TurnOff):
    """The store changed the order while a stage was at it, and nobody was told of it yet: it is verified anew."""


class DeliveryRefused(TurnOff):
    """The order cannot be shipped until staff mends what the code and the field path name; no retry helps."""


class NamedFault(RuntimeError):
    """A fault that the state machine knows by its name and has a rule of its own for; `code` says more.

    Its text, like a turn's, never holds a value that the customer wrote.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SendingThrottled(NamedFault):
    """SES takes no more mail for now: tried again, for longer than other faults are."""


class SendingStopped(NamedFault):
    """SES sends nothing for us until somebody has acted: sending is paused, the account is in the sandbox, ..."""


class OrderNotFound(LookupError):
    """No order has this id."""


class OrderChanged(RuntimeError):
    """Someone else changed the order since it was read: read it again and decide anew."""


class NotSentAgain(RuntimeError):
    """A confirmation could not be sent once more; the message says why, and what to do, in words for staff."""
