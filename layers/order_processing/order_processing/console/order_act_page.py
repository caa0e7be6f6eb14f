"""The page before something is done about an order: what will happen, what must be filled in, and one button."""

from __future__ import annotations

from dataclasses import dataclass

from order_processing import order_number
from order_processing.console.page import View
from order_processing.console.staff_words import sentence
from order_processing.mail.figures import Figures
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verification.corrections import order_of

_FIGURES = Figures("en", "en")


@dataclass(frozen=True)
class ActField:
    """What must, or may, be filled in. numeric: an amount."""

    name: str
    label: str
    hint: str
    value: str = ""
    numeric: bool = False


def act_page(
    stored: StoredOrder,
    heading: str,
    *,
    will: tuple[str, ...],
    do: str,
    button: str,
    hidden: tuple[tuple[str, str], ...] = (),
    field: ActField | None = None,
    grave: bool = False,
    problem: str = "",
) -> View:
    """The page. will: what happens; hidden: what the form carries along; problem: why it was not done just now."""
    order = stored.verified.order if stored.verified else order_of(stored)
    values = {
        "order_id": stored.order_id,
        "number": order_number.display(stored.order_id),
        "status": stored.status.value,
        "customer": order.customer.name,
        "total": amount_of(stored, order.total),
        "will": will,
        "do": do,
        "button": button,
        "hidden": hidden,
        "field": field,
        "grave": grave,
        "problem": sentence(problem) if problem else "",
    }
    return View("order_act.html", heading, values, 409 if problem else 200)


def can_resend(stored: StoredOrder) -> bool:
    """Whether there is a confirmation that can be sent once more."""
    confirmed = stored.has_reached(Status.CONFIRMED) and stored.confirmation is not None
    return confirmed and not stored.ended and not stored.erased


def amount_of(stored: StoredOrder, amount: int) -> str:
    """An amount in the order's currency."""
    return _FIGURES.amount(amount, stored.placed.currency)
