"""Promises against a search that tries everything: never earlier than is possible, never later than is needed."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations, product

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from order_processing.availability import Shortage, promise
from order_processing.inventory import Stock, Supply
from order_processing.promise import Promise
from tests.availability_orders import MONDAY_NOON, location, settings, verified

SKUS = ("A", "B")
PLACES = ("x", "y", "z")
NOWHERE = {"country": "TA", "time_zone": "UTC"}  # a country without known holidays: weekends alone are free
TODAY = MONDAY_NOON.date()
HORIZON = 60

# Few pieces, few days, one SKU more often than the other: so that lines compete and a day more or less matters.
held = st.builds(
    Stock, sku=st.sampled_from("AAB"), location=st.sampled_from(PLACES), bucket=st.integers(0, 1),
    available=st.integers(-1, 3),
)  # fmt: skip
coming = st.builds(
    Supply,
    sku=st.sampled_from("AAB"),
    location=st.sampled_from(PLACES),
    document=st.sampled_from(("P1", "P2")),
    due_on=st.sampled_from((-1, 0, 0, 1, 2, 3, 4, 7, 9)).map(lambda days: TODAY + timedelta(days=days)),
    available=st.sampled_from((-1, 1, 2, 3, 4)),
)
lines = st.lists(st.tuples(st.sampled_from("AAB"), st.integers(1, 3)), min_size=1, max_size=3)
transits = st.fixed_dictionaries(dict.fromkeys(PLACES, st.integers(0, 3)))
stocks = st.lists(held, max_size=4, unique_by=lambda s: (s.sku, s.location, s.bucket))
supplies = st.lists(coming, min_size=1, max_size=4, unique_by=lambda s: (s.sku, s.location, s.document))


def step(day: date, days: int) -> date:
    """The slow way to count working days."""
    while days or day.weekday() > 4:
        day += timedelta(days=1)
        if day.weekday() < 5 and days:
            days -= 1
    return day


def units(stock, supply, transit) -> list[tuple[str, str, date, int]]:
    """(SKU, location, arrives, how many), worked out without the package."""
    found = [(s.sku, s.location, step(step(TODAY, 0), transit[s.location]), s.available) for s in stock]
    found += [
        (s.sku, s.location, step(step(s.due_on, 1), transit[s.location]), s.available)
        for s in supply
        if s.due_on >= TODAY
    ]
    return [unit for unit in found if unit[3] > 0]


def can_be_served(wanted, days, there, places=PLACES) -> bool:
    """Whether some way of giving each line pieces that come by its day exists: every split is tried."""
    for sku in SKUS:
        mine = [(quantity, day) for (of, quantity), day in zip(wanted, days, strict=True) if of == sku]
        pieces = [(arrives, count) for of, place, arrives, count in there if of == sku and place in places]
        if mine and not split(mine, pieces):
            return False
    return True


def split(mine, pieces) -> bool:
    if not mine:
        return True
    (quantity, day), rest = mine[0], mine[1:]
    for taken in product(*(range((count if arrives <= day else 0) + 1) for arrives, count in pieces)):
        if sum(taken) == quantity:
            left = [(arrives, count - out) for (arrives, count), out in zip(pieces, taken, strict=True)]
            if split(rest, left):
                return True
    return False


def earliest(wanted, there) -> list[date] | None:
    """Each line's earliest day, given the days of the lines before it."""
    far = TODAY + timedelta(days=HORIZON)
    if not can_be_served(wanted, [far] * len(wanted), there):
        return None
    days = [far] * len(wanted)
    candidates = sorted({arrives for _, _, arrives, _ in there})
    for line in range(len(wanted)):
        for day in candidates:
            days[line] = day
            if can_be_served(wanted, days, there):
                break
    return days


def fewest(wanted, days, there) -> int:
    return next(
        size
        for size in range(1, len(PLACES) + 1)
        for places in combinations(PLACES, size)
        if can_be_served(wanted, days, there, places)
    )


@hypothesis_settings(max_examples=1000)
@given(lines, stocks, supplies, transits, st.booleans(), st.integers(0, 2))
def test_a_promise_is_neither_earlier_nor_later_than_the_search_says(wanted, stock, supply, transit, partial, wait):
    store = settings(
        {place: location(**NOWHERE) for place in PLACES}, transit, longest_wait_days=HORIZON, consolidation_days=wait
    )
    order = verified(*wanted, country="TA", partial=partial)
    outcome = promise(order, stock, supply, store, ordered_at=MONDAY_NOON)
    there = units(stock, supply, transit)
    days = earliest(wanted, there)
    if days is None:
        assert isinstance(outcome, Shortage)
        return
    assert isinstance(outcome, Promise), outcome
    check_nothing_is_given_twice(outcome, wanted, stock, supply)
    if not partial:
        days = [max(days)] * len(wanted)
    used = len({a.location for a in outcome.allocations})
    latest = [day + timedelta(days=wait) for day in days]
    late = any(outcome.delivery_date_of(str(n)) > day for n, day in enumerate(days, 1))
    assert used == fewest(wanted, latest, there)
    for number, day in enumerate(days, 1):
        assert outcome.delivery_date_of(str(number)) <= day + timedelta(days=wait)
    if late:
        assert used < fewest(wanted, days, there)
    assert can_be_served(wanted, [outcome.delivery_date_of(str(n + 1)) for n in range(len(wanted))], there)


def check_nothing_is_given_twice(outcome, wanted, stock, supply) -> None:
    taken: dict[tuple[object, ...], int] = {}
    for a in outcome.allocations:
        key = (a.sku, a.kind, a.location, a.source_id, a.bucket)
        taken[key] = taken.get(key, 0) + a.quantity
    available = {(s.sku, "stock", s.location, "", s.bucket): s.available for s in stock}
    available |= {(s.sku, "supply", s.location, s.document, 0): s.available for s in supply}
    assert all(quantity <= available[key] for key, quantity in taken.items())
    for number, (sku, quantity) in enumerate(wanted, 1):
        mine = [a for a in outcome.allocations if a.line_id == str(number)]
        assert sum(a.quantity for a in mine) == quantity
        assert {a.sku for a in mine} == {sku}
