"""What staff do about one order beside deciding: choose for its customer, cancel, send the confirmation once more,
and look at what its sender sent."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Protocol

from order_processing import order_number
from order_processing.cancellation import BY_STAFF, CannotCancel, cancel
from order_processing.console.page import GoTo, Notice, Route, Shown, View, Visit
from order_processing.console.staff import Group
from order_processing.console.unreached import is_address
from order_processing.decisions import Executions
from order_processing.errors import OrderChanged, OrderNotFound
from order_processing.http import Problem
from order_processing.order_parts import Contact, Reason
from order_processing.orders import Orders
from order_processing.staff_decisions import Decider, DecisionBody, decide_as_staff
from order_processing.status import Status

ORDER = "/staff/orders/{order_id}"
ACT = frozenset({Group.OPERATIONS, Group.APPROVERS})
SEE_PAYLOADS = frozenset({Group.PAYLOADS})
_LONGEST_SHOWN = 200_000


class Kept(Protocol):
    """Orders as their senders sent them."""

    def sent(self, order_id: str, /) -> list[bytes]:
        """As it was placed, then every later state; empty ones once the order is erased. OrderNotFound."""
        ...


class OrderActions:
    """The forms of an order's page. send_again: sends a confirmed order's confirmation once more."""

    def __init__(self, orders: Orders, kept: Kept, executions: Executions, send_again: Callable[[str], None]) -> None:
        self._orders = orders
        self._kept = kept
        self._executions = executions
        self._send_again = send_again

    def routes(self) -> tuple[Route, ...]:
        """Where the forms are sent, with who may send them."""
        return (
            Route("POST", ORDER + "/choose", ACT, self.choose, act="choose for the customer"),
            Route("POST", ORDER + "/cancel", ACT, self.cancel, act="cancel"),
            Route("POST", ORDER + "/confirmation", ACT, self.confirmation, act="confirmation"),
            Route("POST", ORDER + "/payload", SEE_PAYLOADS, self.payload, act="payload"),
        )

    def choose(self, visit: Visit) -> Shown:
        """POST: `choice`, the key of an alternative, and `agreed`, what the customer agreed to pay more."""
        try:
            body = DecisionBody(
                decision="choose",
                choice=visit.form.get("choice", "")[:100],
                agreed_difference=visit.form.get("agreed", "").strip()[:30],
                seen=visit.form.get("seen", "")[:64] or "nothing",
            )
            decide_as_staff(
                _number(visit),
                body,
                Decider(by=visit.person.id, actor=visit.person.actor),
                orders=self._orders,
                executions=self._executions,
                now=visit.now,
            )
        except (OrderNotFound, order_number.OrderNumberError):
            return _NONE
        except Problem as problem:
            return _refused(visit, problem.errors[0][1] if problem.errors else problem.detail)
        except CannotCancel as error:
            return _refused(visit, str(error))
        return _back(visit, "choose")

    def cancel(self, visit: Visit) -> Shown:
        """POST: `reason`, in words for the customer, or nothing."""
        words = " ".join(visit.form.get("reason", "").split())[:300]
        try:
            cancel(
                _number(visit),
                orders=self._orders,
                executions=self._executions,
                reason=Reason(code=BY_STAFF, text=words),
                now=visit.now,
            )
        except (OrderNotFound, order_number.OrderNumberError):
            return _NONE
        except CannotCancel as error:
            return _refused(visit, str(error))
        except OrderChanged:
            return _refused(visit, "The order is just being changed: try again.")
        return _back(visit, "cancel")

    def confirmation(self, visit: Visit) -> Shown:
        """POST: send the confirmation once more, to `email` where that is given, which mails go to from then on;
        for an order that is not confirmed yet the address is noted and nothing is sent."""
        email = visit.form.get("email", "").strip()
        if email and not is_address(email):
            return _refused(visit, "This is no e-mail address: expected one such as name@example.com.")
        try:
            stored = self._orders.load(_number(visit))
        except (OrderNotFound, order_number.OrderNumberError):
            return _NONE
        if stored.erased:
            return _refused(visit, "The order is erased: nobody is written to about it.")
        if email and email != stored.mail_address:
            self._orders.keep_contact(stored.order_id, Contact(email=email, by=visit.person.actor, at=visit.now))
        if not stored.has_reached(Status.CONFIRMED):
            return _back(visit, "address") if email else _refused(visit, "The order is not confirmed yet.")
        self._send_again(stored.order_id)
        return _back(visit, "confirmation")

    def payload(self, visit: Visit) -> Shown:
        """POST, so that it is written down who looked: the order as its sender sent it."""
        try:
            order_id = _number(visit)
            bodies = self._kept.sent(order_id)
        except (OrderNotFound, order_number.OrderNumberError):
            return _NONE
        values = {
            "order_id": order_id,
            "number": order_number.display(order_id),
            "payloads": [_readable(each) for each in bodies if each],
        }
        return View("payload.html", f"What was sent for {order_number.display(order_id)}", values)


def _readable(raw: bytes) -> str:
    """JSON laid out; anything else as it is."""
    text = raw.decode("utf-8", "replace")
    with contextlib.suppress(ValueError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "\n(more is left out)"


def _number(visit: Visit) -> str:
    return order_number.parse(visit.parts["order_id"])


def _back(visit: Visit, done: str) -> GoTo:
    return GoTo(f"/staff/orders/{_number(visit)}?done={done}")


def _refused(visit: Visit, why: str) -> Notice:
    why = why[:1].upper() + why[1:]
    return Notice("Nothing was done", (why,), 409, (f"/staff/orders/{_number(visit)}", "Back to the order"))


_NONE = Notice("There is no such order", ("Its number may be incomplete.",), 404, ("/staff/find", "Find an order"))
