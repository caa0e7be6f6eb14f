"""What all pages behind the link in a question share: the order that the link opens, its words, and the notices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from order_processing import order_number
from order_processing.access import LinkExpired
from order_processing.cancellation import can_cancel
from order_processing.decisions import Executions
from order_processing.errors import OrderNotFound
from order_processing.http import Answer, Request
from order_processing.mail import texts as mail_texts
from order_processing.mail.letter import Link
from order_processing.orders import Orders
from order_processing.pages.exchange import TurnedAway, html_answer
from order_processing.pages.page import Page, Pages
from order_processing.pages.texts import accepted_languages
from order_processing.pages.wording import Wording
from order_processing.settings import Settings
from order_processing.stored_order import StoredOrder
from order_processing.verification.corrections import order_of


class Links(Protocol):
    """Links that prove whose an order is."""

    def page_url(self, order_id: str) -> str: ...

    def may_decide(self, order_id: str, token: str, now: datetime) -> bool:
        """Raises LinkExpired."""
        ...


class Desk:
    """One store's orders as its customers see them, each in its customer's language."""

    def __init__(
        self,
        *,
        orders: Orders,
        executions: Executions,
        links: Links,
        settings: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self.orders = orders
        self.executions = executions
        self.settings = settings
        self.clock = clock
        self._links = links

    def opened(self, order_id: str, request: Request) -> StoredOrder:
        """The order that the link opens; TurnedAway."""
        try:
            number = order_number.parse(order_id)
        except order_number.OrderNumberError:
            raise TurnedAway(404, "wrong_link") from None
        try:
            if not self._links.may_decide(number, request.query.get("token", ""), self.clock()):
                raise TurnedAway(404, "wrong_link")
        except LinkExpired:
            raise TurnedAway(410, "expired_link", number) from None
        try:
            return self.orders.load(number)
        except OrderNotFound:
            raise TurnedAway(404, "wrong_link") from None

    def wording(self, stored: StoredOrder) -> Wording:
        """Words about the order as its customer placed and corrected it."""
        return Wording(stored.order_id, order_of(stored), self.settings)

    def pages(self, stored: StoredOrder) -> Pages:
        """Pages about the order."""
        wording = self.wording(stored)
        return Pages(self.settings.store, wording.mail.text, wording.number)

    def until(self, stored: StoredOrder, key: str = "question.until") -> str:
        """Until when an answer is awaited, in the mails' words; "" while nobody was told."""
        if not stored.question:
            return ""
        wording = self.wording(stored)
        return wording.mail.text(key, time=wording.mail.moment(stored.question.expires_at))

    def ended(self, stored: StoredOrder) -> Page:
        """That the order has ended."""
        words = self.wording(stored).mail.text
        kind = stored.status.value.lower()
        paragraphs = (words(f"{kind}.intro"), words("ended.nothing_delivered"))
        return self.pages(stored).notice(words(f"{kind}.heading"), paragraphs, button=self._status_link(stored))

    def notice(
        self,
        stored: StoredOrder,
        heading: str,
        *paragraphs: str,
        cancellable: bool = True,
        more: tuple[str, ...] = (),
    ) -> Page:
        """A page that says one thing. heading, paragraphs: keys of texts; more: paragraphs in finished words."""
        wording = self.wording(stored)
        return self.pages(stored).notice(
            wording.say(heading),
            (*more, *(wording.say(paragraph) for paragraph in paragraphs)),
            button=self._status_link(stored),
            can_cancel=cancellable and can_cancel(stored, self.clock()),
        )

    def turned_away(self, turn: TurnedAway, request: Request) -> Answer:
        """A page without anything of the order but its number, and that only behind a link that was good once."""
        stored = self.orders.look_up(turn.order_id) if turn.order_id else None
        wishes = accepted_languages(request.headers.get("accept-language", ""))
        locale = order_of(stored).customer.locale if stored else ""
        words = mail_texts.of(mail_texts.tag(locale, *wishes, self.settings.store.locale))
        number = order_number.display(turn.order_id) if stored else ""
        pages = Pages(self.settings.store, words, number)
        return html_answer(turn.status, pages.turned_away(turn.kind))

    def _status_link(self, stored: StoredOrder) -> Link:
        return Link(self.wording(stored).mail.text("button.status"), self._links.page_url(stored.order_id))
