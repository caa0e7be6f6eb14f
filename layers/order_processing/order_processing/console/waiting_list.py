"""What waits for whom and for how long, in one list, the oldest first: decisions, what else staff must see to, and what
customers are asked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlencode

from order_processing import order_number
from order_processing.console.backlog import Entry
from order_processing.console.order_shown import ASKED
from order_processing.console.times import left, moment, since
from order_processing.waiting import Waiting

Whom = Literal["decide", "see", "customer"]
WHOM: dict[Whom, tuple[str, str]] = {
    "decide": ("Staff decide", "a decision of staff"),
    "see": ("Staff see to it", "staff"),
    "customer": ("Customers answer", "its customer"),
}
"""For each that can be waited for: what the choice of it is called, and how a line says it."""
MOST = 100
_SOON = timedelta(hours=12)


@dataclass(frozen=True)
class Line:
    """Something that waits. order_id: "" for what is no order's; path: where it is seen to. waits: for how long
    already; left: how long there is for a decision, "" without an end; agreed: "1 of 2", "" where one is enough."""

    at: datetime
    whom: Whom
    what: str
    why: tuple[str, ...]
    order_id: str
    number: str
    path: str
    waits: str
    since: str
    left: str = ""
    soon: bool = False
    agreed: str = ""

    @property
    def waits_for(self) -> str:
        return WHOM[self.whom][1]


@dataclass(frozen=True)
class Choice:
    """What the list can be narrowed to. path: its address; number: how much of it waits."""

    name: str
    path: str
    number: int
    chosen: bool


def of_waiting(waiting: Waiting, whom: Whom, now: datetime) -> Line:
    """An order that waits for somebody's decision."""
    case, expires = waiting.approval, waiting.expires_at
    why = tuple(f"{g.text} ({g.found})" for g in case.grounds) if case else ()
    return Line(
        at=waiting.since,
        whom=whom,
        what=ASKED.get(waiting.status.value, waiting.status.value).capitalize(),
        why=why or ((waiting.reason.text,) if waiting.reason else ()),
        order_id=waiting.order_id,
        number=order_number.display(waiting.order_id),
        path=f"/staff/orders/{waiting.order_id}",
        waits=since(waiting.since, now),
        since=moment(waiting.since),
        left=left(expires, now),
        soon=expires is not None and expires - now < _SOON,
        agreed=f"{len(case.consents)} of {case.approvers}" if case and case.approvers > 1 else "",
    )


def of_entry(entry: Entry, now: datetime) -> Line:
    """Something that staff must see to."""
    return Line(
        at=entry.at,
        whom="see",
        what=entry.what,
        why=(entry.why,) if entry.why else (),
        order_id=entry.order_id,
        number=order_number.display(entry.order_id) if entry.order_id else "",
        path=entry.path or (f"/staff/orders/{entry.order_id}" if entry.order_id else ""),
        waits=since(entry.at, now),
        since=moment(entry.at),
    )


def waiting_list(lines: Iterable[Line], chosen: str, path: str, page: str = "") -> dict[str, object]:
    """The lines that the template shows, the oldest first, what they can be narrowed to, and how many wait for less
    long than this page's. chosen: one of WHOM; anything else for all. page: its number, MOST lines each."""
    every = sorted(lines, key=lambda line: (line.at, line.order_id, line.what))
    counted = Counter(line.whom for line in every)
    shown = [line for line in every if chosen in (line.whom, "") or chosen not in WHOM]
    choices = [Choice("All", path, len(every), chosen not in WHOM)]
    choices += [Choice(words[0], f"{path}?for={whom}", counted[whom], chosen == whom) for whom, words in WHOM.items()]
    last = max(1, math.ceil(len(shown) / MOST))
    number = min(int(page), last) if page.isascii() and page.isdigit() and int(page) else 1

    def at(other: int) -> str:
        return f"{path}?{urlencode({**({'for': chosen} if chosen in WHOM else {}), 'page': other})}"

    return {
        "lines": shown[(number - 1) * MOST : number * MOST],
        "choices": choices,
        "newer": max(0, len(shown) - number * MOST),
        "newer_path": at(number + 1),
        "older_path": at(number - 1) if number > 1 else "",
    }
