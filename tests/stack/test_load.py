"""Orders while AWS refuses a fifth of the calls to DynamoDB and Step Functions: a small run of `make load`."""

from __future__ import annotations

import pytest

from tests.load.senders import Phase
from tests.load.sustained import Load

pytestmark = pytest.mark.xdist_group("rig")


def test_while_a_fifth_of_all_calls_is_refused_no_order_is_lost_and_none_is_there_twice(rig):
    load = Load(rig, "SQUEEZED")
    answered = load.run([Phase("squeezed", 16, 4.0, squeezed=5.0)])
    counted = load.counted(answered, seconds=200)
    assert counted.wrong == []
    assert (counted.accepted, counted.asked, counted.ready) == (16, 2, 14)
    assert load.refused > 5
