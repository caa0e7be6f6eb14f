"""The pages behind the link in a question: the customer puts an order right, or cancels it.

The address is `/decide/{order id}?token=...`: GET shows what the order needs now, POST does what the form's button
says and sends the browser to a page by GET, so that no reload and no back button sends anything again. The order
changes when the customer has accepted what a preview showed; until then what they filled in is a draft beside it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from order_processing import order_number
from order_processing.access import LinkExpired
from order_processing.cancellation import BY_CUSTOMER, TOO_LATE_TO_CANCEL, CannotCancel, can_cancel, cancel
from order_processing.catalogue import Catalogue
from order_processing.decisions import Executions, NotAsked, decide
from order_processing.errors import OrderNotFound
from order_processing.http import Answer, Request
from order_processing.mail import texts as mail_texts
from order_processing.mail.letter import Link
from order_processing.mail.plain import one_line
from order_processing.observe import logger
from order_processing.order import Order
from order_processing.orders import Orders
from order_processing.pages.exchange import TurnedAway, html_answer, read_form, see_other
from order_processing.pages.form import form
from order_processing.pages.page import Page, Pages
from order_processing.pages.preview import preview
from order_processing.pages.texts import accepted_languages
from order_processing.pages.wording import Wording
from order_processing.proposal import NotOffered, Proposal, asked_of_customer, offered_for, propose
from order_processing.settings import Settings
from order_processing.stages.verify_order import verification_of
from order_processing.stored_order import CUSTOMER, Draft, Status, StoredOrder
from order_processing.stored_order import Answer as Decision
from order_processing.verification.corrections import order_of
from order_processing.verification.verify import Verification

_OWN = frozenset({"do", "total", "also"})


class Links(Protocol):
    """Links that prove whose an order is."""

    def page_url(self, order_id: str) -> str: ...

    def may_decide(self, order_id: str, token: str, now: datetime) -> bool:
        """Raises LinkExpired."""
        ...


def _route(handle: Callable[..., Answer]) -> Callable[..., Answer]:
    @functools.wraps(handle)
    def answered(self: DecisionPages, order_id: str, request: Request) -> Answer:
        try:
            return handle(self, order_id, request)
        except TurnedAway as turn:
            logger.info("turned away", extra={"reason": turn.kind, "status": turn.status})
            return self._turned_away(turn, request)

    return answered


class DecisionPages:
    """Every route under /decide."""

    def __init__(
        self,
        *,
        orders: Orders,
        executions: Executions,
        links: Links,
        catalogue: Catalogue,
        guest_id: Callable[[str], str],
        settings: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._orders = orders
        self._executions = executions
        self._links = links
        self._catalogue = catalogue
        self._guest_id = guest_id
        self._settings = settings
        self._clock = clock

    @_route
    def show(self, order_id: str, request: Request) -> Answer:
        """GET: what the order needs now. step: preview, changed (as preview), edit or cancel; else the first page."""
        stored = self._opened(order_id, request)
        step = request.query.get("step", "")
        if step == "cancel" and can_cancel(stored, self._clock()):
            return html_answer(200, self._pages(stored).cancel())
        draft = stored.draft
        if step in ("preview", "changed", "edit") and _asks_here(stored) and draft and _is_current(draft, stored):
            return self._drafted(stored, draft, step)
        return self._state(stored)

    @_route
    def post(self, order_id: str, request: Request) -> Answer:
        """POST: what the button says: preview, edit, accept, cancel or cancel-now. Its page follows by GET."""
        stored = self._opened(order_id, request)
        fields = read_form(request, stored.order_id)
        do = fields.get("do", "")
        if do == "cancel-now":
            return self._cancel(stored, request)
        if do == "accept" and not _asks_here(stored):
            return self._accept_again(stored, request)
        if do in ("preview", "accept") and _asks_here(stored):
            return self._fill_in(stored, do, fields, request)
        return see_other(request, do if do in ("edit", "cancel") else "")

    @_route
    def unknown(self, order_id: str, request: Request) -> Answer:
        """Any other path or method."""
        raise TurnedAway(404, "wrong_link")

    def failed(self, request: Request) -> Answer:
        """A fault of our own."""
        return self._turned_away(TurnedAway(500, "failed"), request)

    def _opened(self, order_id: str, request: Request) -> StoredOrder:
        """The order that the link opens."""
        try:
            number = order_number.parse(order_id)
        except order_number.OrderNumberError:
            raise TurnedAway(404, "wrong_link") from None
        try:
            if not self._links.may_decide(number, request.query.get("token", ""), self._clock()):
                raise TurnedAway(404, "wrong_link")
        except LinkExpired:
            raise TurnedAway(410, "expired_link", number) from None
        try:
            return self._orders.load(number)
        except OrderNotFound:
            raise TurnedAway(404, "wrong_link") from None

    def _fill_in(self, stored: StoredOrder, do: str, fields: dict[str, str], request: Request) -> Answer:
        """Hold the form against the order; keep it as an answer if that was accepted, else as a draft to be shown."""
        given = {name: one_line(value) for name, value in fields.items() if name not in _OWN}
        draft = Draft(number=len(stored.answers), fields=given, offered=tuple(fields.get("also", "").split()))
        try:
            proposal = self._proposal(stored, draft)
        except NotOffered:
            raise TurnedAway(400, "refused", stored.order_id) from None
        if do == "accept" and proposal.acceptable and fields.get("total") == str(proposal.total):
            return self._accept(stored, proposal, request)
        self._orders.keep_draft(stored.order_id, draft)
        return see_other(request, "changed" if do == "accept" else "preview")

    def _drafted(self, stored: StoredOrder, draft: Draft, step: str) -> Answer:
        """What comes of the draft: the form again where something is not right, else what it changes."""
        try:
            proposal = self._proposal(stored, draft)
        except NotOffered:  # what is offered may have changed since
            return self._state(stored)
        asked = asked_of_customer(stored.discrepancies)
        more = (path for path in proposal.offered if path not in offered_for(asked))
        also = tuple(dict.fromkeys((*draft.offered, *more)))
        pages, wording = self._pages(stored), self._wording(stored)
        if step != "edit" and proposal.acceptable:
            shown = preview(wording, proposal, differs=step == "changed")
            return html_answer(200, pages.preview(shown, given=draft.fields, offered_before=also))
        found, offered, wrong = proposal.unsettled, proposal.offered, proposal.mistakes
        filled_in = form(wording, self._settings, asked, found, offered, draft.fields, wrong)
        again = not proposal.acceptable
        page = pages.form(filled_in, until=self._until(stored), again=again, offered_before=also)
        return html_answer(200, page)

    def _proposal(self, stored: StoredOrder, draft: Draft) -> Proposal:
        """Raises NotOffered."""
        asked = asked_of_customer(stored.discrepancies)
        return propose(order_of(stored), asked, draft.fields, self._verified(stored), offered_before=draft.offered)

    def _accept(self, stored: StoredOrder, proposal: Proposal, request: Request) -> Answer:
        decision = Decision(actor=CUSTOMER, at=self._clock(), corrections=proposal.corrections)
        try:
            decide(stored.order_id, decision, orders=self._orders, executions=self._executions)
        except NotAsked:
            logger.info("answered twice", extra={"order_id": stored.order_id})
        return see_other(request)

    def _accept_again(self, stored: StoredOrder, request: Request) -> Answer:
        """The same answer once more: the execution is told again, in case it did not hear."""
        if stored.answers and stored.answers[-1].actor == CUSTOMER and not stored.ended and not stored.pending:
            try:
                decide(stored.order_id, stored.answers[-1], orders=self._orders, executions=self._executions)
            except NotAsked:
                logger.info("answered twice", extra={"order_id": stored.order_id})
        return see_other(request)

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
            why = "too_late" if error.code == TOO_LATE_TO_CANCEL else "confirming"
            return html_answer(409, self._notice(stored, f"cancel.{why}_heading", (f"cancel.{why}",)))
        return see_other(request)

    def _state(self, stored: StoredOrder) -> Answer:
        """The page that fits where the order is."""
        if _asks_here(stored):
            asked = asked_of_customer(stored.discrepancies)
            shown = form(self._wording(stored), self._settings, asked, asked, offered_for(asked))
            page = self._pages(stored).form(shown, until=self._until(stored), again=False, offered_before=())
        elif stored.ended:
            page = self._ended(stored)
        elif stored.status is Status.OFFER_PENDING:
            page = self._notice(stored, "choice.heading", ("choice.text",))
        elif stored.pending:
            page = self._notice(stored, "staff.heading", ("staff.text",))
        elif stored.answers and stored.answers[-1].actor == CUSTOMER:
            page = self._notice(stored, "answered.heading", ("answered.text",), cancellable=False)
        else:
            page = self._notice(stored, "going.heading", ("going.text",), cancellable=False)
        return html_answer(200, page)

    def _ended(self, stored: StoredOrder) -> Page:
        words = self._wording(stored).mail.text
        kind = stored.status.value.lower()
        return self._pages(stored).notice(
            words(f"{kind}.heading"),
            (words(f"{kind}.intro"), words("ended.nothing_delivered")),
            button=self._status_link(stored),
        )

    def _notice(
        self, stored: StoredOrder, heading: str, paragraphs: tuple[str, ...], *, cancellable: bool = True
    ) -> Page:
        wording = self._wording(stored)
        return self._pages(stored).notice(
            wording.say(heading),
            tuple(wording.say(paragraph) for paragraph in paragraphs),
            button=self._status_link(stored),
            can_cancel=cancellable and can_cancel(stored, self._clock()),
        )

    def _turned_away(self, turn: TurnedAway, request: Request) -> Answer:
        """A page without anything of the order but its number, and that only behind a link that was good once."""
        stored = self._stored_or_none(turn.order_id)
        wishes = accepted_languages(request.headers.get("accept-language", ""))
        locale = order_of(stored).customer.locale if stored else ""
        words = mail_texts.of(mail_texts.tag(locale, *wishes, self._settings.store.locale))
        number = order_number.display(turn.order_id) if stored else ""
        pages = Pages(self._settings.store, words, number)
        return html_answer(turn.status, pages.turned_away(turn.kind))

    def _stored_or_none(self, order_id: str) -> StoredOrder | None:
        try:
            return self._orders.load(order_id) if order_id else None
        except OrderNotFound:
            return None

    def _verified(self, stored: StoredOrder) -> Callable[[Order], Verification]:
        return functools.partial(
            verification_of,
            approvals=stored.approvals,
            catalogue=self._catalogue,
            coupon_uses=lambda code: self._orders.coupon_uses(code) - (code in stored.coupons),
            settings=self._settings,
            guest_id=self._guest_id,
            now=self._clock(),
        )

    def _wording(self, stored: StoredOrder) -> Wording:
        return Wording(stored.order_id, order_of(stored), self._settings)

    def _pages(self, stored: StoredOrder) -> Pages:
        wording = self._wording(stored)
        return Pages(self._settings.store, wording.mail.text, wording.number)

    def _until(self, stored: StoredOrder) -> str:
        if not stored.question:
            return ""
        wording = self._wording(stored)
        return wording.mail.text("question.until", time=wording.mail.moment(stored.question.expires_at))

    def _status_link(self, stored: StoredOrder) -> Link:
        return Link(self._wording(stored).mail.text("button.status"), self._links.page_url(stored.order_id))


def _asks_here(stored: StoredOrder) -> bool:
    return stored.status is Status.CORRECTION_PENDING and stored.asks_customer


def _is_current(draft: Draft, stored: StoredOrder) -> bool:
    return draft.number == len(stored.answers)
