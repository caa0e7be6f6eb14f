"""The console's pages of a day's shipments: what leaves a location, printed, packed and handed over by hand.

For a desk without a warehouse system, and for the one parcel that a scanner cannot read; the rules are the warehouse
door's own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from order_processing import order_number
from order_processing.console.order_actions import ACT
from order_processing.console.page import GoTo, Notice, Route, Shown, View, Visit
from order_processing.console.staff import Group
from order_processing.errors import OrderChanged, OrderNotFound
from order_processing.orders import Orders
from order_processing.post import Post
from order_processing.settings import Settings
from order_processing.warehouse.day_list import day_list
from order_processing.warehouse.dispatch import Dispatch
from order_processing.warehouse.papers import documents_of
from order_processing.warehouse.parcels import HandlingRefused, printed

PATH = "/staff/shipments"
WHO = frozenset({Group.WAREHOUSE, Group.OPERATIONS})
_NEXT = {"printed": "packed", "packed": "handed_over"}
_WORDS = {"packed": "Packed", "handed_over": "Handed over"}


class ShipmentPages:
    """The pages. link: to a document, for ten minutes; post, status_url: for the mail that says that it is on its
    way, where the settings want that."""

    def __init__(
        self,
        *,
        dispatch: Dispatch,
        orders: Orders,
        link: Callable[[str], str],
        post: Post,
        status_url: Callable[[str], str],
        settings: Settings,
    ) -> None:
        self._dispatch, self._orders, self._link = dispatch, orders, link
        self._post, self._status_url, self._settings = post, status_url, settings

    def routes(self) -> tuple[Route, ...]:
        """The pages with who may see them."""
        about = "What leaves a location on a day: print it, and say what is packed and handed over."
        return (
            Route("GET", PATH, WHO, self.day, navigation="Shipments", about=about),
            Route("POST", PATH, WHO, self.act, act="shipments"),
            Route("GET", PATH + "/{order_id}/papers", WHO | ACT, self.papers),
        )

    def day(self, visit: Visit) -> Shown:
        """GET: `location` and `day`; the first one and today there unless given."""
        places = self._settings.locations
        location = visit.query.get("location") or next(iter(places))
        if location not in places:
            return _ODD
        try:
            given = visit.query.get("day", "")
            day = date.fromisoformat(given) if given else self._today(location, visit.now)
        except ValueError:
            return _ODD
        due = day_list(location, day, self._dispatch.due(location, day), self._settings)
        values = {
            "list": due,
            "places": [(name, place.name) for name, place in places.items()],
            "location": location,
            "day": day.isoformat(),
            "around": (day - timedelta(days=1), day + timedelta(days=1)),
            "next": _NEXT,
            "words": _WORDS,
            "to_print": sum(s["state"] == "to_print" for carrier in due["carriers"] for s in carrier["shipments"]),
            "key": visit.now.isoformat(),
        }
        return View("shipments.html", "Shipments", values)

    def act(self, visit: Visit) -> Shown:
        """POST: `print` an `order_id`, or `packed` or `handed_over` a parcel by its `sscc`."""
        # Imported here, because it brings the mails with it, and the console shows far more than it hands over.
        from order_processing.warehouse.hand_over import hand_over_parcel, pack_parcel

        do, form = visit.form.get("do", ""), visit.form
        try:
            if do == "print":
                return self._print(order_number.parse(form.get("order_id", "")), visit.now)
            if do == "packed":
                pack_parcel(form.get("sscc", ""), dispatch=self._dispatch, orders=self._orders, now=visit.now)
            elif do == "handed_over":
                hand_over_parcel(
                    form.get("sscc", ""),
                    dispatch=self._dispatch,
                    orders=self._orders,
                    post=self._post,
                    settings=self._settings,
                    status_url=self._status_url,
                    now=visit.now,
                )
            else:
                return _refused("The form did not say what to do.", 400)
        except HandlingRefused as refused:
            return _refused(str(refused))
        except (OrderNotFound, order_number.OrderNumberError):
            return _refused("There is no such order.", 404)
        except OrderChanged:
            return _refused("The order is just being changed: try again.")
        return GoTo(f"{PATH}?{place_of(form.get('location', '')[:80], form.get('day', '')[:10])}")

    def papers(self, visit: Visit) -> Shown:
        """GET: the order's documents, each by a link that is good for ten minutes."""
        try:
            stored = self._orders.load(order_number.parse(visit.parts["order_id"]))
        except (OrderNotFound, order_number.OrderNumberError):
            return _refused("There is no such order.", 404)
        found = documents_of(stored, self._link)
        unprinted = stored.handling.printed_at is None
        values = {
            # A label that is open is as good as printed, and what is printed cannot be cancelled.
            "documents": [
                each | ({"link": ""} if unprinted and each["kind"] == "label" else {}) for each in found["documents"]
            ],
            "unprinted": unprinted,
            "order_id": stored.order_id,
            "may_open": visit.person.may(ACT),
            "may_list": visit.person.may(WHO),
        }
        return View("papers.html", f"Papers of {found['order']}", values)

    def _print(self, order_id: str, now: datetime) -> Shown:
        stored = self._orders.load(order_id)
        ssccs = [p.sscc for s in (stored.delivery.shipments if stored.delivery else ()) for p in s.parcels]
        self._orders.note_handling(stored, printed(stored, ssccs, now))
        return GoTo(f"{PATH}/{order_id}/papers")

    def _today(self, location: str, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self._settings.locations[location].time_zone)).date()


def place_of(location: str, day: str) -> str:
    """The query that shows a location's day."""
    return urlencode({"location": location, "day": day})


def _refused(why: str, status: int = 409) -> Notice:
    return Notice("Nothing was done", (why[:1].upper() + why[1:],), status, (PATH, "Shipments"))


_ODD = Notice(
    "This list cannot be shown",
    ("Expected one of our locations, and a day such as 2026-11-25.",),
    400,
    (PATH, "Shipments"),
)
