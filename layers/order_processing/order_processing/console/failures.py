"""The console's pages of executions that have failed: by cause, with what to do; redriven one or all, with progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from order_processing import order_number
from order_processing.console.order_shown import since
from order_processing.console.page import GoTo, Notice, Route, Shown, View, Visit
from order_processing.console.staff import Group
from order_processing.failures import (
    Cause,
    FailedExecutions,
    Failure,
    Progress,
    Redrive,
    Redrives,
    by_cause,
    still_matters,
)
from order_processing.status import Status

PATH = "/staff/failures"
WHO = frozenset({Group.OPERATIONS})
_PROGRESS = "/staff/redrives/{redrive_id}"
_SECONDS = 5
_DONE = {"SUCCEEDED": "went through", "RUNNING": "under way", "GONE": "gone"}


class States(Protocol):
    """Where orders stand."""

    def states(self, order_ids: list[str], /) -> dict[str, tuple[Status, bool]]:
        """Each order's status and whether it has left, of up to 100 orders."""
        ...


@dataclass(frozen=True)
class FailureShown:
    order_id: str
    number: str
    status: str
    at: str
    since: str
    told: str
    redrives: int
    redrivable: bool
    url: str


@dataclass(frozen=True)
class CauseShown:
    kind: str
    title: str
    todo: str
    error: str
    failures: tuple[FailureShown, ...]
    redrivable: int


class FailurePages:
    """The pages. url: where AWS's console shows an execution."""

    def __init__(self, failed: FailedExecutions, redrives: Redrives, states: States, url: Callable[[str], str]) -> None:
        self._failed = failed
        self._redrives = redrives
        self._states = states
        self._url = url

    def routes(self) -> tuple[Route, ...]:
        """The pages with who may see them."""
        about = "Executions that have failed, by cause: what to do, and redriving one or all of them."
        return (
            Route("GET", PATH, WHO, self.shown, navigation="Failures", about=about),
            Route("POST", PATH, WHO, self.redrive, act="failures"),
            Route("GET", _PROGRESS, WHO, self.progress),
            Route("POST", _PROGRESS, WHO, self.go_on, act="redrive"),
        )

    def shown(self, visit: Visit) -> Shown:
        """GET: by cause, the one that has held an order up longest first."""
        failures, more, states = self._seen(visit.now)
        causes = [self._cause(cause, states, visit.now) for cause in by_cause(failures)]
        latest = [(each.id, each.title, len(each.failures), _moment(each.at)) for each in self._redrives.latest()]
        return View("failures.html", "Failures", {"causes": causes, "more": more, "latest": latest})

    def redrive(self, visit: Visit) -> Shown:
        """POST: `redrive` with the cause's `kind`, and with `order` for one order alone."""
        kind, order = visit.form.get("kind", ""), visit.form.get("order_id", "")
        failures, _, _ = self._seen(visit.now)
        wanted = [
            failure
            for failure in failures
            if failure.kind == kind and order in ("", failure.order_id) and failure.redrivable(visit.now)
        ]
        if not wanted:
            gone = "It was redriven meanwhile, or failed more than 14 days ago."
            return Notice("There is nothing to redrive", (gone,), 409, (PATH, "Failures"))
        run = Redrive(
            id=f"{visit.now:%Y%m%dT%H%M%S%f}-{kind}",
            at=visit.now,
            actor=visit.person.actor,
            title=wanted[0].advice.title,
            failures=tuple(wanted),
        )
        self._redrives.keep(run)
        self._failed.redrive(run.failures, run.id)
        return GoTo(f"/staff/redrives/{run.id}?follow=yes")

    def progress(self, visit: Visit) -> Shown:
        """GET: where each stands; asked again every few seconds as long as somebody wants that and one is under way."""
        run = self._redrives.find(visit.parts["redrive_id"])
        if run is None:
            return Notice("There is no such redrive", ("Its address may be incomplete.",), 404, (PATH, "Failures"))
        stands = list(zip(run.failures, self._failed.progress(run.failures), strict=True))
        counts = dict.fromkeys(("went through", "under way", "failed again", "gone"), 0)
        rows = []
        for failure, progress in stands:
            word = _DONE.get(progress.status, "failed again")
            counts[word] += 1
            told = progress.told if word == "failed again" else ""
            rows.append((failure.order_id, order_number.display(failure.order_id), word, told, self._url(failure.arn)))
        under_way = counts["under way"] > 0
        follow = under_way and visit.query.get("follow") == "yes"
        values = {
            "run": run,
            "at": _moment(run.at),
            "counts": [(word, number) for word, number in counts.items() if number],
            "rows": rows,
            "under_way": under_way,
            "follow": follow,
            "again": counts["failed again"],
        }
        return View("redrive.html", f"Redriving: {run.title}", values, refresh=_SECONDS if follow else 0)

    def go_on(self, visit: Visit) -> Shown:
        """POST: redrive those of it that stand failed, as a redrive of their own."""
        run = self._redrives.find(visit.parts["redrive_id"])
        if run is None:
            return GoTo(PATH)
        stands = zip(run.failures, self._failed.progress(run.failures), strict=True)
        left = tuple(failure for failure, progress in stands if _fails(progress))
        if not left:
            return GoTo(f"/staff/redrives/{run.id}")
        again = run.model_copy(
            update={
                "id": f"{visit.now:%Y%m%dT%H%M%S%f}-again",
                "at": visit.now,
                "actor": visit.person.actor,
                "failures": left,
            }
        )
        self._redrives.keep(again)
        self._failed.redrive(again.failures, again.id)
        return GoTo(f"/staff/redrives/{again.id}?follow=yes")

    def _seen(self, now: datetime) -> tuple[list[Failure], bool, dict[str, tuple[Status, bool]]]:
        failed = self._failed.failed()
        ids = list(dict.fromkeys(failure.order_id for failure in failed.failures))
        states: dict[str, tuple[Status, bool]] = {}
        for start in range(0, len(ids), 100):
            states |= self._states.states(ids[start : start + 100])
        seen = [
            each for each in failed.failures if still_matters(each, states.get(each.order_id, (None, False))[0], now)
        ]
        return seen, failed.more, states

    def _cause(self, cause: Cause, states: dict[str, tuple[Status, bool]], now: datetime) -> CauseShown:
        shown = tuple(
            FailureShown(
                order_id=failure.order_id,
                number=order_number.display(failure.order_id),
                status=states[failure.order_id][0].value if failure.order_id in states else "RECEIVED or VERIFIED",
                at=_moment(failure.at),
                since=since(failure.at, now),
                told=failure.told,
                redrives=failure.redrives,
                redrivable=failure.redrivable(now),
                url=self._url(failure.arn),
            )
            for failure in cause.failures
        )
        return CauseShown(
            kind=cause.kind,
            title=cause.advice.title,
            todo=cause.advice.todo,
            error=cause.failures[0].error,
            failures=shown,
            redrivable=sum(each.redrivable for each in shown),
        )


def _fails(progress: Progress) -> bool:
    return progress.status not in _DONE


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
