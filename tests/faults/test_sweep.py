"""A part of the sweep in every test run: single faults, and the pairs of one scenario. `make faults` is all of it."""

from __future__ import annotations

import pytest

from tests.faults.functions import Functions
from tests.faults.report import named, sweep
from tests.faults.scenarios import STAGES, scenarios

NOT_NOTED = ("unnoted", "copies")


@pytest.fixture(scope="module")
def functions():
    with Functions().installed() as installed:
        yield installed


@pytest.mark.parametrize("name", [scenario.name for scenario in scenarios()])
def test_every_single_fault_ends_as_the_undisturbed_run(functions, name):
    swept = sweep(functions, named(name), 1)
    assert swept.violations == {}
    assert swept.runs > 150


def test_every_pair_of_faults_in_an_order_that_is_rejected_ends_as_the_undisturbed_run(functions):
    swept = sweep(functions, named("rejected"), 2)
    assert swept.violations == {}
    assert swept.runs > 5000


def test_a_mail_goes_out_twice_only_where_it_went_out_and_that_was_not_noted(functions):
    swept = sweep(functions, named("cancelled when ready"), 1)
    assert swept.violations == {}
    assert {why.partition(":")[0] for why in swept.windows} == set(NOT_NOTED)


def test_every_scenario_has_a_name_of_its_own_and_each_stage_a_cancellation_before_it():
    names = [scenario.name for scenario in scenarios()]
    assert len(set(names)) == len(names)
    assert {f"cancelled before {stage}" for stage in STAGES} <= set(names)
