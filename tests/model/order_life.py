"""The order's life with its faults, as a specification: what each step reads, writes and expects, and nothing else.

One order for one piece, another buyer for the same piece, and a later piece that an offer can hold. The execution, a
copy of a stage that went on by itself, the state machine that finishes early ends, the doors of customer and staff,
the clock and the sweep take their steps in any order, each step as large as one call to AWS; a process may end after
any of them. The names of steps and states are those of the template; RULES are the guards of the real code, by name,
and a specification can be made without any of them.

What it leaves out: money, several lines, an order changed after it was reserved, and what follows READY_TO_SHIP. What
it assumes: a function that was started for a mail is over a minute later (Lambda ends it after 30 seconds), and Step
Functions' execution names are unique.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tests.model.checker import Specification

R, C, V, OFFERED, S, A = "RECEIVED", "CORRECTION_PENDING", "VERIFIED", "OFFER_PENDING", "RESERVED", "APPROVAL_PENDING"
F, D, Y = "CONFIRMED", "RECORDED", "READY_TO_SHIP"
ENDED = ("REJECTED", "CANCELLED", "EXPIRED")
PENDING = (C, OFFERED, A)
RESUMES = {C: R, OFFERED: V, A: S}
PATH = (R, V, S, F, D, Y)
STAGES = ("VerifyOrder", "CheckAvailability", "ConfirmOrder", "UpdateAccount", "PrepareDelivery")
ASKS = {"VerifyOrder": C, "CheckAvailability": OFFERED, "ConfirmOrder": A}

RULES = (
    "an order is placed once",
    "an execution's name is unique",
    "verification names the version",
    "a question names the version",
    "a reservation names the version",
    "a reservation asks for the piece",
    "sending is noted before",
    "what was sent is not sent again",
    "the note of sending names the version",
    "a confirmation under way cannot be overtaken",
    "the totals are changed in their sequence",
    "what was counted is not counted again",
    "an end on the way takes the sequence further",
    "an end on the way leaves an entry",
    "the record names the version",
    "readiness names the version",
    "a stage sees the order's end",
    "an early end names the version",
    "an early end gives back what is held",
    "an early end leaves the account",
    "a notice is noted when sent",
    "a decision comes before its expiry",
    "a new token takes the place of the old",
    "the sweep starts what was not started",
    "the sweep redrives what failed",
    "the sweep delivers decisions",
    "the sweep finishes ends",
)


CHANCE = ("fault", "sender", "customer: cancelled", "decision kept", "refusal kept", "another buyer", "late")
"""Steps that nobody can count on: faults, what people do, and a clock that makes up for a lost token days later."""


class Task(NamedTuple):
    """A function at work. pc: how many of its calls are done; stale: whether the order changed since it was read.
    behind: whether the sequence of the account's totals went on since the function read it.
    """

    state: str
    pc: int = 0
    stale: bool = False
    saw: str = R
    ending: str = ""
    behind: bool = False


class Order(NamedTuple):
    """All there is. ex: the execution's state, or none, failed, done; task: its function at work.

    ending_ex, ending_task: the same of the state machine for early ends. copy: a stage that went on by itself after
    the execution gave it up. question: whether a token was kept. token: that of the waiting execution: the `kept` one,
    or a `new` one, or none. said: what the waiting execution was told. mails, notices: how many went out, up to two.
    mail_cut, notice_cut: whether one was cut between its sending and the note of it, or two were sent at once: the one
    place where once cannot be promised. overruled: whether a decision that was kept was passed over. total: how often
    the order is counted in its account; entries: its entries there; reversed: whether it has one that is reversed.
    """

    placed: int = 0
    executions: int = 0
    status: str = R
    stock: int = 1
    later: int = 1
    other: int = 0
    held: int = 0
    held_later: int = 0
    asked: frozenset[str] = frozenset()
    attempt: bool = False
    sent: bool = False
    mails: int = 0
    mail_cut: bool = False
    untrue: bool = False
    entries: int = 0
    total: int = 0
    reversed: bool = False
    labels: bool = False
    notices: int = 0
    notice_cut: bool = False
    notice_sent: bool = False
    ex: str = "none"
    task: Task | None = None
    asked_by: str = ""
    token: str = ""
    question: bool = False
    answered: bool = False
    overruled: bool = False
    said: str = ""
    ending_ex: str = "none"
    ending_task: Task | None = None
    copy: Task | None = None
    door: str = "open"
    desk: str = "open"
    sender: int = 0
    faults: int = 0


class Life:
    """The specification. faults: how many may happen. asks: the question that may be asked on the way, if any; one
    that is only asked where the piece is gone takes another buyer. without: a rule that it lacks.
    """

    def __init__(self, *, faults: int = 1, asks: str = "", without: str = "") -> None:
        if without and without not in RULES:
            raise ValueError(f"{without!r} is no rule")
        self._most_faults = faults
        self._asks = asks
        self._without = without

    def specification(self) -> Specification[Order]:
        """What the checker explores."""
        return Specification(Order(), self.steps, INVARIANTS, settled, CHANCE)

    def has(self, rule: str) -> bool:
        """Whether the rule is kept."""
        return rule != self._without

    def steps(self, now: Order) -> Iterator[tuple[str, Order]]:
        """Everything that may happen next."""
        yield from self._intake(now)
        yield from self._doors(now)
        yield from self._other_buyer(now)
        if now.task:
            yield from self._worked(now, now.task, "task", now.ex)
        elif now.ex == "AwaitDecision":
            yield from self._waiting(now)
        if now.ending_task:
            yield from self._worked(now, now.ending_task, "ending_task", "ending")
        if now.copy:
            yield from self._worked(now, now.copy, "copy", "copy")
        yield from self._sweep(now)
        if now.faults < self._most_faults:
            yield from self._faults(now)

    # ---- intake, the other buyer

    def _intake(self, now: Order) -> Iterator[tuple[str, Order]]:
        if now.sender in (0, 2):
            placed = now.placed if now.placed and self.has("an order is placed once") else now.placed + 1
            yield "sender: order stored", now._replace(placed=placed, sender=now.sender + 1)
        if now.sender in (1, 3):
            yield "sender: execution started", self._started(now)._replace(sender=now.sender + 1)

    def _started(self, now: Order) -> Order:
        if now.executions and self.has("an execution's name is unique"):
            return now
        return now._replace(executions=now.executions + 1, ex="VerifyOrder", task=Task("VerifyOrder"))

    def _other_buyer(self, now: Order) -> Iterator[tuple[str, Order]]:
        if now.stock and self._asks == OFFERED:
            yield "another buyer takes the piece", now._replace(stock=now.stock - 1, other=now.other + 1)

    # ---- functions

    def _worked(self, now: Order, task: Task, whose: str, label: str) -> Iterator[tuple[str, Order]]:
        """The next call of a function at work."""
        work = {
            "VerifyOrder": self._verify,
            "CheckAvailability": self._check,
            "ConfirmOrder": self._confirm,
            "UpdateAccount": self._record,
            "PrepareDelivery": self._prepare,
            "AwaitDecision": self._ask,
            "EndOrder": self._end,
        }[task.state]
        if task.pc == 0:
            seen = now._replace(**{whose: task._replace(pc=1, stale=False, saw=now.status)})
            yield f"{label}: {task.state} reads the order", seen
            return
        for step, after, outcome in work(now, task):
            yield f"{label}: {step}", self._outcome(after, outcome, whose)

    def _outcome(self, now: Order, outcome: str, whose: str) -> Order:
        """outcome: `+` for the next call, `again` for a fault that is tried again, `done`, or the next state."""
        task = getattr(now, whose)
        if outcome == "+":
            return now._replace(**{whose: task._replace(pc=task.pc + 1)})
        if outcome.startswith("pc"):
            return now._replace(**{whose: task._replace(pc=int(outcome[2:]))})
        if outcome == "again":
            return now._replace(**{whose: Task(task.state, ending=task.ending)})
        if whose == "copy":
            return now._replace(copy=None)
        if whose == "ending_task":
            return now._replace(ending_task=None, ending_ex="done")
        if outcome == "done":
            return now._replace(task=None, ex="done", token="")
        if outcome == "waits":
            return now._replace(task=None)
        state, _, ending = outcome.partition(" ")
        if state == "AwaitDecision":
            now = now._replace(asked_by=task.state, token="new", said="")
        return now._replace(ex=state, task=Task(state, ending=ending))

    def _written(self, now: Order, **changes: object) -> Order:
        """The order changed by somebody: whoever has read it before has read something old."""
        aged = {
            name: task._replace(stale=True)
            for name in ("task", "ending_task", "copy")
            if (task := getattr(now, name)) and task.pc
        }
        return now._replace(**aged, **changes)  # type: ignore[arg-type]

    def _mine(self, now: Order, task: Task, **changes: object) -> Order:
        """Changed by this function, which knows of it."""
        after = self._written(now, **changes)
        for name in ("task", "ending_task", "copy"):
            if getattr(now, name) is task:
                return after._replace(**{name: getattr(after, name)._replace(stale=False)})
        return after

    def _over(self, task: Task) -> bool:
        """Whether what the function read says that the order has ended."""
        return task.saw in ENDED and self.has("a stage sees the order's end")

    def _verify(self, now: Order, task: Task) -> Iterator[tuple[str, Order, str]]:
        if self._over(task):
            yield "VerifyOrder: OrderEnded", now, "EndOrder CANCELLED"
        elif reached(task.saw, V):
            yield "VerifyOrder: done before", now, "CheckAvailability"
        elif task.saw == C:
            yield "VerifyOrder: CorrectionNeeded", now, "AwaitDecision"
        else:
            yield "VerifyOrder: OrderRejected", now, "EndOrder REJECTED"
            if task.stale and self.has("verification names the version"):
                yield "VerifyOrder: OrderChanged", now, "again"
            elif now.status not in ENDED or not self.has("verification names the version"):
                yield "VerifyOrder: verified", self._mine(now, task, status=V), "CheckAvailability"
            if self._asks == C and C not in now.asked:
                yield from self._put_question(now, task, C)

    def _put_question(self, now: Order, task: Task, kind: str, **held: int) -> Iterator[tuple[str, Order, str]]:
        if task.stale and self.has("a question names the version"):
            yield f"{task.state}: OrderChanged", now, "again"
        else:
            asked = self._mine(now, task, status=kind, asked=now.asked | {kind}, answered=False, **held)
            yield f"{task.state}: {kind}", asked, "AwaitDecision"

    def _check(self, now: Order, task: Task) -> Iterator[tuple[str, Order, str]]:
        if self._over(task):
            yield "CheckAvailability: OrderEnded", now, "EndOrder CANCELLED"
        elif reached(task.saw, S):
            yield "CheckAvailability: done before", now, "ConfirmOrder"
        elif task.saw == OFFERED:
            yield "CheckAvailability: OfferNeeded", now, "AwaitDecision"
        elif task.stale and self.has("a reservation names the version"):
            yield "CheckAvailability: OrderChanged", now, "again"
        elif now.held_later:
            yield "CheckAvailability: what was chosen is reserved", self._mine(now, task, status=S), "ConfirmOrder"
        else:
            if now.stock or not self.has("a reservation asks for the piece"):
                reserved = self._mine(now, task, status=S, stock=now.stock - 1, held=now.held + 1)
                yield "CheckAvailability: reserved", reserved, "ConfirmOrder"
            if not now.stock and now.later and self._asks == OFFERED and OFFERED not in now.asked:
                yield from self._put_question(now, task, OFFERED, later=now.later - 1, held_later=now.held_later + 1)
            if not now.stock:
                yield "CheckAvailability: OutOfStock", now, "again"

    def _confirm(self, now: Order, task: Task) -> Iterator[tuple[str, Order, str]]:
        told = now.sent if self.has("what was sent is not sent again") else False
        if task.pc == 1 and self._over(task):
            yield "ConfirmOrder: OrderEnded", now, "EndOrder CANCELLED"
        elif task.pc == 1 and reached(task.saw, F) and (told or now.sent is False or reached(task.saw, D)):
            yield "ConfirmOrder: done before", now, "UpdateAccount"
        elif task.pc == 1 and task.saw == A:
            yield "ConfirmOrder: ApprovalNeeded", now, "AwaitDecision"
        elif task.pc == 1:
            if task.stale and self.has("the note of sending names the version"):
                yield "ConfirmOrder: OrderChanged", now, "again"
            elif not self.has("sending is noted before"):
                yield "ConfirmOrder: begins", now, "+"
            else:
                cut = now.mail_cut or _at_once(now, "ConfirmOrder", 2)
                yield "ConfirmOrder: sending begins", self._mine(now, task, attempt=True, mail_cut=cut), "+"
            if self._asks == A and A not in now.asked and not now.attempt:
                yield from self._put_question(now, task, A)
        elif task.pc == 2:
            untrue = now.untrue or now.status in ENDED or not now.held + now.held_later
            yield "ConfirmOrder: mail", now._replace(mails=min(2, now.mails + 1), untrue=untrue), "+"
        elif task.stale and self.has("the note of sending names the version"):
            yield "ConfirmOrder: OrderChanged", now._replace(mail_cut=True), "again"
        else:
            yield "ConfirmOrder: confirmed", self._mine(now, task, sent=True, status=F), "UpdateAccount"

    def _record(self, now: Order, task: Task) -> Iterator[tuple[str, Order, str]]:
        if self._over(task):
            yield "UpdateAccount: OrderEnded", now, "EndOrder CANCELLED"
        elif reached(task.saw, D):
            yield "UpdateAccount: done before", now, "PrepareDelivery"
        elif task.pc == 1:  # the totals, and then the entry
            counted = (now.total or now.entries or now.reversed) and self.has("what was counted is not counted again")
            yield "UpdateAccount: reads the account", self._level(now, task), "pc3" if counted else "+"
        elif task.pc == 2 and task.behind and self.has("the totals are changed in their sequence"):
            yield "UpdateAccount: others were counted", now, "pc1"
        elif task.pc == 2:
            yield "UpdateAccount: counted", self._passed(now, total=now.total + 1), "+"
        elif task.pc == 3:
            there = now.entries or now.reversed
            yield "UpdateAccount: entry", now if there else now._replace(entries=1), "+"
        elif task.stale and self.has("the record names the version"):
            yield "UpdateAccount: OrderChanged", now, "again"
        else:
            yield "UpdateAccount: recorded", self._mine(now, task, status=D), "PrepareDelivery"

    def _passed(self, now: Order, **changes: object) -> Order:
        """The sequence of the account's totals goes on: whoever has read it is behind."""
        behind = {
            name: task._replace(behind=True)
            for name in ("task", "copy")
            if (task := getattr(now, name)) and task.state == "UpdateAccount" and task.pc == 2
        }
        return now._replace(**behind, **changes)  # type: ignore[arg-type]

    def _level(self, now: Order, task: Task) -> Order:
        """The function has read the totals as they are."""
        whose = "task" if now.task is task else "copy"
        return now._replace(**{whose: task._replace(behind=False)})  # type: ignore[arg-type]

    def _prepare(self, now: Order, task: Task) -> Iterator[tuple[str, Order, str]]:
        if self._over(task):
            yield "PrepareDelivery: OrderEnded", now, "EndOrder CANCELLED"
        elif reached(task.saw, Y):
            yield "PrepareDelivery: done before", now, "done"
        elif task.pc == 1:
            yield "PrepareDelivery: documents", now._replace(labels=True), "+"
        elif task.stale and self.has("readiness names the version"):
            yield "PrepareDelivery: OrderChanged", now, "again"
        else:
            yield "PrepareDelivery: ready", self._mine(now, task, status=Y), "done"

    # ---- questions

    def _ask(self, now: Order, task: Task) -> Iterator[tuple[str, Order, str]]:
        if self._over(task):
            yield "AwaitDecision: OrderEnded", now, "EndOrder CANCELLED"
        elif task.saw not in PENDING:
            yield "AwaitDecision: DecisionMade", now, "VerifyOrder"
        elif task.stale:
            yield "AwaitDecision: OrderChanged", now._replace(token="new"), "again"
        else:
            kept = not now.question or self.has("a new token takes the place of the old")
            asked = self._mine(now, task, question=True, token="kept" if kept else now.token)
            yield "AwaitDecision: asked", asked, "waits"

    def _waiting(self, now: Order) -> Iterator[tuple[str, Order]]:
        if now.said == "go_on":
            yield "the execution goes on", now._replace(ex=now.asked_by, task=Task(now.asked_by), token="", said="")
        elif now.said:
            ending = "REJECTED" if now.said == "rejected" else "CANCELLED"
            yield (
                "the execution ends",
                now._replace(ex="EndOrder", task=Task("EndOrder", ending=ending), token="", said=""),
            )
        else:
            when = "time is up" if now.status in PENDING else "late: time is up"
            yield when, now._replace(ex="EndOrder", task=Task("EndOrder", ending="EXPIRED"), token="")

    def _told(self, now: Order, what: str) -> Order:
        """The execution hears, if it waits with the token that was kept."""
        if now.token == "kept" and not now.said:
            return now._replace(said=what)
        return now

    # ---- early ends

    def _end(self, now: Order, task: Task) -> Iterator[tuple[str, Order, str]]:
        if task.pc == 1 and task.saw not in ENDED:
            if task.ending == "EXPIRED" and task.saw not in PENDING and self.has("a decision comes before its expiry"):
                yield "EndOrder: DecisionMade", now, "VerifyOrder"
            elif reached(task.saw, F):
                yield "EndOrder: only forward", now, "VerifyOrder"
            elif task.stale and self.has("an early end names the version"):
                yield "EndOrder: OrderChanged", now, "again"
            else:
                ended = self._released(now, task.ending)
                overruled = now.overruled or (now.answered and now.status not in PENDING and task.ending == "EXPIRED")
                yield f"EndOrder: {task.ending}", self._mine(ended, task, overruled=overruled), "pc2"
        elif task.pc == 1 and now.notice_sent:
            yield "EndOrder: told before", now, "done"
        elif task.pc <= 2:
            if task.stale:
                yield "EndOrder: OrderChanged", now, "again"
            else:
                cut = now.notice_cut or _at_once(now, "EndOrder", 3)
                yield "EndOrder: telling begins", self._mine(now, task, notice_cut=cut), "pc3"
        elif task.pc == 3:
            yield "EndOrder: notice", now._replace(notices=min(2, now.notices + 1)), "pc4"
        elif task.stale:
            yield "EndOrder: OrderChanged", now._replace(notice_cut=True), "again"
        else:
            noted = self._mine(now, task, notice_sent=self.has("a notice is noted when sent"))
            yield "EndOrder: told", noted, "done"

    def _released(self, now: Order, ending: str) -> Order:
        back = {"stock": now.stock + now.held, "later": now.later + now.held_later, "held": 0, "held_later": 0}
        given_back = back if self.has("an early end gives back what is held") else {}
        ended = now._replace(status=ending, **given_back)  # type: ignore[arg-type]
        return self._out_of_the_account(ended) if reached(now.status, F) else ended

    def _out_of_the_account(self, now: Order) -> Order:
        """What was confirmed leaves the account, or cannot come into it any more: one transaction with the order."""
        if not self.has("an early end leaves the account"):
            return now
        leaves = self.has("an end on the way leaves an entry") or now.entries
        further = not now.entries and self.has("an end on the way takes the sequence further")
        out = now._replace(total=max(0, now.total - 1), entries=0, reversed=bool(leaves))
        return self._passed(out) if further else out

    # ---- doors

    def _doors(self, now: Order) -> Iterator[tuple[str, Order]]:
        if not now.placed:
            return
        if now.door == "open" and now.status not in ENDED and not self._being_confirmed(now):
            cancelled = self._written(self._released(now, "CANCELLED"))
            yield "customer: cancelled", cancelled._replace(door="ready" if now.status == Y else "cancelled")
        if now.door in ("cancelled", "ready"):
            told = self._told(now, "cancelled")._replace(door="closed")
            if now.door == "ready" or now.ex in ("none", "failed", "done"):
                told = self._finish(told, "CANCELLED")
            yield "customer: executions told", told
        if now.desk == "open" and now.status in PENDING and now.question:
            yield "decision kept", self._written(now, status=RESUMES[now.status], answered=True, desk="decided")
            refused = self._written(self._released(now, "REJECTED"))
            yield "refusal kept", refused._replace(desk="refused")
        if now.desk == "decided":
            yield "decision told", self._told(now, "go_on")._replace(desk="open")
        if now.desk == "refused":
            yield "refusal told", self._told(now, "rejected")._replace(desk="closed")

    def _being_confirmed(self, now: Order) -> bool:
        """A mail may be on its way: for a minute after it began."""
        if not self.has("a confirmation under way cannot be overtaken"):
            return False
        return any(t and t.state == "ConfirmOrder" and t.pc > 1 for t in (now.task, now.copy))

    def _finish(self, now: Order, ending: str) -> Order:
        if now.ending_ex != "none":
            return now
        return now._replace(ending_ex="running", ending_task=Task("EndOrder", ending=ending))

    # ---- the sweep

    def _sweep(self, now: Order) -> Iterator[tuple[str, Order]]:
        if now.placed and now.ex == "none" and self.has("the sweep starts what was not started"):
            yield "sweep: started", self._started(now)
        if now.ex.startswith("failed ") and self.has("the sweep redrives what failed"):
            state, _, ending = now.ex.removeprefix("failed ").partition(" ")
            token = "new" if state == "AwaitDecision" else ""
            yield "sweep: redriven", now._replace(ex=state, task=Task(state, ending=ending), token=token, said="")
        if now.ending_ex == "failed" and self.has("the sweep redrives what failed"):
            ending = now.status if now.status in ENDED else "EXPIRED"
            yield (
                "sweep: ending redriven",
                now._replace(ending_ex="running", ending_task=Task("EndOrder", ending=ending)),
            )
        if self.has("the sweep delivers decisions"):
            if now.question and now.status not in (*PENDING, *ENDED) and now.answered:
                yield "sweep: decision delivered", self._told(now, "go_on")
            if now.question and now.status in ENDED:
                yield "sweep: end delivered", self._told(now, "cancelled")
        untold = now.status in ENDED and not now.notice_sent
        over = now.ex in ("none", "done") or now.ex.startswith("failed ")
        if self.has("the sweep finishes ends") and untold and over:
            yield "sweep: ending started", self._finish(now, now.status)

    # ---- faults

    def _faults(self, now: Order) -> Iterator[tuple[str, Order]]:
        spent = now._replace(faults=now.faults + 1)
        if now.sender == 1:
            yield "fault: the sender's request is cut and sent again", spent._replace(sender=2)
            yield "fault: the sender's request is cut", spent._replace(sender=4)
        if now.sender == 4:
            yield "fault: the order is sent again", spent._replace(sender=2)
        if now.door in ("cancelled", "ready"):
            yield "fault: the customer's request is cut", spent._replace(door="closed")
        if now.desk in ("decided", "refused"):
            yield (
                "fault: the decision's request is cut",
                spent._replace(desk="open" if now.desk == "decided" else "closed"),
            )
        if task := now.task:
            cut = _cut(spent, task)
            yield "fault: the stage is cut and tried again", self._again(cut)
            yield (
                "fault: the stage is cut and the execution fails",
                cut._replace(ex=f"failed {task.state} {task.ending}".strip(), task=None),
            )
            sending = task.state in ("ConfirmOrder", "EndOrder") and task.pc > 1
            if task.pc and not now.copy and not sending and task.state != "AwaitDecision":
                yield "fault: the stage is tried again while it goes on", self._again(spent)._replace(copy=task)
        elif now.ex == "AwaitDecision" and not now.said:
            yield "fault: the waiting execution is stopped", spent._replace(ex="failed AwaitDecision", token="")
        if now.ending_task:
            yield (
                "fault: the ending is cut",
                _cut(spent, now.ending_task)._replace(ending_ex="failed", ending_task=None),
            )

    def _again(self, now: Order) -> Order:
        if now.task is None:
            return now
        token = "new" if now.task.state == "AwaitDecision" else now.token
        return now._replace(task=Task(now.task.state, ending=now.task.ending), token=token, said="")


def _cut(now: Order, task: Task) -> Order:
    """How often a message may have gone out that nobody could note."""
    if task.state == "ConfirmOrder" and task.pc == 3:
        return now._replace(mail_cut=True)
    if task.state == "EndOrder" and task.pc == 4:
        return now._replace(notice_cut=True)
    return now


def _at_once(now: Order, state: str, sends: int) -> bool:
    """Whether another is sending the same message at this moment: neither can know of the other's mail."""
    return any(True for t in (now.task, now.ending_task, now.copy) if t and t.state == state and t.pc >= sends)


def reached(status: str, wanted: str) -> bool:
    """Whether a status stands at this place of the happy path or beyond it."""
    at = RESUMES.get(status, status)
    return at in PATH and PATH.index(at) >= PATH.index(wanted)


def settled(now: Order) -> bool:
    """Ready, or ended with everything given back and told; or waiting for a person, who can be heard."""
    if not now.placed:
        return now.sender == 0
    if now.status in ENDED:
        return now.notice_sent and not now.held and not now.held_later
    return now.status == Y and now.labels


INVARIANTS = {
    "one order, one execution": lambda now: now.placed <= 1 and now.executions <= 1,
    "never oversold": lambda now: (
        now.stock >= 0 and now.later >= 0 and now.stock + now.held + now.other == 1 and now.later + now.held_later == 1
    ),
    "one set of reservations": lambda now: now.held + now.held_later <= 1,
    "nothing leaks": lambda now: now.status not in ENDED or now.held + now.held_later == 0,
    "what is promised is held": lambda now: not reached(now.status, S) or now.held + now.held_later == 1,
    "the customer is told once": lambda now: (now.mails <= 1 or now.mail_cut) and (now.notices <= 1 or now.notice_cut),
    "the customer is told nothing untrue": lambda now: not now.untrue,
    "nobody is confirmed who was not told": lambda now: not reached(now.status, F) or now.mails > 0,
    "the account says what the order says": lambda now: (
        now.entries <= now.total <= (now.status in (F, D, Y)) and (now.status not in (D, Y) or now.entries == 1)
    ),
    "nothing is ready without labels": lambda now: now.status != Y or now.labels,
    "a decision that was kept counts": lambda now: not now.overruled,
}


class Seen(NamedTuple):
    """What can be seen of an order from outside. begun, sent: of the confirmation; told: of an early end."""

    status: str
    held: bool = False
    begun: bool = False
    sent: bool = False
    told: bool = False


def seen(now: Order) -> Seen:
    """What a state shows."""
    return Seen(now.status, now.held + now.held_later > 0, now.attempt, now.sent, now.notice_sent)
