"""The sweep that finds orders which are stuck, and what nobody heard of: mended when that is safe, reported when not.

Everything is found by key: new orders by the time they came in, waiting ones by what they wait for, and those that
were not settled when they were looked at first from the list of what is followed. A happy order is looked at once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from order_processing.cancellation import TOO_LATE
from order_processing.decisions import Executions, NotStarted, way_on
from order_processing.findings import Finding, Findings, Kind
from order_processing.observe import logger, told_without_personal_data
from order_processing.order import Record
from order_processing.status import ENDED, Status
from order_processing.stored_order import StoredOrder
from order_processing.sweeping import (
    FIRST_LOOK,
    HEARD,
    OVERDUE,
    Act,
    Runs,
    Verdict,
    judge,
    judge_ending,
    judge_notice,
    settled,
)
from order_processing.waiting import Waiting, WaitingOrders

SWEEP = "received"
KINDS: tuple[Kind, ...] = ("NOT_STARTED", "STUCK", "RUNS_LONG", "DECISION_NOT_HEARD", "NOT_EXPIRED", "NOT_TOLD")
"""The kinds of findings that this sweep makes, and resolves."""
MOST_LOOKS = 200
"""How many orders one sweep looks at closely, each for some calls of Step Functions, which allows 15 a second; the rest
is left to the next one."""
_OVERLAP = timedelta(minutes=5)
_BACK = timedelta(days=1)
_LATE = timedelta(hours=6)


class SweptOrders(Protocol):
    """Orders by the time they came in, and by id."""

    def received_between(self, first: datetime, last: datetime) -> list[str]: ...

    def load(self, order_id: str) -> StoredOrder: ...


class OrderLists(Protocol):
    """Many orders at once, by key."""

    def states(self, order_ids: Sequence[str]) -> dict[str, tuple[Status, bool]]:
        """Each order's status and whether it has left, of up to 100 orders."""
        ...

    def late_cancellations(self, since: datetime) -> list[str]: ...


class Swept(Record):
    """What a sweep came to. looked_at: how many orders were looked at closely."""

    looked_at: int = 0
    left: int = 0
    found: tuple[Finding, ...] = ()
    resolved: tuple[Finding, ...] = ()


class Sweep:
    """One sweep, at one moment."""

    def __init__(
        self,
        *,
        orders: SweptOrders,
        lists: OrderLists,
        waiting: WaitingOrders,
        executions: Executions,
        runs: Runs,
        findings: Findings,
        now: datetime,
    ) -> None:
        self._orders = orders
        self._lists = lists
        self._waiting = waiting
        self._executions = executions
        self._runs = runs
        self._findings = findings
        self._now = now

    def run(self) -> Swept:
        """Look at everything that is due."""
        self._follow_new()
        untold = {row.order_id for row in self._waiting.waiting("notice") if self._due(row, HEARD)}
        late = self._lists.late_cancellations(self._now - _LATE)
        before = [finding for finding in self._findings.open() if finding.kind in KINDS]
        due = list(dict.fromkeys([*self._due_now(), *untold, *late, *(finding.subject for finding in before)]))
        found: list[Finding] = []
        resolved: list[Finding] = []
        for order_id in due[:MOST_LOOKS]:
            stored = self._orders.load(order_id)
            told = order_id not in untold and _told_of_late(stored, self._now)
            verdict = None if settled(stored) and told else self._verdict(order_id, stored, untold=order_id in untold)
            if verdict:
                found.append(self._see_to(order_id, stored, verdict))
            for finding in before:
                if finding.subject == order_id and (verdict is None or finding.kind != verdict.kind):
                    self._findings.resolve(finding, self._now)
                    resolved.append(finding)
        looked_at = min(len(due), MOST_LOOKS)
        return Swept(looked_at=looked_at, left=len(due) - looked_at, found=tuple(found), resolved=tuple(resolved))

    def _follow_new(self) -> None:
        """Follow the orders that have come of age since the last sweep and are not settled."""
        last = self._findings.progress(SWEEP)
        first = datetime.fromisoformat(last) - _OVERLAP if last else self._now - FIRST_LOOK - _BACK
        until = self._now - FIRST_LOOK
        for order_id in self._unsettled(self._orders.received_between(first, until)):
            self._findings.follow(order_id, self._now)
        self._findings.keep_progress(SWEEP, until.isoformat())

    def _due_now(self) -> list[str]:
        """What is followed or waits, and is to be looked at closely, those that wait longest first."""
        asked = {row.order_id: row for whom in ("customer", "staff") for row in self._waiting.waiting(whom)}
        decided = [row for row in self._waiting.waiting("execution") if self._due(row, HEARD)]
        overdue = [row for row in asked.values() if self._overdue(row)]
        followed = self._findings.followed()
        unsettled = set(self._unsettled(followed))
        for order_id in followed:
            if order_id not in unsettled:
                self._findings.unfollow(order_id)
        rows = sorted([*decided, *overdue], key=lambda row: row.since)
        return [row.order_id for row in rows] + [each for each in followed if each in unsettled and each not in asked]

    def _unsettled(self, order_ids: Iterable[str]) -> list[str]:
        """Those that have not come to an end, told from their heads."""
        wanted = list(order_ids)
        found: list[str] = []
        for start in range(0, len(wanted), 100):
            batch = wanted[start : start + 100]
            states = self._lists.states(batch)
            ends = {Status.READY_TO_SHIP, *ENDED}
            found += [each for each in batch if each not in states or states[each][0] not in ends]
        return found

    def _due(self, row: Waiting, after: timedelta) -> bool:
        return self._now >= row.since + after

    def _overdue(self, row: Waiting) -> bool:
        """Whether nobody was asked in time, or nobody's silence ended the order."""
        return self._now >= (row.expires_at or row.since) + OVERDUE

    def _verdict(self, order_id: str, stored: StoredOrder, *, untold: bool) -> Verdict | None:
        """What is wrong with the order. What waits for a decision that was made is told it here: only the answer to
        that says whether it was waiting, and one that was not goes on as it does."""
        run, ending = self._runs.of(order_id, stored.runs), self._runs.ending_of(order_id, _ending(stored), stored.runs)
        if stored.late_cancellation and not stored.ended:  # one that has ended has told, or left it to staff
            return None if ending.state == "succeeded" else judge_ending("NOT_TOLD", ending, self._now)
        rule = judge_notice if untold else judge
        verdict = rule(stored, run, ending, self._now)
        if verdict is None or verdict.act is not Act.DELIVER or stored.question is None:
            return verdict
        heard = any(self._runs.deliver(token, way_on(stored)) for token in stored.question.tokens)
        return verdict if heard else rule(stored, run, ending, self._now, heard=True)

    def _see_to(self, order_id: str, stored: StoredOrder, verdict: Verdict) -> Finding:
        """Note what is wrong, then mend it: a run that is cut in between is made up for by the next one."""
        done = "" if verdict.act is Act.NOTHING else verdict.act.value
        finding = self._findings.note(verdict.kind, order_id, self._now, done=done, advice=verdict.advice)
        try:
            self._act(order_id, stored, verdict.act)
        except NotStarted as error:
            told = told_without_personal_data(error)
            logger.error("could not be mended now", extra={"order_id": order_id, "fault": told})
        return finding

    def _act(self, order_id: str, stored: StoredOrder, act: Act) -> None:
        ending = _ending(stored)
        if act is Act.START:
            self._executions.start(order_id, stored.runs)
        elif act is Act.REDRIVE:
            self._runs.redrive(order_id, stored.runs)
        elif act is Act.REDRIVE_ENDING:
            self._runs.redrive_ending(order_id, ending, stored.runs)
        elif act is Act.END:
            self._executions.finish(order_id, ending, stored.runs)


def _ending(stored: StoredOrder) -> str:
    """What the execution that finishes early ends is to do for this order, and by which it is named."""
    if stored.ended:
        return stored.status.value
    return TOO_LATE if stored.late_cancellation else Status.EXPIRED.value


def _told_of_late(stored: StoredOrder, now: datetime) -> bool:
    """Whether nobody is still to be told that a cancellation came too late."""
    late = stored.late_cancellation
    return late is None or stored.ended or bool(late.told and late.told.sent_at) or now < late.at + HEARD
