"""What the sweep does not do again gives what doing it again gives: every way really run, and compared."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.course import Another, Ask, Course, Outcome, Point
from tests.faults.functions import Functions
from tests.faults.machine import Machines
from tests.faults.plan import CUT_BEFORE, Call, Plan
from tests.faults.report import named
from tests.faults.shop import stocked
from tests.faults.sweep import Exploration
from tests.faults.system import System

Ways = dict[bytes, list[tuple[str, bytes]]]


class Forgetful(Functions):
    """Runs every handler really, from its start, and asks every table."""

    def invoke(self, *given: Any) -> Outcome:
        self._starts.clear()
        self.wire._services.forget()
        return super().invoke(*given)


def ways(functions: Functions, name: str, faults: int) -> Ways:
    """Each world that a scenario comes to, with the faults and worlds that follow."""
    scenario = named(name)
    functions.anew(scenario.most_writes)
    start = stocked(functions, scenario.setup)
    exploration = Exploration(System(functions, Machines(), scenario), start, faults)
    for _ in exploration.ends_found():
        pass
    return {key: node.after for key, node in exploration.nodes.items()}


@pytest.mark.parametrize(
    ("name", "faults"), [("rejected", 2), ("correction", 1), ("interrupted: larger, cancelled", 1)]
)
def test_what_is_known_of_a_function_gives_the_worlds_that_running_it_gives(name, faults):
    with Functions().installed() as functions:
        known = ways(functions, name, 1)
    with Forgetful().installed() as functions:
        run = ways(functions, name, 1)
    assert known == run
    assert len(known) > 30


def test_a_call_that_is_answered_before_the_sdk_gives_the_world_that_the_sdk_gives():
    with Functions().installed() as functions:
        short = ways(functions, "a key and a parcel", 1)
        functions.wire.whole = True
        whole = ways(functions, "a key and a parcel", 1)
    assert short == whole


def test_a_handler_that_does_something_else_the_second_time_is_an_error():
    asks = [Ask("s3", "PutObject", {"Key": key}, Call("s3", "PutObject")) for key in ("a", "b")]
    start = Point()
    assert Course(start).replayed(asks[0]) is None
    with pytest.raises(Another, match="PutObject"):
        Course(start).replayed(asks[1])


def test_what_a_function_keeps_between_invocations_is_found():
    seen: list[str] = []
    with Functions().installed() as functions:

        def handler(event, context):
            seen.append("again")
            call = Call("s3", "PutObject")
            functions.wire._asked(Ask("s3", "PutObject", {"Key": str(seen), "Digest": ""}, call))

        functions._handlers["keeps"] = handler
        world = stocked(functions)
        functions.invoke(world, "keeps", dict, "", Plan(faults={0: CUT_BEFORE}))
        with pytest.raises(AssertionError, match="something else the second time"):
            functions.invoke(world, "keeps", dict, "", Plan())
