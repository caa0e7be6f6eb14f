"""The specification of an order's life: every state explored, every rule needed, and real runs replayed against it."""

from __future__ import annotations

import pytest

from tests.model.checker import STUCK, Specification, explore, follows
from tests.model.order_life import OFFERED, RULES, A, C, Life, Seen, seen

ASKS = ("", C, OFFERED, A)


@pytest.mark.parametrize("asks", ASKS, ids=lambda asks: asks or "no question")
def test_no_fault_breaks_an_invariant_and_from_everywhere_the_order_comes_to_its_end(asks):
    found = explore(Life(faults=1, asks=asks).specification())
    assert found.violated == "", "\n".join(found.trace)
    assert found.states > 20_000


@pytest.mark.parametrize("rule", RULES)
def test_without_any_one_rule_a_fault_at_most_breaks_something(rule):
    for faults, asks in ((0, ""), (0, C), (0, OFFERED), (0, A), (1, ""), (1, C)):
        if explore(Life(faults=faults, asks=asks, without=rule).specification()).violated:
            return
    pytest.fail(f"nothing needs the rule: {rule}")


def count_to(most: int, *, without_end: bool = False) -> Specification[int]:
    def steps(now: int) -> list[tuple[str, int]]:
        return [] if now == most else [("fault: jump" if without_end else "one more", now + 1)]

    return Specification(0, steps, {"small": lambda now: now < 4}, lambda now: now == most)


def test_the_checker_finds_the_shortest_way_to_what_is_wrong_and_states_without_an_end():
    assert (explore(count_to(3)).violated, explore(count_to(3)).states) == ("", 4)
    found = explore(count_to(9))
    assert (found.violated, found.at, found.trace) == ("small", 4, ["one more"] * 4)
    assert explore(count_to(3, without_end=True)).violated == STUCK


R = Seen("RECEIVED")
VERIFIED, HELD = R._replace(status="VERIFIED"), R._replace(status="RESERVED", held=True)
BEGUN = HELD._replace(begun=True)
CONFIRMED = BEGUN._replace(status="CONFIRMED", sent=True)
READY = [CONFIRMED._replace(status=status) for status in ("CONFIRMED", "RECORDED", "READY_TO_SHIP")]
HAPPY = [R, VERIFIED, HELD, BEGUN, *READY]


@pytest.mark.parametrize(
    ("trace", "wrong"),
    [
        (HAPPY, None),
        ([R, VERIFIED, HELD, R._replace(status="CANCELLED"), R._replace(status="CANCELLED", told=True)], None),
        ([R, HELD], HELD),
        ([R, VERIFIED, HELD, CONFIRMED], CONFIRMED),
        ([R, VERIFIED, HELD, HELD._replace(status="CANCELLED")], HELD._replace(status="CANCELLED")),
        ([*HAPPY, READY[-1]._replace(status="EXPIRED", held=False)], READY[-1]._replace(status="EXPIRED", held=False)),
    ],
)
def test_a_trace_that_the_specification_cannot_show_is_told_by_where_it_goes_wrong(trace, wrong):
    assert follows(Life(faults=1).specification(), seen, trace) == (wrong is None, wrong)
