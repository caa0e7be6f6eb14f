"""The choice page: what an order was offered, side by side, and what the customer chooses of it.

A choice counts only for what its page showed: its key comes back with the total and a fingerprint of the whole
alternative, and with the consent to a higher price where there is one.
"""

from __future__ import annotations

from order_processing.choices import choose_offered
from order_processing.decision_desk import Desk
from order_processing.decisions import NotAsked
from order_processing.http import Answer, Request
from order_processing.mail.offers import named, title_of
from order_processing.observe import logger
from order_processing.offer import Alternative, ConsentNeeded, NotOffered, OfferExpired
from order_processing.order_parts import CUSTOMER
from order_processing.pages.choices import cards, fingerprint
from order_processing.pages.exchange import see_other
from order_processing.pages.page import Page
from order_processing.status import Status
from order_processing.stored_order import StoredOrder

_AGREE = "agree-"


class OfferPages:
    """The choices and what they send."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def asks(self, stored: StoredOrder) -> bool:
        """Whether the customer is asked here."""
        return stored.status is Status.OFFER_PENDING and stored.offer is not None and stored.verified is not None

    def page(self, stored: StoredOrder, step: str) -> Page:
        """The choices. step: `changed` after one that is no longer as it was shown, `agree-<key>` after one whose
        higher price was not agreed to."""
        if stored.offer is None or stored.verified is None:
            raise ValueError(f"order {stored.order_id} is {stored.status} and nothing is offered")
        shown = cards(
            stored.order_id,
            stored.verified,
            stored.offer,
            self._desk.settings,
            not_agreed=step.removeprefix(_AGREE) if step.startswith(_AGREE) else "",
        )
        until = self._desk.until(stored, "offer.until" if shown else "question.until")
        return self._desk.pages(stored).choices(shown, until=until, changed=step == "changed")

    def post(self, stored: StoredOrder, fields: dict[str, str], request: Request) -> Answer:
        """Keep a choice, once, if it is of what was shown."""
        key = fields.get("choice", "")
        alternative = self._as_shown(stored, key, fields)
        if self.asks(stored) and alternative is None:
            return see_other(request, "changed")
        agreed = alternative.difference if alternative and fields.get("agree") == str(alternative.difference) else 0
        try:
            choose_offered(
                stored.order_id,
                key,
                actor=CUSTOMER,
                agreed_difference=agreed,
                as_shown=alternative,
                orders=self._desk.orders,
                executions=self._desk.executions,
                now=self._desk.clock(),
            )
        except ConsentNeeded:
            return see_other(request, f"{_AGREE}{key}")
        except NotOffered:
            return see_other(request, "changed")
        except (NotAsked, OfferExpired) as error:
            logger.info("not chosen", extra={"order_id": stored.order_id, "reason": type(error).__name__})
        return see_other(request)

    def chosen(self, stored: StoredOrder) -> tuple[str, ...]:
        """What was chosen, in words; nothing where that was not the last answer."""
        choice = stored.standing_answers[-1].choice if stored.standing_answers else None
        if not choice:
            return ()
        wording = self._desk.wording(stored)
        names = {line.line_id: line.title or line.sku for line in wording.order.lines}
        title = title_of(named(choice.alternative, names), wording.mail)
        return (wording.page("answered.choice", choice=title),)

    @staticmethod
    def _as_shown(stored: StoredOrder, key: str, fields: dict[str, str]) -> Alternative | None:
        """The alternative that the page showed; None where it is no longer offered just so."""
        if stored.offer is None or stored.verified is None:
            return None
        for alternative in stored.offer.alternatives:
            if alternative.key == key and alternative.promise is not None:
                total = str(stored.verified.order.total + alternative.difference)
                same = fields.get("total") == total and fields.get("shown") == fingerprint(alternative)
                return alternative if same else None
        return None
