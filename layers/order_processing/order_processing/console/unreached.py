"""The console's page of customers who could not be told something: what, why, and how to reach them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from order_processing import order_number
from order_processing.console.page import GoTo, Notice, Route, Shown, View, Visit
from order_processing.console.staff import Group
from order_processing.decisions import Executions, NotAsked, decide
from order_processing.errors import NotSentAgain
from order_processing.mail_reports import UnreachedCustomers
from order_processing.observe import logger
from order_processing.order import Order
from order_processing.order_parts import Answer, Contact, Told, Unreached
from order_processing.orders import Orders
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verification.corrections import order_of

PATH = "/staff/unreached"
WHO = frozenset({Group.OPERATIONS, Group.APPROVERS})
MOST = 50
"""Orders that are shown at once: each is read for its phone number."""

_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[^@\s<>,;:\"()\[\]\\]{1,180}\.[^@\s<>,;:\"()\[\]\\.]{2,63}")
_TOLD: dict[str, Told] = {"phone": "phone", "letter": "letter", "in_person": "in_person"}
_KINDS = {
    "confirmation": "Confirmation",
    "question": "Question",
    "ended": "End of the order",
    "too_late": "Too late to cancel",
    "digital": "What needs no parcel",
}
_WHY = {
    "bounced": "The mail came back",
    "complained": "Marked as spam",
    "rejected": "Mail service rejected it",
    "no_address": "No e-mail address",
    "suppressed": "Address had failed before",
    "refused": "Not an e-mail address",
}


@dataclass(frozen=True)
class Row:
    """One entry as it is shown. sendable: that a confirmation can go to an address that staff write down."""

    entry: Unreached
    number: str
    what: str
    why: str
    status: str
    name: str
    phone: str
    email: str
    address: tuple[str, ...]
    waits: bool
    sendable: bool


def is_address(text: str) -> bool:
    """Whether mail can be sent to this, by its form."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


class NotReached:
    """The page and its forms. send_again: sends a confirmed order's confirmation once more."""

    def __init__(
        self,
        orders: Orders,
        unreached: UnreachedCustomers,
        executions: Executions,
        send_again: Callable[[str], None],
        forget: Callable[[str], None],
    ) -> None:
        self._orders = orders
        self._unreached = unreached
        self._executions = executions
        self._send_again = send_again
        self._forget = forget

    def list(self, visit: Visit) -> Shown:
        """GET: the oldest first."""
        waiting = self._unreached.waiting()
        rows = [row for entry in waiting[:MOST] if (row := self._row(entry))]
        return View("unreached.html", "Not reached", {"rows": rows, "more": max(0, len(waiting) - MOST)})

    def act(self, visit: Visit) -> Shown:
        """POST: `done`, `told` with `by`, `send` with `email`, or `forget` for the address."""
        wanted = (visit.form.get("order_id"), visit.form.get("kind"), visit.form.get("message_id", ""))
        entry = next((e for e in self._unreached.waiting() if (e.order_id, e.kind, e.message_id) == wanted), None)
        if entry is None:
            return GoTo(PATH)
        do = visit.form.get("do", "")
        if do == "told" and visit.form.get("by") in _TOLD:
            return self._told(entry, _TOLD[visit.form["by"]], visit)
        if do == "send":
            return self._send(entry, visit.form.get("email", "").strip(), visit)
        if do == "forget":
            self._forget(self._orders.load(entry.order_id).mail_address)
            return _notice("The address may be written to again", "The next mail to it is tried.")
        if do == "done":
            return self._done(entry, visit)
        return _notice("Nothing was done", "The form does not say what to do.", 400)

    def _told(self, entry: Unreached, by: Told, visit: Visit) -> Shown:
        stored = self._orders.load(entry.order_id)
        if stored.waits_to_be_told:
            answer = Answer(actor=visit.person.actor, by=visit.person.id, at=visit.now, told=by)
            if not self._decided(entry.order_id, answer):
                return _notice("Nothing was done", "The order no longer waits for this.", 409)
        return self._done(entry, visit)

    def _send(self, entry: Unreached, email: str, visit: Visit) -> Shown:
        if not is_address(email):
            return _notice("This is no e-mail address", "Expected one such as name@example.com.", 400)
        stored = self._orders.load(entry.order_id)
        if not _sendable(entry, stored):
            return _notice("Nothing was sent", f"The order is {stored.status}: tell the customer by phone.", 409)
        self._orders.keep_contact(entry.order_id, Contact(email=email, by=visit.person.actor, at=visit.now))
        if stored.waits_to_be_told:
            answer = Answer(actor=visit.person.actor, by=visit.person.id, at=visit.now)
            if not self._decided(entry.order_id, answer):
                return _notice("Nothing was sent", "The order no longer waits for this.", 409)
        else:
            try:
                self._send_again(entry.order_id)
            except NotSentAgain as why:
                return _notice("It was not sent", f"The address is noted, and: {why}.", 409)
        return self._done(entry, visit)

    def _decided(self, order_id: str, answer: Answer) -> bool:
        try:
            decide(order_id, answer, orders=self._orders, executions=self._executions)
        except NotAsked:
            return False
        return True

    def _done(self, entry: Unreached, visit: Visit) -> Shown:
        self._unreached.done(entry)
        extra = {"order_id": entry.order_id, "mail": entry.kind, "by": visit.person.id}
        logger.info("an unreached customer was seen to", extra=extra)
        return GoTo(PATH)

    def _row(self, entry: Unreached) -> Row | None:
        stored = self._orders.look_up(entry.order_id)
        if stored is None:
            return None
        order = order_of(stored)
        return Row(
            entry=entry,
            number=order_number.display(entry.order_id),
            what=_KINDS.get(entry.kind, entry.kind),
            why=_WHY.get(entry.why, entry.why),
            status=stored.status.value,
            name=order.customer.name,
            phone=_phone(order),
            email=stored.mail_address,
            address=_address(order),
            waits=stored.waits_to_be_told,
            sendable=_sendable(entry, stored),
        )


def routes(
    orders: Orders,
    unreached: UnreachedCustomers,
    executions: Executions,
    send_again: Callable[[str], None],
    forget: Callable[[str], None],
) -> tuple[Route, ...]:
    """The console's routes of this page."""
    page = NotReached(orders, unreached, executions, send_again, forget)
    about = "Customers whom no mail has reached, with their phone numbers."
    return (
        Route("GET", PATH, WHO, page.list, navigation="Not reached", about=about),
        Route("POST", PATH, WHO, page.act),
    )


def _sendable(entry: Unreached, stored: StoredOrder) -> bool:
    confirmed = stored.has_reached(Status.CONFIRMED) and not stored.ended
    return entry.kind == "confirmation" and (confirmed or stored.waits_to_be_told)


def _phone(order: Order) -> str:
    addresses = (order.shipping_address, order.billing_address)
    return next((p for p in (order.customer.phone, *(a.phone for a in addresses if a)) if p), "")


def _address(order: Order) -> tuple[str, ...]:
    address = order.shipping_address or order.billing_address
    if not address:
        return ()
    city = " ".join(part for part in (address.postal_code, address.city, address.region, address.country) if part)
    return tuple(line for line in (address.name, address.company, address.line1, address.line2, city) if line)


def _notice(heading: str, text: str, status: int = 200) -> Notice:
    return Notice(heading, (text,), status=status, back=(PATH, "Not reached"))
