"""An order's papers and what its sender sent, for staff who print and look; both are written down."""

from __future__ import annotations

import contextlib
import json
from typing import Protocol

from order_processing import order_number
from order_processing.console.order_actions import ACT, NO_SUCH_ORDER, ORDER, number_of, refused
from order_processing.console.page import GoTo, Route, Shown, View, Visit
from order_processing.console.staff import Group
from order_processing.errors import OrderChanged, OrderNotFound
from order_processing.orders import Orders
from order_processing.warehouse.parcels import HandlingRefused, printed

SEE_PAYLOADS = frozenset({Group.PAYLOADS})
_LONGEST_SHOWN = 200_000


class Kept(Protocol):
    """Orders as their senders sent them."""

    def sent(self, order_id: str, /) -> list[bytes]:
        """As it was placed, then every later state; empty ones once the order is erased. OrderNotFound."""
        ...


class OrderPapers:
    """The forms of an order's page that show what is kept of it as files."""

    def __init__(self, orders: Orders, kept: Kept) -> None:
        self._orders = orders
        self._kept = kept

    def routes(self) -> tuple[Route, ...]:
        """Where the forms are sent, with who may send them."""
        return (
            Route("POST", ORDER + "/print", ACT, self.print, act="print"),
            Route("POST", ORDER + "/payload", SEE_PAYLOADS, self.payload, act="payload"),
        )

    def print(self, visit: Visit) -> Shown:
        """POST: the order's papers, to print or to print again; from the first time on it is not cancelled any more."""
        try:
            stored = self._orders.load(number_of(visit))
            ssccs = [p.sscc for s in (stored.delivery.shipments if stored.delivery else ()) for p in s.parcels]
            if not ssccs:
                return refused(stored, "There is nothing to print: no parcel is ready.")
            if stored.ended and not stored.handling.handed_over_at:
                return refused(stored, f"The order is {stored.status}: nothing of it is to leave.")
            with contextlib.suppress(HandlingRefused):  # what has left is printed as a copy
                self._orders.note_handling(stored, printed(stored, ssccs, visit.now))
        except (OrderNotFound, order_number.OrderNumberError):
            return NO_SUCH_ORDER
        except OrderChanged:
            return refused(stored, "The order is just being changed: try again.")
        return GoTo(f"/staff/shipments/{stored.order_id}/papers")

    def payload(self, visit: Visit) -> Shown:
        """POST, so that it is written down who looked: the order as its sender sent it."""
        try:
            order_id = number_of(visit)
            bodies = self._kept.sent(order_id)
        except (OrderNotFound, order_number.OrderNumberError):
            return NO_SUCH_ORDER
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
