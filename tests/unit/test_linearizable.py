"""The checker of linearizability on histories of which it is known whether they are linearizable."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.linear.checker import NEVER, UNKNOWN, Operation, linearize
from tests.linear.objects import Account, Stock, account, stock

ALL = Stock(3)


def op(process: int, what: str, given_: tuple, result: object, began: float, ended: float) -> Operation:
    return Operation(process, what, given_, result, began, ended)


def register(now: int, done: Operation) -> Iterable[int]:
    """write (value,) -> "ok"; read () -> the value."""
    if done.what == "write":
        yield int(str(done.given[0]))
    elif done.result == now:
        yield now


@pytest.mark.parametrize(
    ("history", "linearizable"),
    [
        ([], True),
        ([op(1, "write", (1,), "ok", 0, 1), op(2, "read", (), 1, 2, 3)], True),
        # Herlihy and Wing, "Linearizability" (1990): a read after a write has ended may not miss it ...
        ([op(1, "write", (1,), "ok", 0, 1), op(2, "read", (), 0, 2, 3)], False),
        # ... but one that overlaps it may see it or not,
        ([op(1, "write", (1,), "ok", 0, 3), op(2, "read", (), 0, 1, 2)], True),
        ([op(1, "write", (1,), "ok", 0, 3), op(2, "read", (), 1, 1, 2)], True),
        # and what one read has seen a later one may not miss.
        ([op(1, "write", (1,), "ok", 0, 9), op(2, "read", (), 1, 1, 2), op(3, "read", (), 0, 3, 4)], False),
        # Two writes at once, and reads that cannot agree on their order.
        (
            [
                op(1, "write", (1,), "ok", 0, 9),
                op(2, "write", (2,), "ok", 0, 9),
                op(3, "read", (), 1, 1, 2),
                op(3, "read", (), 2, 3, 4),
                op(3, "read", (), 1, 5, 6),
            ],
            False,
        ),
        # A write of which nobody heard may have happened, late, or not at all.
        ([op(1, "write", (1,), UNKNOWN, 0, NEVER), op(2, "read", (), 0, 1, 2), op(2, "read", (), 1, 3, 4)], True),
        ([op(1, "write", (1,), UNKNOWN, 0, NEVER), op(2, "read", (), 0, 1, 2)], True),
        ([op(1, "write", (1,), UNKNOWN, 5, NEVER), op(2, "read", (), 1, 1, 2)], False),
    ],
)
def test_a_register(history, linearizable):
    found = linearize(history, 0, register)
    assert found.linearizable is linearizable, str(found)


@pytest.mark.parametrize(
    ("history", "linearizable"),
    [
        ([op(1, "reserve", ("a", 2), True, 0, 1), op(2, "reserve", ("b", 2), False, 0, 1)], True),
        ([op(1, "reserve", ("a", 2), True, 0, 1), op(2, "reserve", ("b", 2), True, 0, 1)], False),
        ([op(1, "reserve", ("a", 2), True, 0, 1), op(1, "read", (), (0, 3), 2, 3)], False),
        (
            [
                op(1, "reserve", ("a", 2), True, 0, 1),
                op(1, "release", ("a", 2), True, 2, 9),
                op(2, "reserve", ("b", 2), True, 3, 4),
                op(2, "read", (), (2, 1), 5, 6),
            ],
            True,
        ),
        ([op(1, "reserve", ("a", 2), True, 0, 1), op(1, "release", ("a", 2), True, 2, 3),
          op(1, "release", ("a", 2), True, 4, 5)], False),
        # More is reserved than was counted: nothing is there to be reserved.
        (
            [
                op(1, "reserve", ("a", 2), True, 0, 1),
                op(2, "count", (1,), True, 2, 3),
                op(1, "read", (), (2, -1), 4, 5),
                op(1, "reserve", ("b", 1), False, 6, 7),
            ],
            True,
        ),
        ([op(1, "count", (1,), True, 0, 1), op(1, "reserve", ("b", 2), True, 2, 3)], False),
    ],
)  # fmt: skip
def test_stock(history, linearizable):
    assert linearize(history, ALL, stock).linearizable is linearizable


@pytest.mark.parametrize(
    ("history", "linearizable"),
    [
        ([op(1, "record", ("a", 100), "ok", 0, 1), op(2, "read", (), (1, 100, 100), 2, 3)], True),
        ([op(1, "record", ("a", 100), "ok", 0, 1), op(1, "record", ("a", 100), "ok", 0, 1),
          op(2, "read", (), (2, 200, 200), 2, 3)], False),
        ([op(1, "record", ("a", 100), "ok", 0, 1), op(1, "cancel", ("a",), "ok", 2, 9),
          op(2, "pay", ("a", 60), "ok", 3, 4), op(3, "read", (), (0, 0, 0), 5, 6)], True),
        ([op(1, "record", ("a", 100), "ok", 0, 1), op(2, "pay", ("a", 60), "ok", 2, 3),
          op(3, "pay", ("a", 60), "ok", 2, 3)], False),
        ([op(1, "cancel", ("a",), "ok", 0, 1), op(2, "record", ("a", 100), "ok", 2, 3)], False),
        ([op(1, "cancel", ("a",), "ok", 0, 3), op(2, "record", ("a", 100), "ok", 1, 2),
          op(2, "pay", ("a", 1), "ORDER_CANCELLED", 4, 5)], True),
    ],
)  # fmt: skip
def test_an_account(history, linearizable):
    assert linearize(history, Account(), account).linearizable is linearizable


@st.composite
def histories(draw: st.DrawFn) -> list[Operation]:
    found = []
    for process in range(draw(st.integers(1, 5))):
        began = draw(st.integers(0, 6))
        ended = began + draw(st.integers(1, 6))
        if draw(st.booleans()):
            known = draw(st.integers(0, 3))
            result, ended = ("ok", ended) if known else (UNKNOWN, NEVER)
            found.append(op(process, "write", (draw(st.integers(0, 2)),), result, began, ended))
        else:
            found.append(op(process, "read", (), draw(st.integers(0, 2)), began, ended))
    return found


def by_trying_every_order(history: list[Operation]) -> bool:
    known = [each for each in history if each.ended < NEVER]
    unknown = [each for each in history if each.ended == NEVER]
    for count in range(len(unknown) + 1):
        for some in itertools.combinations(unknown, count):
            for order in itertools.permutations([*known, *some]):
                now, fits = 0, True
                for place, each in enumerate(order):
                    fits = fits and not any(later.ended < each.began for later in order[place + 1 :])
                    after = list(register(now, each))
                    fits, now = fits and bool(after), after[0] if after else now
                if fits:
                    return True
    return False


@given(histories())
def test_it_says_the_same_as_trying_every_order(history):
    assert linearize(history, 0, register).linearizable == by_trying_every_order(history)
