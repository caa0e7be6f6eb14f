"""Runs of real orders on the deployed stack, each with one call to AWS that goes wrong, against an undisturbed one.

A sample: every function of a journey is met about equally often, at calls and by faults that a seed chooses.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from order_processing.inventory import StockCount
from tests.load.rush import add_product, shop_on
from tests.proxy.ends import End, end_of, stock_of
from tests.proxy.journeys import JOURNEYS
from tests.proxy.plan import At, Fault, OneFault
from tests.proxy.rig import Rig

FAULTS = (
    Fault("lost"),
    Fault("answer lost"),
    Fault("throttled", tries=2),
    Fault("killed before"),
    Fault("killed after"),
    Fault("late"),
)
FUNCTIONS = frozenset(
    {
        *("ReceiveOrder", "VerifyOrder", "CheckAvailability", "ConfirmOrder", "UpdateAccount", "PrepareDelivery"),
        *("AwaitDecision", "EndOrder", "PublishEvents"),
    }
)
"""Those that an order's journey calls each time; others look when they like, as at who wants webhooks."""
_BATCHED = "PublishEvents"
"""How many changes the stream hands it at once is chance, and so is how often it calls: just its first call is sure."""
PIECES = 1000
_MAIL = ("ses", "SendEmail")


@dataclass(frozen=True)
class Run:
    """journey: which; at, fault: what goes wrong. seed: by which its order is told from others'."""

    journey: str
    at: At
    fault: Fault
    number: int

    def __str__(self) -> str:
        return f"{self.number:3} {self.journey:10} {self.fault.how:13} {self.at}"


@dataclass(frozen=True)
class Outcome:
    """wrong: what differs from the undisturbed run, [] for nothing. again: a mail that went out twice, in the window
    in which that cannot be helped. hit: whether the call was made at all."""

    run: Run
    seconds: float
    hit: bool
    again: bool
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Undisturbed:
    """A journey that nothing happened to: its end, its stock's change, and the calls that its functions made."""

    end: End
    reserved: int
    calls: tuple[At, ...]


class Sampler:
    """Runs journeys on a rig, one after the other, so that the nth call of a function is that order's."""

    def __init__(self, rig: Rig, sku: str = "FAULTY", journeys: Iterable[str] = JOURNEYS) -> None:
        self._rig, self._sku = rig, sku
        self._known: dict[str, Undisturbed] = {}
        shop = shop_on(rig.stack)
        add_product(shop, sku)
        shop.inventory.count(StockCount(document=sku, sku=sku, location="louisville", on_hand=PIECES, buckets=2))
        for name in journeys:  # cold functions read their secrets, and only once
            self._journey(name, f"warm-{name}", OneFault())

    def undisturbed(self, journey: str) -> Undisturbed:
        """The journey without a fault, run once."""
        if journey not in self._known:
            before = stock_of(self._rig.stack, self._sku)
            plan = OneFault()
            order_id = self._journey(journey, f"calm-{journey}", plan)
            reserved = stock_of(self._rig.stack, self._sku)[0] - before[0]
            calls = tuple(
                at for at in plan.calls if at.function in FUNCTIONS and (at.nth == 1 or at.function != _BATCHED)
            )
            self._known[journey] = Undisturbed(end_of(self._rig.stack, order_id), reserved, calls)
        return self._known[journey]

    def run(self, run: Run) -> Outcome:
        """One disturbed run, and what differs."""
        calm = self.undisturbed(run.journey)
        before = stock_of(self._rig.stack, self._sku)
        plan = OneFault(run.at, run.fault)
        began = time.monotonic()
        try:
            order_id = self._journey(run.journey, f"fault-{run.number}", plan)
        except (TimeoutError, RuntimeError) as error:
            return Outcome(run, time.monotonic() - began, plan.hits > 0, again=False, wrong=(str(error),))
        seconds = time.monotonic() - began
        end, after = end_of(self._rig.stack, order_id), stock_of(self._rig.stack, self._sku)
        again = end != calm.end and end.but_for_a_mail_again() == calm.end and mail_may_go_again(run, calm.calls)
        wrong = self.compared(calm, end, before, after, again=again)
        return Outcome(run, seconds, plan.hits > 0, again, tuple(wrong))

    def done(self, run: Run) -> bool:
        """One disturbed run that is compared with nothing: whether its call was made."""
        plan = OneFault(run.at, run.fault)
        self._journey(run.journey, f"fault-{run.number}", plan)
        return plan.hits > 0

    @staticmethod
    def compared(
        calm: Undisturbed, end: End, before: tuple[int, int], after: tuple[int, int], *, again: bool
    ) -> list[str]:
        """What differs. before, after: (reserved, available) of the stock; again: mails are not looked at."""
        wrong = [
            f"{name}: {was!r} became {vars(end)[name]!r}"
            for name, was in vars(calm.end).items()
            if vars(end)[name] != was and not again
        ]
        if after[0] - before[0] != calm.reserved or sum(after) != PIECES:
            wrong.append(f"stock: {before} became {after}, expected {calm.reserved} more reserved of {PIECES}")
        return wrong

    def _journey(self, name: str, key: str, plan: OneFault) -> str:
        self._rig.quiet()
        self._rig.proxy.plan = plan
        try:
            order_id = JOURNEYS[name](self._rig.stack, f"{self._sku.lower()}-{key}", self._sku)
            self._rig.orders[order_id] = name
            return order_id
        finally:
            self._rig.quiet()
            self._rig.proxy.plan = None


def mail_may_go_again(run: Run, calls: Sequence[At]) -> bool:
    """Whether the fault fell between SES's answer and the note of it: the one place where once cannot be promised."""
    of = [at for at in calls if at.function == run.at.function]
    sends = [place for place, at in enumerate(of) if (at.service, at.operation) == _MAIL]
    if run.at not in of:
        return False
    place = of.index(run.at)
    sent = run.fault.how in ("answer lost", "late", "killed after")
    return any((place == send and sent) or (place == send + 1 and run.fault.how != "killed after") for send in sends)


def chosen(calm: dict[str, Undisturbed], runs: int, seed: int, kinds: Sequence[Fault] = FAULTS) -> Iterator[Run]:
    """So many runs, evenly over journeys and the functions in each, then over faults; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - chance of a test
    places = {
        (journey, function): [at for at in known.calls if at.function == function]
        for journey, known in calm.items()
        for function in sorted({at.function for at in known.calls})
    }
    faults: list[Fault] = []
    order: list[tuple[str, str]] = []
    for number in range(runs):
        order = order or chance.sample(sorted(places), len(places))
        faults = faults or chance.sample(kinds, len(kinds))
        place = order.pop()
        yield Run(place[0], chance.choice(places[place]), faults.pop(), number)
