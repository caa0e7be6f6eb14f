"""The console's pages on orders that wait for staff: the list, and an order with why it waits and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from order_processing import order_number
from order_processing.account import AccountEntry, Totals
from order_processing.checks import NEEDS_CORRECTION
from order_processing.console.backlog import Backlog
from order_processing.console.failures import WHO as REDRIVE
from order_processing.console.order_actions import ACT
from order_processing.console.order_detail import OrderDetails
from order_processing.console.order_papers import SEE_PAYLOADS
from order_processing.console.order_shown import (
    HistoryShown,
    correctable_fields,
    history_shown,
    order_shown,
)
from order_processing.console.page import GoTo, Notice, Route, Shown, View, Visit
from order_processing.console.staff import Group
from order_processing.console.waiting_list import of_entry, of_waiting, waiting_list
from order_processing.decisions import Executions
from order_processing.errors import OrderNotFound
from order_processing.http import Problem
from order_processing.observe import logger
from order_processing.orders import Orders
from order_processing.settings import Settings
from order_processing.staff_decisions import CorrectionBody, Decider, DecisionBody, decide_as_staff, state_of
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verification.corrections import order_of
from order_processing.waiting import WaitingOrders

LIST = "/staff/waiting"
_ORDER = "/staff/orders/{order_id}"
_SEE = frozenset({Group.APPROVERS, Group.OPERATIONS})
_DONE = {
    "approve": "Your decision is kept.",
    "correct": "Your decision is kept.",
    "reject": "Your decision is kept.",
    "choose": "The choice is kept, and the order goes on.",
    "cancel": "The order is cancelled, and the customer is told.",
    "confirmation": "The confirmation was sent once more.",
    "address": "The address is noted: mails about the order go there.",
}
_DECIDE = frozenset({Group.APPROVERS})
_DECISIONS = frozenset({"approve", "correct", "reject"})
_LAST_ENTRIES = 5
_CORRECTABLE = (Status.CORRECTION_PENDING, Status.APPROVAL_PENDING)


class Accounts(Protocol):
    """What a customer has ordered before."""

    def standing(self, customer_id: str, currency: str) -> Totals: ...

    def entries(self, customer_id: str) -> Iterable[AccountEntry]: ...


class ApprovalPages:
    """The pages; `routes` brings them to the console."""

    def __init__(
        self,
        *,
        orders: Orders,
        waiting: WaitingOrders,
        accounts: Accounts,
        executions: Executions,
        details: OrderDetails,
        backlog: Backlog,
        settings: Settings,
    ) -> None:
        self._orders = orders
        self._waiting = waiting
        self._accounts = accounts
        self._executions = executions
        self._details = details
        self._backlog = backlog
        self._settings = settings

    def routes(self) -> tuple[Route, ...]:
        """The pages with who may see them: approvers decide, operations look on."""
        about = "What waits for staff and for customers, and for how long, the oldest first."
        return (
            Route("GET", LIST, _SEE, self.list, navigation="Waiting orders", about=about),
            Route("GET", _ORDER, _SEE, self.show),
            Route("POST", _ORDER, _DECIDE, self.decide, act="decide"),
        )

    def list(self, visit: Visit) -> Shown:
        """GET: what waits, for staff and for customers, the oldest first; `for` whom alone, one of WHOM; `page`."""
        now = visit.now
        lines = [of_waiting(each, "decide", now) for each in self._waiting.waiting("staff")]
        lines += [of_waiting(each, "customer", now) for each in self._waiting.waiting("customer")]
        lines += [of_entry(each, now) for each in self._backlog.entries(now)]
        values = waiting_list(lines, visit.query.get("for", ""), LIST, visit.query.get("page", ""))
        return View("waiting.html", "Waiting orders", {**values, "may_redrive": visit.person.may(REDRIVE)})

    def show(self, visit: Visit) -> Shown:
        """One order."""
        stored = self._load(visit)
        return stored if isinstance(stored, Notice) else self._page(stored, visit)

    def decide(self, visit: Visit) -> Shown:
        """What the form's button says: approve, correct or reject."""
        stored = self._load(visit)
        if isinstance(stored, Notice):
            return stored
        decision = visit.form.get("do", "")
        if decision not in _DECISIONS:
            return self._page(stored, visit, problem="The form did not say what to do.")
        reason = visit.form.get("reason", "").strip()
        if decision == "reject" and not reason:
            return self._page(stored, visit, problem="Say why the order is refused: the customer reads it.")
        corrections = _changes(stored, visit) if decision == "correct" else ()
        if decision == "correct" and not corrections:
            return self._page(stored, visit, problem="Nothing is changed: put something else in a field first.")
        try:
            body = DecisionBody(
                decision=decision,
                corrections=corrections,
                reason=reason[:300] if decision == "reject" else "",
                seen=visit.form.get("seen", "")[:64] or "nothing",
            )
            after = decide_as_staff(
                stored.order_id,
                body,
                Decider(by=visit.person.id, actor=visit.person.actor),
                orders=self._orders,
                executions=self._executions,
                now=visit.now,
            )
        except Problem as problem:
            told = problem.errors[0][1] if problem.errors else problem.detail
            return self._page(self._orders.load(stored.order_id), visit, problem=told)
        note = {"order_id": stored.order_id, "decision": decision, "by": visit.person.id, "status": after.status.value}
        logger.info("staff decided", extra=note)
        return GoTo(f"/staff/orders/{stored.order_id}?done={decision}")

    def _load(self, visit: Visit) -> StoredOrder | Notice:
        try:
            return self._orders.load(order_number.parse(visit.parts["order_id"]))
        except (order_number.OrderNumberError, OrderNotFound):
            return Notice("There is no such order", ("Its number may be incomplete.",), 404, (LIST, "Waiting orders"))

    def _page(self, stored: StoredOrder, visit: Visit, problem: str = "") -> View:
        person = visit.person
        asks_staff = stored.pending and not stored.asks_customer
        must_correct = asks_staff and any(
            d.resolution == "needs_approval" and d.code in NEEDS_CORRECTION for d in stored.discrepancies
        )
        must_tell = stored.waits_to_be_told
        may_approve = asks_staff and stored.status is not Status.OFFER_PENDING and not (must_correct or must_tell)
        customer = stored.verified.customer_id if stored.verified else ""
        currency = order_of(stored).currency
        values = {
            "order": order_shown(stored, self._settings, visit.now),
            "history": self._history(customer, currency),
            "problem": problem,
            "done": _DONE.get(visit.query.get("done", ""), "") if not problem else "",
            "given": visit.form if problem else {},
            "fields": correctable_fields(stored) if stored.status in _CORRECTABLE else (),
            "may_decide": person.may(_DECIDE) and stored.pending,
            "may_approve": may_approve,
            "must_correct": must_correct,
            "must_tell": must_tell,
            "has_approved": bool(stored.approval and stored.approval.consented(person.id)),
            "seen": state_of(stored),
            "detail": self._details.of(stored, visit.now),
            "may_act": person.may(ACT),
            "may_redrive": person.may(REDRIVE),
            "may_see_payload": person.may(SEE_PAYLOADS),
        }
        return View("order.html", f"Order {order_number.display(stored.order_id)}", values, 409 if problem else 200)

    def _history(self, customer_id: str, currency: str) -> HistoryShown:
        if not customer_id:
            return HistoryShown("", ())
        standing = self._accounts.standing(customer_id, currency)
        entries = sorted(self._accounts.entries(customer_id), key=lambda entry: entry.recorded_at, reverse=True)
        return history_shown(standing, entries[:_LAST_ENTRIES], currency, self._settings)


def _changes(stored: StoredOrder, visit: Visit) -> tuple[CorrectionBody, ...]:
    """The fields in which something else stands now than what was shown."""
    return tuple(
        CorrectionBody(path=field.path, value=visit.form[field.path].strip()[:500])
        for section in correctable_fields(stored)
        for field in section.fields
        if field.path in visit.form and visit.form[field.path].strip() != field.value
    )
