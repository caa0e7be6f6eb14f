"""What an audit notes while it goes through the books: findings opened and closed, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from order_processing.auditing import KINDS
from order_processing.findings import Finding, Findings, Kind

T = TypeVar("T")


class Notes:
    """The findings of one audit.

    in_time: whether there is time for more. left: the parts of the books for which there was none; the next run
    begins with them.
    """

    def __init__(self, findings: Findings, now: datetime, in_time: Callable[[], bool]) -> None:
        self._findings = findings
        self._now = now
        self._in_time = in_time
        self._open = {(one.kind, one.subject): one for one in findings.open() if one.kind in KINDS}
        self.found: list[Finding] = []
        self.resolved: list[Finding] = []
        self.left: list[str] = []

    def subjects(self, kind: Kind) -> list[str]:
        """What was found of a kind in earlier audits and is still open."""
        return [subject for of, subject in self._open if of == kind]

    def times(self, kind: Kind, subject: str) -> int:
        """In how many audits it was found before."""
        before = self._open.get((kind, subject))
        return before.times if before else 0

    def wrong(self, kind: Kind, subject: str, *, done: str = "", advice: str = "") -> Finding:
        """Something is not as it should be. Noted before it is mended: a run that is cut is made up for."""
        finding = self._findings.note(kind, subject, self._now, done=done, advice=advice)
        self.found.append(finding)
        self._open.pop((kind, subject), None)
        return finding

    def right(self, kind: Kind, subject: str) -> None:
        """It is as it should be: what was found of it is closed."""
        if finding := self._open.pop((kind, subject), None):
            self._findings.resolve(finding, self._now)
            self.resolved.append(finding)

    def each(self, part: str, things: Iterable[str]) -> Iterable[str]:
        """A part of the books, in order, from where the last run had no more time; cut where this one has none."""
        ordered = sorted(set(things))
        place = self.place(part)
        turned = [*(thing for thing in ordered if thing > place), *(thing for thing in ordered if thing <= place)]
        for thing in turned:
            if not self._in_time():
                self.left.append(part)
                return
            yield thing
            place = thing
            if not self._in_time():  # only then is it worth a write
                self.keep_place(part, place)
        if self.place(part):
            self.keep_place(part, "")

    def in_time(self, part: str) -> bool:
        """Whether there is time for more of a part."""
        if self._in_time():
            return True
        self.left.append(part)
        return False

    def place(self, part: str) -> str:
        """How far a part of the books was looked at; "" for not at all, or to its end."""
        return self._findings.progress(f"books {part}")

    def keep_place(self, part: str, place: str) -> None:
        """Keep how far it was looked at."""
        self._findings.keep_progress(f"books {part}", place)
