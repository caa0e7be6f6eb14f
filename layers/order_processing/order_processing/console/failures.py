"""The console's pages of executions that have failed: by cause, with what to do; redriven one or all, with progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from order_processing import order_number
from order_processing.console.page import GoTo, Notice, Route, Shown, View, Visit
from order_processing.console.staff import Group
from order_processing.console.times import moment, since
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
_A_SECOND = 10
"""How many executions are asked about in a second at most while somebody keeps looking: AWS allows 15 in all."""
_AT_ONCE, _LONGEST = 10, 6.0
"""So many are redriven together, and after so many seconds no more in one request: the page says which are left."""
_DONE = {"SUCCEEDED": "went through", "RUNNING": "under way", "GONE": "gone"}
_AGAIN, _NOT_BEGUN = "failed again", "not redriven yet"
_TOLD_OF = 120


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
    """The pages. url: where AWS's console shows an execution; elapsed: seconds that count up."""

    def __init__(
        self,
        failed: FailedExecutions,
        redrives: Redrives,
        states: States,
        url: Callable[[str], str],
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._elapsed = elapsed
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
        """GET: by cause, the one that has held an order up longest first; `page`, 1 for the newest."""
        page = _page(visit.query)
        failures, more, states = self._seen(visit.now, page)
        causes = [self._cause(cause, states, visit.now) for cause in by_cause(failures)]
        latest = [(each.id, each.title, len(each.failures), moment(each.at)) for each in self._redrives.latest()]
        values = {"causes": causes, "number": len(failures), "page": page, "more": more, "latest": latest}
        return View("failures.html", "Failures", values)

    def redrive(self, visit: Visit) -> Shown:
        """POST: `redrive` with the cause's `kind`, with `order_id` for one order alone; `page` as shown."""
        kind, order = visit.form.get("kind", ""), visit.form.get("order_id", "")
        failures, _, _ = self._seen(visit.now, _page(visit.form))
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
            failures=tuple(each.model_copy(update={"told": each.told[:_TOLD_OF]}) for each in wanted),
        )
        self._redrives.keep(run)
        self._let_go_on(run, run.failures)
        return GoTo(f"/staff/redrives/{run.id}?follow=yes")

    def progress(self, visit: Visit) -> Shown:
        """GET: where each stands; asked again every few seconds as long as somebody wants that and one is under way."""
        run = self._redrives.find(visit.parts["redrive_id"])
        if run is None:
            return Notice("There is no such redrive", ("Its address may be incomplete.",), 404, (PATH, "Failures"))
        stands = list(zip(run.failures, self._failed.progress(run.failures), strict=True))
        counts = dict.fromkeys(("went through", "under way", _AGAIN, _NOT_BEGUN, "gone"), 0)
        rows = []
        for failure, progress in stands:
            word = _word(failure, progress)
            counts[word] += 1
            told = progress.told if word == _AGAIN else ""
            rows.append((failure.order_id, order_number.display(failure.order_id), word, told, self._url(failure.arn)))
        under_way = counts["under way"] > 0
        follow = under_way and visit.query.get("follow") == "yes"
        seconds = max(_SECONDS, len(rows) // _A_SECOND)
        values = {
            "run": run,
            "seconds": seconds,
            "at": moment(run.at),
            "counts": [(word, number) for word, number in counts.items() if number],
            "rows": rows,
            "under_way": under_way,
            "follow": follow,
            "waiting": counts[_NOT_BEGUN],
            "again": counts[_AGAIN] + counts[_NOT_BEGUN],
        }
        return View("redrive.html", f"Redriving: {run.title}", values, refresh=seconds if follow else 0)

    def go_on(self, visit: Visit) -> Shown:
        """POST: redrive what was not reached yet; else those of it that failed again, as a redrive of their own."""
        run = self._redrives.find(visit.parts["redrive_id"])
        if run is None:
            return GoTo(PATH)
        stands = list(zip(run.failures, self._failed.progress(run.failures), strict=True))
        if waiting := [failure for failure, progress in stands if _word(failure, progress) == _NOT_BEGUN]:
            self._let_go_on(run, waiting)
            return GoTo(f"/staff/redrives/{run.id}?follow=yes")
        left = tuple(failure for failure, progress in stands if _fails(progress))
        if not left:
            return GoTo(f"/staff/redrives/{run.id}")
        stood = {failure.arn: progress.redrives for failure, progress in stands}
        left = tuple(each.model_copy(update={"redrives": stood[each.arn]}) for each in left)
        again = run.model_copy(
            update={
                "id": f"{visit.now:%Y%m%dT%H%M%S%f}-again",
                "at": visit.now,
                "actor": visit.person.actor,
                "failures": left,
            }
        )
        self._redrives.keep(again)
        self._let_go_on(again, again.failures)
        return GoTo(f"/staff/redrives/{again.id}?follow=yes")

    def _let_go_on(self, run: Redrive, failures: Sequence[Failure]) -> None:
        """Redrive these, as many as there is time for."""
        begun = self._elapsed()
        for start in range(0, len(failures), _AT_ONCE):
            if self._elapsed() - begun > _LONGEST:
                return
            self._failed.redrive(failures[start : start + _AT_ONCE], run.id)

    def _seen(self, now: datetime, page: int) -> tuple[list[Failure], bool, dict[str, tuple[Status, bool]]]:
        failed = self._failed.failed(page - 1)
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
                at=moment(failure.at),
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


def _word(failure: Failure, progress: Progress) -> str:
    """How an execution stands that was to be redriven; one that has failed before and was not reached yet waits."""
    return _DONE.get(progress.status) or (_AGAIN if progress.redrives > failure.redrives else _NOT_BEGUN)


def _page(given: Mapping[str, str]) -> int:
    """The page that is asked for, from 1 on."""
    number = given.get("page", "")
    return max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 4 else 1


def _fails(progress: Progress) -> bool:
    return progress.status not in _DONE
