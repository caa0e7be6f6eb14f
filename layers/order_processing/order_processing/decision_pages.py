"""The pages behind the link in a question: the customer puts an order right, chooses of an offer, or cancels.

The address is `/decide/{order id}?token=...`: GET shows what the order needs now, POST does what the form's button
says and sends the browser to a page by GET, so that no reload and no back button sends anything again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime

from order_processing.cancellation import BY_CUSTOMER, TOO_LATE_TO_CANCEL, CannotCancel, can_cancel, cancel
from order_processing.catalogue import Catalogue
from order_processing.correction_pages import CorrectionPages
from order_processing.decision_desk import Desk, Links
from order_processing.decisions import Executions
from order_processing.http import Answer, Request
from order_processing.observe import logger
from order_processing.offer_pages import OfferPages
from order_processing.order_parts import CUSTOMER
from order_processing.orders import Orders
from order_processing.pages.exchange import TurnedAway, html_answer, read_form, see_other
from order_processing.pages.page import Page
from order_processing.settings import Settings
from order_processing.status import Status
from order_processing.stored_order import StoredOrder


def _route(handle: Callable[..., Answer]) -> Callable[..., Answer]:
    @functools.wraps(handle)
    def answered(self: DecisionPages, order_id: str, request: Request) -> Answer:
        try:
            return handle(self, order_id, request)
        except TurnedAway as turn:
            logger.info("turned away", extra={"reason": turn.kind, "status": turn.status})
            return self._desk.turned_away(turn, request)

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
        self._desk = Desk(orders=orders, executions=executions, links=links, settings=settings, clock=clock)
        self._corrections = CorrectionPages(self._desk, catalogue, guest_id)
        self._offers = OfferPages(self._desk)

    @_route
    def show(self, order_id: str, request: Request) -> Answer:
        """GET: what the order needs now. step: cancel, or a step of the form; else the first page."""
        stored = self._desk.opened(order_id, request)
        step = request.query.get("step", "")
        if step == "cancel" and can_cancel(stored, self._desk.clock()):
            return html_answer(200, self._desk.pages(stored).cancel())
        if self._corrections.asks(stored):
            return html_answer(200, self._corrections.page(stored, step))
        if self._offers.asks(stored):
            return html_answer(200, self._offers.page(stored, step))
        return html_answer(200, self._state(stored))

    @_route
    def post(self, order_id: str, request: Request) -> Answer:
        """POST: what the button says: preview, edit, accept, choose, cancel or cancel-now. Its page follows by GET."""
        stored = self._desk.opened(order_id, request)
        fields = read_form(request, stored.order_id)
        do = fields.get("do", "")
        if do == "cancel-now":
            return self._cancel(stored, request)
        if do in ("preview", "accept"):
            return self._corrections.post(stored, do, fields, request)
        if do == "choose":
            return self._offers.post(stored, fields, request)
        return see_other(request, do if do in ("edit", "cancel") else "")

    @_route
    def unknown(self, order_id: str, request: Request) -> Answer:
        """Any other path or method."""
        raise TurnedAway(404, "wrong_link")

    def failed(self, request: Request) -> Answer:
        """A fault of our own."""
        return self._desk.turned_away(TurnedAway(500, "failed"), request)

    def _cancel(self, stored: StoredOrder, request: Request) -> Answer:
        desk = self._desk
        try:
            cancel(
                stored.order_id, orders=desk.orders, executions=desk.executions, reason=BY_CUSTOMER, now=desk.clock()
            )
        except CannotCancel as error:
            why = "too_late" if error.code == TOO_LATE_TO_CANCEL else "confirming"
            return html_answer(409, desk.notice(stored, f"cancel.{why}_heading", f"cancel.{why}"))
        return see_other(request)

    def _state(self, stored: StoredOrder) -> Page:
        """The page of an order about which its customer is not asked."""
        if stored.ended:
            return self._desk.ended(stored)
        if stored.status is Status.OFFER_PENDING:
            return self._desk.notice(stored, "choice.heading", "choice.text")
        if stored.pending:
            return self._desk.notice(stored, "staff.heading", "staff.text")
        standing = stored.standing_answers
        if standing and standing[-1].actor == CUSTOMER:
            chosen = self._offers.chosen(stored)
            return self._desk.notice(stored, "answered.heading", "answered.text", cancellable=False, more=chosen)
        return self._desk.notice(stored, "going.heading", "going.text", cancellable=False)
