"""The mail with an offer: what the customer may choose when the order cannot be promised as asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from order_processing.mail.letter import ChoiceShown, Labelled, Link, written
from order_processing.mail.message import Message
from order_processing.mail.plain import one_line
from order_processing.mail.sums import DoesNotAddUp
from order_processing.mail.writer import Writer
from order_processing.order import Order, Record, Text
from order_processing.settings import Settings


class Choice(Record):
    """One thing that the customer may choose.

    kind: `later` (all of it, later), `substitute` (another product for `item`), `part` (some now, the rest
        later), `without` (the order without `item`), `cancel`.
    item, substitute: descriptions of products. first_date: when the first part is there, for `part`.
    delivery_date: when everything that is delivered is there; None where nothing travels.
    price_change, total: minor units; the total is the order's and the change, except for `cancel`.
    remark: one more sentence, in the customer's language.
    """

    kind: Literal["later", "substitute", "part", "without", "cancel"]
    item: Text = ""
    substitute: Text = ""
    first_date: date | None = None
    delivery_date: date | None = None
    price_change: int = 0
    total: int = 0
    remark: Text = ""


Choices = Annotated[tuple[Choice, ...], Field(min_length=1)]


def offer(
    order_id: str,
    order: Order,
    choices: Choices,
    settings: Settings,
    link: str,
    *,
    expires_at: datetime,
    locale: str | None = None,
) -> Message:
    """The choices with their dates and prices side by side, held until `expires_at`.

    Raises `sums.DoesNotAddUp` when a choice's total is not the order's total and its change.
    """
    writer = Writer(order_id, order, settings, locale)
    letter = writer.letter(
        "offer",
        paragraphs=(writer.text("offer.intro"), writer.text("offer.until", time=writer.moment(expires_at))),
        button=Link(writer.text("button.choose"), link),
    )
    letter = replace(
        letter,
        notices_heading=writer.text("offer.choices"),
        choices=tuple(_shown(choice, order, writer) for choice in choices),
        after_button=writer.text("offer.after"),
    )
    return written(writer.with_lines(letter))


def _shown(choice: Choice, order: Order, writer: Writer) -> ChoiceShown:
    title = writer.text(f"choice.{choice.kind}", **_names(choice))
    remark = (one_line(choice.remark),) if choice.remark else ()
    if choice.kind == "cancel":
        return ChoiceShown(title=title, details=(writer.text("choice.nothing"), *remark))
    if choice.total != order.total + choice.price_change:
        raise DoesNotAddUp(f"choice {choice.kind}: {choice.total} is not {order.total} and {choice.price_change}")
    change = writer.signed_amount(choice.price_change) if choice.price_change else writer.text("choice.no_change")
    dates = (("choice.first", choice.first_date), ("choice.delivery", choice.delivery_date))
    facts = [Labelled(writer.text(key), writer.figures.day(day)) for key, day in dates if day]
    facts.append(Labelled(writer.text("choice.change"), change))
    facts.append(Labelled(writer.text("choice.total"), writer.amount(choice.total)))
    return ChoiceShown(title=title, details=remark, facts=tuple(facts))


def _names(choice: Choice) -> dict[str, str]:
    if choice.kind == "substitute":
        return {"item": one_line(choice.item), "substitute": one_line(choice.substitute)}
    return {"item": one_line(choice.item)} if choice.kind == "without" else {}
