"""What staff do about one order beside deciding: choose for its customer, cancel, send the confirmation once more."""

from __future__ import annotations

from collections.abc import Callable

from order_processing import order_number
from order_processing.cancellation import BY_STAFF, CannotCancel, cancel, refusal
from order_processing.console.order_act_page import ActField, act_page, amount_of, can_resend
from order_processing.console.order_choices import choices_of, offered
from order_processing.console.page import GoTo, Notice, Route, Shown, Visit
from order_processing.console.staff import Group
from order_processing.console.staff_words import of_refusal, sentence
from order_processing.console.unreached import is_address
from order_processing.decisions import Executions
from order_processing.errors import NotSentAgain, OrderChanged, OrderNotFound
from order_processing.http import Problem
from order_processing.order_parts import Contact, Reason
from order_processing.orders import Orders
from order_processing.staff_decisions import Decider, DecisionBody, decide_as_staff, state_of
from order_processing.status import Status
from order_processing.stored_order import StoredOrder

ORDER = "/staff/orders/{order_id}"
ACT = frozenset({Group.OPERATIONS, Group.APPROVERS})


class OrderActions:
    """What is done about an order, each with a page of its own that says what will happen, and a button that does it.

    send_again: sends a confirmed order's confirmation once more, or raises NotSentAgain.
    """

    def __init__(self, orders: Orders, executions: Executions, send_again: Callable[[str], None]) -> None:
        self._orders = orders
        self._executions = executions
        self._send_again = send_again

    def routes(self) -> tuple[Route, ...]:
        """The pages, and where their forms are sent, with who may."""
        asked = {"choose": self.ask_choose, "cancel": self.ask_cancel, "confirmation": self.ask_confirmation}
        return (
            *(Route("GET", f"{ORDER}/{name}", ACT, _of_an_order(show, self._orders)) for name, show in asked.items()),
            Route("POST", ORDER + "/choose", ACT, self.choose, act="choose for the customer"),
            Route("POST", ORDER + "/cancel", ACT, self.cancel, act="cancel"),
            Route("POST", ORDER + "/confirmation", ACT, self.confirmation, act="confirmation"),
        )

    def ask_choose(self, stored: StoredOrder, visit: Visit, problem: str = "") -> Shown:
        """GET: `choice`, the key of an alternative: what it means, before it is chosen."""
        wanted = visit.form.get("choice") or visit.query.get("choice", "")
        choice = next((words for key, words in choices_of(stored) if key == wanted), "")
        if not choice:
            return refused(stored, "This is not offered any more: look at the order again.")
        more = next((each.difference for each in offered(stored) if each.key == wanted), 0)
        return act_page(
            stored,
            "Choose for the customer",
            will=(
                f"Their choice is: {choice}.",
                "Choose it only if the customer has told you so. The order goes on with it at once.",
            ),
            do="choose",
            button="Choose it",
            hidden=(("choice", wanted), ("seen", visit.form.get("seen") or state_of(stored))),
            field=ActField(
                "agreed",
                "How much more the customer agreed to pay",
                f"It costs {amount_of(stored, more)} more. Nothing is charged without the customer's word.",
                visit.form.get("agreed", ""),
                numeric=True,
            )
            if more > 0
            else None,
            problem=problem,
        )

    def choose(self, visit: Visit) -> Shown:
        """POST: `choice`, the key of an alternative, and `agreed`, what the customer agreed to pay more."""
        try:
            stored = self._orders.load(number_of(visit))
            body = DecisionBody(
                decision="choose",
                choice=visit.form.get("choice", "")[:100],
                agreed_difference=visit.form.get("agreed", "").strip()[:30],
                seen=visit.form.get("seen", "")[:64] or "nothing",
            )
            decide_as_staff(
                stored.order_id,
                body,
                Decider(by=visit.person.id, actor=visit.person.actor),
                orders=self._orders,
                executions=self._executions,
                now=visit.now,
            )
        except (OrderNotFound, order_number.OrderNumberError):
            return NO_SUCH_ORDER
        except Problem as problem:
            told = problem.errors[0][1] if problem.errors else problem.detail
            return self.ask_choose(stored, visit, told)
        except CannotCancel as error:
            return refused(stored, str(error))
        return _back(visit, "choose")

    def ask_cancel(self, stored: StoredOrder, visit: Visit, problem: str = "") -> Shown:
        """GET: what a cancellation does."""
        if stored.ended:
            return refused(stored, f"The order has ended already: it is {stored.status}.")
        if why := refusal(stored, visit.now):
            return refused(stored, of_refusal(why, stored))
        told = f"an e-mail goes to {stored.mail_address}" if stored.mail_address else "there is no e-mail address"
        entry = " Its entry in the customer's account is taken back." if stored.has_reached(Status.RECORDED) else ""
        return act_page(
            stored,
            "Cancel the order",
            will=(
                f"The order ends, and what it holds is free for others at once.{entry}",
                f"The customer is told: {told}. This cannot be undone.",
            ),
            do="cancel",
            button="Cancel it now",
            grave=True,
            field=ActField(
                "reason", "Why", "The customer reads it in the e-mail: write in their language. It may be left empty."
            ),
            problem=problem,
        )

    def cancel(self, visit: Visit) -> Shown:
        """POST: `reason`, in words for the customer, or nothing."""
        words = " ".join(visit.form.get("reason", "").split())[:300]
        try:
            stored = self._orders.load(number_of(visit))
            cancel(
                stored.order_id,
                orders=self._orders,
                executions=self._executions,
                reason=Reason(code=BY_STAFF, text=words),
                now=visit.now,
            )
        except (OrderNotFound, order_number.OrderNumberError):
            return NO_SUCH_ORDER
        except CannotCancel as error:
            return refused(stored, of_refusal(error, stored))
        except OrderChanged:
            return refused(stored, "The order is just being changed: try again.")
        return _back(visit, "cancel")

    def ask_confirmation(self, stored: StoredOrder, visit: Visit, problem: str = "") -> Shown:
        """GET: to whom the confirmation is sent again, or which address is noted."""
        if stored.erased:
            return refused(stored, _ERASED)
        again = can_resend(stored)
        will = (
            "The confirmation is sent once more, as the order stands now."
            if again
            else f"Nothing is sent now: the order is {stored.status}. Mails that come go to the address."
        )
        return act_page(
            stored,
            "Send the confirmation again" if again else "Note another address",
            will=(will, "Mails about the order go to the address from now on."),
            do="send",
            button="Send it" if again else "Note it",
            field=ActField(
                "email", "To", "Expected an address such as name@example.com.",
                visit.form.get("email", stored.mail_address),
            ),
            problem=problem,
        )  # fmt: skip

    def confirmation(self, visit: Visit) -> Shown:
        """POST: send the confirmation once more, to `email` where that is given, which mails go to from then on;
        for an order that is not confirmed yet, or has ended, the address is noted and nothing is sent."""
        email = visit.form.get("email", "").strip()
        try:
            stored = self._orders.load(number_of(visit))
        except (OrderNotFound, order_number.OrderNumberError):
            return NO_SUCH_ORDER
        if stored.erased:
            return refused(stored, _ERASED)
        if email and not is_address(email):
            wrong = "This is no e-mail address: expected one such as name@example.com."
            return self.ask_confirmation(stored, visit, wrong)
        if email and email != stored.mail_address:
            contact = Contact(email=email, by=visit.person.actor, at=visit.now)
            self._orders.keep_contact(stored.order_id, contact)
        if not can_resend(stored):
            if not email:
                return self.ask_confirmation(stored, visit, f"There is no confirmation to send: it is {stored.status}.")
            return _back(visit, "address")
        try:
            self._send_again(stored.order_id)
        except NotSentAgain as why:
            return self.ask_confirmation(stored, visit, f"It was not sent: {why}.")
        return _back(visit, "confirmation")


def number_of(visit: Visit) -> str:
    """The order's id in the path; OrderNumberError."""
    return order_number.parse(visit.parts["order_id"])


def _back(visit: Visit, done: str) -> GoTo:
    return GoTo(f"/staff/orders/{number_of(visit)}?done={done}")


def refused(stored: StoredOrder, why: str) -> Notice:
    """The page that says why nothing was done."""
    return Notice("Nothing was done", (sentence(why),), 409, (f"/staff/orders/{stored.order_id}", "Back to the order"))


def _of_an_order(show: Callable[[StoredOrder, Visit], Shown], orders: Orders) -> Callable[[Visit], Shown]:
    """A page about the order whose number stands in its path."""

    def shown(visit: Visit) -> Shown:
        try:
            return show(orders.load(number_of(visit)), visit)
        except (OrderNotFound, order_number.OrderNumberError):
            return NO_SUCH_ORDER

    return shown


_ERASED = "The order is erased: nobody is written to about it."
NO_SUCH_ORDER = Notice(
    "There is no such order", ("Its number may be incomplete.",), 404, ("/staff/find", "Find an order")
)
