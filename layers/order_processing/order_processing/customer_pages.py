"""The pages on which customers see their orders: one by the link in its mails, all of an account by a link of its own.

`/my/orders/{order id}?token=...` shows one order to whoever holds its link, as does the API. `/my/orders?token=...`
shows an account's orders: that one knows the link of one order does not prove that one may see the others, so this
link is sent to the e-mail address that the account has with us, on request, a few times an hour, and is good for
minutes. Nothing is looked up but by key.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Protocol
from urllib.parse import urlencode

from order_processing import order_number
from order_processing.access import LinkExpired
from order_processing.account import AccountEntry
from order_processing.cancellation import BY_CUSTOMER, TOO_LATE_TO_CANCEL, CannotCancel, can_cancel, cancel, refusal
from order_processing.catalogue import Catalogue, normal_email
from order_processing.decisions import Executions
from order_processing.errors import OrderNotFound
from order_processing.http import Answer, Request
from order_processing.mail import texts as mail_texts
from order_processing.mail.account_link import orders_link
from order_processing.mail.figures import Figures
from order_processing.mail.letter import Link
from order_processing.mail.plain import one_line
from order_processing.observe import logger
from order_processing.orders import Orders
from order_processing.pages.exchange import TurnedAway, html_answer, read_form, see_other
from order_processing.pages.order_page import RowShown, heading_of, is_fresh, order_page, short_state, travels
from order_processing.pages.page import Pages
from order_processing.pages.texts import accepted_languages
from order_processing.pages.wording import Wording
from order_processing.post import AddressRefused, Post
from order_processing.settings import Settings
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verification.corrections import order_of

_FRESH_SECONDS = 600
_RENEWED_AFTER_SECONDS = 15
_ROWS = 20
_MOST_SORTED = 5000
_LINKS_AN_HOUR = 3


class Links(Protocol):
    """Links that prove whose an order, or an account, is."""

    def page_url(self, order_id: str) -> str: ...

    def decision_url(self, order_id: str, expires_at: datetime) -> str: ...

    def account_url(self, customer_id: str, expires_at: datetime) -> str: ...

    def may_see(self, order_id: str, token: str) -> bool: ...

    def account_of(self, token: str, now: datetime) -> str | None:
        """Raises LinkExpired."""
        ...


class Accounts(Protocol):
    """Customers' accounts by key."""

    def entries(self, customer_id: str) -> Iterable[AccountEntry]:
        """The account's orders."""
        ...

    def may_send_link(self, customer_id: str, now: datetime, *, most: int, within: timedelta) -> bool:
        """Count one more link to the account; False when there were enough within this time."""
        ...


class Heads(Protocol):
    """Where orders are, by their ids."""

    def states(self, order_ids: Sequence[str]) -> dict[str, tuple[Status, bool]]:
        """Each order's status, and whether it has left."""
        ...


def _route(handle: Callable[..., Answer]) -> Callable[..., Answer]:
    @functools.wraps(handle)
    def answered(self: CustomerPages, *args: object) -> Answer:
        try:
            return handle(self, *args)
        except TurnedAway as turn:
            logger.info("turned away", extra={"reason": turn.kind, "status": turn.status})
            request = args[-1]
            assert isinstance(request, Request)  # noqa: S101 - for the type checker
            return self._turned_away(turn, request)

    return answered


class CustomerPages:
    """Every route under /my/orders."""

    def __init__(
        self,
        *,
        orders: Orders,
        heads: Heads,
        accounts: Accounts,
        executions: Executions,
        links: Links,
        catalogue: Catalogue,
        post: Post,
        guest_id: Callable[[str], str],
        settings: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._orders = orders
        self._heads = heads
        self._accounts = accounts
        self._executions = executions
        self._links = links
        self._catalogue = catalogue
        self._post = post
        self._guest_id = guest_id
        self._settings = settings
        self._clock = clock

    @_route
    def show(self, order_id: str, request: Request) -> Answer:
        """GET: the order as it is now. step: cancel, or what became of a request for the list (sent, ...)."""
        stored = self._opened(order_id, request)
        step = request.query.get("step", "")
        if step == "cancel" and can_cancel(stored, self._clock()):
            return html_answer(200, self._pages(stored).cancel())
        if step in ("sent", "often", "no_account"):
            return self._notice(stored, f"orders.{step}_heading", f"orders.{step}_text", 200)
        return self._order(stored)

    @_route
    def post(self, order_id: str, request: Request) -> Answer:
        """POST: what the button says: cancel, cancel-now or orders. Its page follows by GET."""
        stored = self._opened(order_id, request)
        do = read_form(request, stored.order_id).get("do", "")
        if do == "cancel-now":
            return self._cancel(stored, request)
        if do == "orders":
            return see_other(request, self._send_link(stored))
        return see_other(request, "cancel" if do == "cancel" else "")

    @_route
    def orders(self, request: Request) -> Answer:
        """GET: the orders of the account that the link opens, 20 a page."""
        now = self._clock()
        try:
            customer_id = self._links.account_of(request.query.get("token", ""), now)
        except LinkExpired:
            raise TurnedAway(410, "orders_expired") from None
        if customer_id is None:
            raise TurnedAway(404, "wrong_link")
        held = islice(self._accounts.entries(customer_id), _MOST_SORTED)
        entries = sorted(held, key=lambda entry: entry.recorded_at, reverse=True)
        start = _position(request.query.get("from", ""))
        shown = entries[start : start + _ROWS]
        states = self._heads.states([entry.order_id for entry in shown])
        words = self._words(request)
        figures = Figures(self._tag(request), words.language)
        rows = [self._row(entry, *states[entry.order_id], figures) for entry in shown if entry.order_id in states]
        kept = {name: request.query.get(name, "") for name in ("token", "lang")}
        more = f"?{urlencode(kept)}&from={start + _ROWS}" if len(entries) > start + _ROWS else ""
        return html_answer(200, Pages(self._settings.store, words).orders(rows, more=more))

    def _opened(self, order_id: str, request: Request) -> StoredOrder:
        """The order that the link opens."""
        try:
            number = order_number.parse(order_id)
        except order_number.OrderNumberError:
            raise TurnedAway(404, "wrong_link") from None
        if not self._links.may_see(number, request.query.get("token", "")):
            raise TurnedAway(404, "wrong_link")
        try:
            return self._orders.load(number)
        except OrderNotFound:
            raise TurnedAway(404, "wrong_link") from None

    def _order(self, stored: StoredOrder) -> Answer:
        now = self._clock()
        wording = self._wording(stored)
        live = is_fresh(stored, now, _FRESH_SECONDS)
        refused = None if stored.ended else refusal(stored, now)
        page = self._pages(stored).order(
            heading_of(stored, wording),
            order_page(stored, wording, self._settings, live=live),
            answer=self._answer_link(stored, wording),
            can_cancel=can_cancel(stored, now),
            too_late=wording.say(_too_late(stored)) if refused and refused.code == TOO_LATE_TO_CANCEL else "",
            list_offer=wording.page("orders.offer_text", minutes=self._minutes(wording)),
        )
        found = html_answer(200, page)
        renewed = {"Refresh": str(_RENEWED_AFTER_SECONDS)} if live else {}
        return found.model_copy(update={"headers": found.headers | renewed})

    def _answer_link(self, stored: StoredOrder, wording: Wording) -> Link | None:
        """To the page of the question, for as long as it is asked."""
        if not stored.pending or not stored.asks_customer or not stored.question:
            return None
        button = "choose" if stored.status is Status.OFFER_PENDING else "answer"
        url = self._links.decision_url(stored.order_id, stored.question.expires_at)
        return Link(wording.mail.text(f"button.{button}"), url)

    def _cancel(self, stored: StoredOrder, request: Request) -> Answer:
        try:
            cancel(
                stored.order_id,
                orders=self._orders,
                executions=self._executions,
                reason=BY_CUSTOMER,
                now=self._clock(),
            )
        except CannotCancel as error:
            if error.code == TOO_LATE_TO_CANCEL:
                return self._notice(stored, "cancel.too_late_heading", _too_late(stored), 409)
            return self._notice(stored, "cancel.confirming_heading", "cancel.confirming", 409)
        return see_other(request)

    def _send_link(self, stored: StoredOrder) -> str:
        """Send the link to the account's orders to the address on file; the step of the page that tells of it."""
        now, order = self._clock(), order_of(stored)
        customer_id = stored.verified.customer_id if stored.verified else ""
        address = self._address_on_file(customer_id, order.customer.email)
        if not address:
            return "no_account"
        if not self._accounts.may_send_link(customer_id, now, most=_LINKS_AN_HOUR, within=timedelta(hours=1)):
            return "often"
        minutes = self._settings.limits.list_link_minutes
        expires_at = now + timedelta(minutes=minutes)
        url = self._links.account_url(customer_id, expires_at) + f"&lang={self._wording(stored).mail.text.language}"
        message = orders_link(stored.order_id, order, self._settings, url, minutes=minutes)
        try:
            self._post.send(message, to=address, order_id=stored.order_id, kind="orders_link")
        except AddressRefused:
            return "no_account"
        return "sent"

    def _address_on_file(self, customer_id: str, email: str) -> str:
        """A guest's account is the address itself; that of any other stands in the catalogue."""
        if not customer_id:
            return ""
        if "@" in email and self._guest_id(normal_email(email)) == customer_id:
            return email
        known = self._catalogue.fetch([("customer", customer_id)]).get(("customer", customer_id), {})
        return next(iter(known.get("emails", ())), "")

    def _row(self, entry: AccountEntry, status: Status, left: bool, figures: Figures) -> RowShown:
        return RowShown(
            number=order_number.display(entry.order_id),
            url=self._links.page_url(entry.order_id),
            description=one_line(entry.description),
            recorded=figures.day_of(entry.recorded_at, self._settings.store.time_zone),
            state=short_state(status, shipped=left),
            amount=figures.amount(entry.amount, entry.currency),
        )

    def _notice(self, stored: StoredOrder, heading: str, text: str, status: int) -> Answer:
        wording = self._wording(stored)
        told = wording.page(text, **self._told(wording))
        back = Link(wording.page("order.back"), self._links.page_url(stored.order_id))
        page = self._pages(stored).notice(wording.say(heading), (told,), button=back)
        return html_answer(status, page)

    def _told(self, wording: Wording) -> dict[str, str]:
        return {"number": wording.number, "minutes": self._minutes(wording)}

    def _minutes(self, wording: Wording) -> str:
        return wording.mail.figures.number(self._settings.limits.list_link_minutes)

    @_route
    def unknown(self, request: Request) -> Answer:
        """Any other path or method."""
        raise TurnedAway(404, "wrong_link")

    def _turned_away(self, turn: TurnedAway, request: Request) -> Answer:
        pages = Pages(self._settings.store, self._words(request))
        return html_answer(turn.status, pages.turned_away(turn.kind))

    def _words(self, request: Request) -> mail_texts.Texts:
        return mail_texts.of(self._tag(request))

    def _tag(self, request: Request) -> str:
        wishes = accepted_languages(request.headers.get("accept-language", ""))
        return mail_texts.tag(request.query.get("lang"), *wishes, self._settings.store.locale)

    def _wording(self, stored: StoredOrder) -> Wording:
        order = stored.verified.order if stored.verified else order_of(stored)
        return Wording(stored.order_id, order, self._settings)

    def _pages(self, stored: StoredOrder) -> Pages:
        wording = self._wording(stored)
        return Pages(self._settings.store, wording.mail.text, wording.number)


def _position(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _too_late(stored: StoredOrder) -> str:
    """The text that says what to do instead: refuse a parcel, if there is one."""
    return "cancel.too_late_digital" if stored.handed_out and not travels(stored) else "cancel.too_late"
