"""The correction page: the customer puts right what verification could not.

The order changes when the customer has accepted what a preview showed; until then what they filled in is a draft
beside it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from order_processing.catalogue import Catalogue
from order_processing.decision_desk import Desk
from order_processing.decisions import NotAsked, decide
from order_processing.http import Answer, Request
from order_processing.mail.plain import one_line
from order_processing.observe import logger
from order_processing.order import Order
from order_processing.order_parts import CUSTOMER, Draft
from order_processing.order_parts import Answer as Decision
from order_processing.pages.exchange import TurnedAway, see_other
from order_processing.pages.form import form
from order_processing.pages.page import Page
from order_processing.pages.preview import preview
from order_processing.proposal import NotOffered, Proposal, asked_of_customer, offered_for, propose
from order_processing.stages.verify_order import verification_of
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verification.corrections import order_of
from order_processing.verification.verify import Verification

_OWN = frozenset({"do", "total", "also"})


class CorrectionPages:
    """The form, its preview, and what they send."""

    def __init__(self, desk: Desk, catalogue: Catalogue, guest_id: Callable[[str], str]) -> None:
        self._desk = desk
        self._catalogue = catalogue
        self._guest_id = guest_id

    def asks(self, stored: StoredOrder) -> bool:
        """Whether the customer is asked here."""
        return stored.status is Status.CORRECTION_PENDING and stored.asks_customer

    def page(self, stored: StoredOrder, step: str) -> Page:
        """What is asked. step: preview, changed (as preview) or edit, of a draft; else the empty form."""
        draft = stored.draft
        if step in ("preview", "changed", "edit") and draft and draft.number == stored.turns:
            return self._drafted(stored, draft, step)
        return self._first(stored)

    def post(self, stored: StoredOrder, do: str, fields: dict[str, str], request: Request) -> Answer:
        """Hold the form against the order; keep it as an answer if that was accepted, else as a draft to be shown.

        do: preview or accept.
        """
        if not self.asks(stored):
            return self._accept_again(stored, request) if do == "accept" else see_other(request)
        given = {name: one_line(value) for name, value in fields.items() if name not in _OWN}
        draft = Draft(number=stored.turns, fields=given, offered=tuple(fields.get("also", "").split()))
        try:
            proposal = self._proposal(stored, draft)
        except NotOffered:
            raise TurnedAway(400, "refused", stored.order_id) from None
        if do == "accept" and proposal.acceptable and fields.get("total") == str(proposal.total):
            return self._accept(stored, proposal, request)
        self._desk.orders.keep_draft(stored.order_id, draft)
        return see_other(request, "changed" if do == "accept" else "preview")

    def _first(self, stored: StoredOrder) -> Page:
        asked = asked_of_customer(stored.discrepancies)
        shown = form(self._desk.wording(stored), self._desk.settings, asked, asked, offered_for(asked))
        return self._desk.pages(stored).form(shown, until=self._desk.until(stored), again=False, offered_before=())

    def _drafted(self, stored: StoredOrder, draft: Draft, step: str) -> Page:
        """What comes of the draft: the form again where something is not right, else what it changes."""
        try:
            proposal = self._proposal(stored, draft)
        except NotOffered:  # what is offered may have changed since
            return self._first(stored)
        asked = asked_of_customer(stored.discrepancies)
        more = (path for path in proposal.offered if path not in offered_for(asked))
        also = tuple(dict.fromkeys((*draft.offered, *more)))
        pages, wording = self._desk.pages(stored), self._desk.wording(stored)
        if step != "edit" and proposal.acceptable:
            shown = preview(wording, proposal, differs=step == "changed")
            return pages.preview(shown, given=draft.fields, offered_before=also)
        found, offered, wrong = proposal.unsettled, proposal.offered, proposal.mistakes
        filled_in = form(wording, self._desk.settings, asked, found, offered, draft.fields, wrong)
        again = not proposal.acceptable
        return pages.form(filled_in, until=self._desk.until(stored), again=again, offered_before=also)

    def _proposal(self, stored: StoredOrder, draft: Draft) -> Proposal:
        """Raises NotOffered."""
        asked = asked_of_customer(stored.discrepancies)
        return propose(order_of(stored), asked, draft.fields, self._verified(stored), offered_before=draft.offered)

    def _accept(self, stored: StoredOrder, proposal: Proposal, request: Request) -> Answer:
        return self._decide(
            stored, Decision(actor=CUSTOMER, at=self._desk.clock(), corrections=proposal.corrections), request
        )

    def _accept_again(self, stored: StoredOrder, request: Request) -> Answer:
        """The same answer once more: the execution is told again, in case it did not hear."""
        answers = stored.standing_answers
        if answers and answers[-1].actor == CUSTOMER and not stored.ended and not stored.pending:
            return self._decide(stored, answers[-1], request)
        return see_other(request)

    def _decide(self, stored: StoredOrder, decision: Decision, request: Request) -> Answer:
        try:
            decide(stored.order_id, decision, orders=self._desk.orders, executions=self._desk.executions)
        except NotAsked:
            logger.info("answered twice", extra={"order_id": stored.order_id})
        return see_other(request)

    def _verified(self, stored: StoredOrder) -> Callable[[Order], Verification]:
        return functools.partial(
            verification_of,
            approvals=stored.approvals,
            catalogue=self._catalogue,
            coupon_uses=lambda code: self._desk.orders.coupon_uses(code) - (code in stored.coupons),
            settings=self._desk.settings,
            guest_id=self._guest_id,
            now=self._desk.clock(),
        )
