"""Some hundred made-up requests, and every answer as the reference has it; `make contract` sends thousands."""

from __future__ import annotations

import pytest

from tests.contract.run import SCHEMATHESIS, run

pytestmark = pytest.mark.xdist_group("stack")


@pytest.mark.skipif(not SCHEMATHESIS.exists(), reason="make .tools/contract/.stamp")
def test_no_answer_is_a_fault_or_against_the_reference(stack):
    requests, failed, said = run(stack, examples=8, seed=20261126, phases="examples,fuzzing")
    assert not failed, said
    assert requests >= 250
