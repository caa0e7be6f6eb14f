"""The console's pages that print all of a day at once: asked for, followed, and fetched as one document."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Protocol

from order_processing import order_number
from order_processing.console.page import GoTo, Notice, Route, Shown, View, Visit
from order_processing.console.shipments import PATH as SHIPMENTS
from order_processing.console.shipments import WHO, place_of
from order_processing.console.staff_words import sentence
from order_processing.console.times import moment
from order_processing.settings import Settings
from order_processing.warehouse.dispatch import Bins, Dispatch
from order_processing.warehouse.open_batches import open_batch
from order_processing.warehouse.parcels import HandlingRefused

PATH = "/staff/batches"
_SECONDS = 3
_NAMES = {"documents": "Labels and papers, in picking order", "pick_list": "Pick list"}


class Printer(Protocol):
    """What works batches off, apart from the request that asks for one."""

    def start(self, batch_id: str) -> None:
        """Begin, or go on with, a batch."""
        ...


class BatchPages:
    """The pages. link: to a document, for ten minutes."""

    def __init__(
        self, dispatch: Dispatch, bins: Bins, printer: Printer, link: Callable[[str], str], settings: Settings
    ) -> None:
        self._dispatch, self._bins, self._printer = dispatch, bins, printer
        self._link, self._settings = link, settings

    def routes(self) -> tuple[Route, ...]:
        """The pages with who may see them."""
        return (
            Route("POST", PATH, WHO, self.print, act="print the day"),
            Route("GET", PATH + "/{batch_id}", WHO, self.progress),
            Route("POST", PATH + "/{batch_id}", WHO, self.go_on, act="print the day"),
        )

    def print(self, visit: Visit) -> Shown:
        """POST: what leaves `location` on `day` and is not printed yet. `key`: of the page, so that sent twice, it is
        printed once."""
        location, form = visit.form.get("location", ""), visit.form
        try:
            day = date.fromisoformat(form.get("day", ""))
            if location not in self._settings.locations:
                raise ValueError(location)
        except ValueError:
            return _refused("Expected one of our locations, and a day such as 2026-11-25.", 400)
        asked = f"{visit.person.id}\n{location}\n{day}\n{form.get('key', '')[:40]}"
        try:
            batch = open_batch(
                hashlib.sha256(asked.encode()).hexdigest()[:16],
                location,
                day,
                dispatch=self._dispatch,
                bins=self._bins,
                settings=self._settings,
                now=visit.now,
                by=visit.person.actor,
            )
        except HandlingRefused as refused:
            return _refused(str(refused))
        if not batch.finished_at:
            self._printer.start(batch.batch_id)
        return GoTo(f"{PATH}/{batch.batch_id}?follow=yes")

    def go_on(self, visit: Visit) -> Shown:
        """POST: work a batch off that stands still."""
        batch = self._dispatch.batch(visit.parts["batch_id"])
        if batch is None:
            return _NONE
        if not batch.finished_at:
            self._printer.start(batch.batch_id)
        return GoTo(f"{PATH}/{batch.batch_id}?follow=yes")

    def progress(self, visit: Visit) -> Shown:
        """GET: how far it is, then the documents; asked again only as long as somebody wants that."""
        batch = self._dispatch.batch(visit.parts["batch_id"])
        if batch is None:
            return _NONE
        place = self._settings.locations.get(batch.location)
        follow = not batch.finished_at and visit.query.get("follow") == "yes"
        values = {
            "batch_id": batch.batch_id,
            "begun": moment(batch.begun_at),
            "by": batch.by,
            "of": len(batch.orders),
            "printed": batch.done - len(batch.left_out),
            "left_out": [
                (each.order_id, order_number.display(each.order_id), sentence(each.text)) for each in batch.left_out
            ],
            "results": [(_NAMES.get(name, name), self._link(key)) for name, key in batch.results.items()],
            "finished": batch.finished_at is not None,
            "follow": follow,
            "back": f"{SHIPMENTS}?{place_of(batch.location, batch.day.isoformat())}",
        }
        name = place.name if place else batch.location
        heading = f"Printing what leaves {name} on {batch.day}"
        return View("batch.html", heading, values, refresh=_SECONDS if follow else 0)


def _refused(why: str, status: int = 409) -> Notice:
    return Notice("Nothing is printed", (sentence(why),), status, (SHIPMENTS, "Shipments"))


_NONE = Notice("There is no such batch", ("Its address may be incomplete.",), 404, (SHIPMENTS, "Shipments"))
