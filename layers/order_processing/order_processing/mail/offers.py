"""The mail with an offer: what the customer may choose when the order cannot be promised as asked."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from order_processing.mail.letter import ChoiceShown, Labelled, Link, written
from order_processing.mail.message import Message
from order_processing.mail.plain import one_line
from order_processing.mail.sums import DoesNotAddUp
from order_processing.mail.writer import Writer
from order_processing.offer import Alternative, Offer, changed
from order_processing.order import Order, Record, Text
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder

_MOST_NAMES = 3


class Choice(Record):
    """One thing that the customer may choose.

    key: by which it is chosen.
    kind: `later` (all of it, later), `substitute` (another product for `item`), `part` (some now, the rest later),
        `without` (the order without `item`), `cancel`.
    item, substitute: descriptions of products. first_date: when the first part is there, for `part`.
    delivery_date: when everything that is delivered is there; None where nothing travels.
    price_change, total: minor units; the total is the order's and the change, except for `cancel`.
    remark: one more sentence, in the customer's language.
    """

    key: Text = ""
    kind: Literal["later", "substitute", "part", "without", "cancel"]
    item: Text = ""
    substitute: Text = ""
    first_date: date | None = None
    delivery_date: date | None = None
    price_change: int = 0
    total: int = 0
    remark: Text = ""


Choices = Annotated[tuple[Choice, ...], Field(min_length=1)]


def choices_of(verified: VerifiedOrder, offered: Offer) -> Choices:
    """The choices of an order's offer, in its sequence."""
    return tuple(choice_of(verified, alternative) for alternative in offered.alternatives)


def choice_of(verified: VerifiedOrder, alternative: Alternative) -> Choice:
    """The alternative as it is told. Dates of a first and a last part are given where they differ."""
    days = [allocation.delivery_date for allocation in alternative.promise.allocations] if alternative.promise else []
    dates_and_prices = {
        "first_date": min(days) if len(set(days)) > 1 else None,
        "delivery_date": max(days, default=None),
        "price_change": alternative.difference,
        "total": 0 if alternative.kind == "cancel" else changed(verified, alternative).order.total,
    }
    names = {item.line_id: item.description or item.sku for item in verified.items}
    return named(alternative, names).model_copy(update=dates_and_prices)


def named(alternative: Alternative, names: Mapping[str, str]) -> Choice:
    """The alternative without dates and prices. names: of the lines' products before it, by the lines' ids."""
    replaced = [replacement.line_id for replacement in alternative.replacements]
    return Choice(
        key=alternative.key,
        kind="part" if alternative.kind == "in_parts" else alternative.kind,
        item=_together(names[line_id] for line_id in replaced or alternative.removed),
        substitute=_together(replacement.item.description for replacement in alternative.replacements),
    )


def _together(names: Iterable[str]) -> str:
    """A few names, and dots for the rest."""
    different = list(dict.fromkeys(name[:120] for name in names))
    return ", ".join(different[:_MOST_NAMES]) + ("…" if len(different) > _MOST_NAMES else "")


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
    nothing = all(choice.kind == "cancel" for choice in choices)
    until = writer.text("question.until" if nothing else "offer.until", time=writer.moment(expires_at))
    letter = writer.letter(
        "offer",
        paragraphs=(writer.text("offer.nothing" if nothing else "offer.intro"), until),
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
    remark = (one_line(choice.remark),) if choice.remark else ()
    if choice.kind == "cancel":
        return ChoiceShown(title=title_of(choice, writer), details=(writer.text("choice.nothing"), *remark))
    if choice.total != order.total + choice.price_change:
        raise DoesNotAddUp(f"choice {choice.kind}: {choice.total} is not {order.total} and {choice.price_change}")
    return ChoiceShown(title=title_of(choice, writer), details=remark, facts=facts_of(choice, writer))


def title_of(choice: Choice, writer: Writer) -> str:
    """What it is, in a few words."""
    return writer.text(f"choice.{choice.kind}", **_names(choice))


def facts_of(choice: Choice, writer: Writer) -> tuple[Labelled, ...]:
    """Dates, the difference in price and the new total, in the same sequence for each choice."""
    change = writer.signed_amount(choice.price_change) if choice.price_change else writer.text("choice.no_change")
    dates = (("choice.first", choice.first_date), ("choice.delivery", choice.delivery_date))
    facts = [Labelled(writer.text(key), writer.figures.day(day)) for key, day in dates if day]
    facts.append(Labelled(writer.text("choice.change"), change))
    facts.append(Labelled(writer.text("choice.total"), writer.amount(choice.total)))
    return tuple(facts)


def _names(choice: Choice) -> dict[str, str]:
    if choice.kind == "substitute":
        return {"item": one_line(choice.item), "substitute": one_line(choice.substitute)}
    return {"item": one_line(choice.item)} if choice.kind == "without" else {}
