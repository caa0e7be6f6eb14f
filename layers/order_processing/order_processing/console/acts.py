"""The console's page of what staff did on a day."""

from __future__ import annotations

from datetime import date, timedelta

from order_processing import order_number
from order_processing.audit import Audit
from order_processing.console.page import Notice, Route, Shown, View, Visit
from order_processing.console.staff import Group

PATH = "/staff/acts"
WHO = frozenset({Group.ADMINS})


class ActsPage:
    """The page; `routes` brings it to the console."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    def routes(self) -> tuple[Route, ...]:
        """The page with who may see it."""
        return (Route("GET", PATH, WHO, self.show, navigation="Acts", about="What staff did, day by day."),)

    def show(self, visit: Visit) -> Shown:
        """GET: `day` (UTC), today unless given."""
        given = visit.query.get("day", "")
        try:
            day = date.fromisoformat(given) if given else visit.now.date()
        except ValueError:
            return Notice("This day cannot be shown", ("Expected a day such as 2026-11-25.",), 400, (PATH, "Acts"))
        acts = [(act, order_number.display(act.order_id) if act.order_id else "") for act in self._audit.of_day(day)]
        around = (day - timedelta(days=1), day + timedelta(days=1))
        return View("acts.html", f"What staff did on {day}", {"acts": acts, "day": day, "around": around})
