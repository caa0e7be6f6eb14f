"""The console's page that finds an order by whatever is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from order_processing import order_number
from order_processing.console.page import GoTo, Notice, Route, Shown, View, Visit
from order_processing.console.staff import Group
from order_processing.errors import OrderNotFound
from order_processing.mail.figures import Figures
from order_processing.order_search import Hit, OrderSearch
from order_processing.orders import Orders
from order_processing.verification.corrections import order_of

PATH = "/staff/find"
WHO = frozenset({Group.OPERATIONS, Group.APPROVERS})
_FIGURES = Figures("en", "en")


@dataclass(frozen=True)
class HitShown:
    order_id: str
    number: str
    received: str
    status: str
    store: str
    total: str


class FindPage:
    """The page. What is looked for comes by POST: an address would stand in logs and histories."""

    def __init__(self, search: OrderSearch, orders: Orders) -> None:
        self._search = search
        self._orders = orders

    def routes(self) -> tuple[Route, ...]:
        """The page with who may see it."""
        about = "By number, e-mail, the store's id, a SKU, or a parcel's or tracking number."
        return (
            Route("GET", PATH, WHO, self.ask, navigation="Find an order", about=about),
            Route("POST", PATH, WHO, self.find, act="find"),
        )

    def ask(self, visit: Visit) -> Shown:
        """GET: the empty form."""
        return View("find.html", "Find an order", {"asked": "", "until": "", "rows": None})

    def find(self, visit: Visit) -> Shown:
        """POST: what was found, or the order itself where it is one that a key led to.

        `what`; `until`, a day (UTC): only what came until then is looked through; `on`, to go on further back.
        """
        asked, given = visit.form.get("what", "").strip()[:200], visit.form.get("until", "")
        try:
            until = date.fromisoformat(given) if given else visit.now.date()
            found = self._search.find(asked, until, visit.form.get("on", "")[:500])
        except ValueError:
            return _ODD
        if len(found.hits) == 1 and not found.since:
            return GoTo(f"/staff/orders/{found.hits[0].order_id}")
        rows = [row for hit in found.hits if (row := self._row(hit))]
        values = {"asked": asked, "until": given, "rows": rows, "found": found}
        return View("find.html", "Find an order", values)

    def _row(self, hit: Hit) -> HitShown | None:
        try:
            stored = self._orders.load(hit.order_id)
        except OrderNotFound:
            return None
        order = order_of(stored)
        return HitShown(
            order_id=hit.order_id,
            number=order_number.display(hit.order_id),
            received=f"{stored.received_at:%Y-%m-%d %H:%M} UTC",
            status=stored.status.value,
            store=f"{order.store} {order.store_order_number}".strip(),
            total=_FIGURES.amount(order.total, order.currency),
        )


_ODD = Notice("This cannot be looked for", ("Expected a day such as 2026-11-25.",), 400, (PATH, "Find an order"))
