"""An offer's choices as the page shows them: each with its dates, lines, difference in price and new total."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from order_processing.mail.offers import choice_of, facts_of, title_of
from order_processing.mail.writer import Writer
from order_processing.offer import Alternative, Offer, changed
from order_processing.pages import texts
from order_processing.pages.shown import CardShown, identifier
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder


def cards(
    order_id: str, verified: VerifiedOrder, offer: Offer, settings: Settings, *, not_agreed: str = ""
) -> tuple[CardShown, ...]:
    """The alternatives, but to cancel. not_agreed: the key of one whose higher price was not agreed to."""
    return tuple(_cards(order_id, verified, offer, settings, not_agreed))


def fingerprint(alternative: Alternative) -> str:
    """What tells an alternative from one with another date, source, product or price."""
    return hashlib.sha256(alternative.model_dump_json().encode()).hexdigest()[:16]


def _cards(
    order_id: str, verified: VerifiedOrder, offer: Offer, settings: Settings, not_agreed: str
) -> Iterator[CardShown]:
    before = Writer(order_id, verified.order, settings)
    page = texts.of(before.text.language)
    for alternative in offer.alternatives:
        if alternative.promise is None:
            continue
        choice = choice_of(verified, alternative)
        after = changed(verified, alternative)
        writer = Writer(order_id, after.order, settings)
        more = {"amount": writer.amount(alternative.difference), "total": writer.amount(choice.total)}
        agree = page("choose.agree", **more) if alternative.raises_price else ""
        items = {item.line_id: item for item in after.items}
        yield CardShown(
            id=identifier(alternative.key),
            key=alternative.key,
            title=title_of(choice, before),
            facts=tuple((fact.label, fact.value) for fact in facts_of(choice, before)),
            lines=tuple(
                writer.line(
                    line,
                    items[line.line_id],
                    writer.delivery(line, items[line.line_id], alternative.promise),
                )
                for line in after.order.lines
            ),
            total=choice.total,
            shown=fingerprint(alternative),
            difference=alternative.difference,
            agree=agree,
            problem=page("choose.must_agree") if agree and alternative.key == not_agreed else "",
        )
