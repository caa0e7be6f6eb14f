"""What really happened to orders on the deployed stack, with a fault and without, replayed against the model."""

from __future__ import annotations

import pytest

from tests.model.checker import follows
from tests.model.observed import execution_seen, execution_trace, misfits, order_traces
from tests.model.order_life import C, Life
from tests.proxy.journeys import JOURNEYS
from tests.proxy.plan import At, Fault
from tests.proxy.sample import Run, Sampler

pytestmark = pytest.mark.xdist_group("rig")

ASKS = {"happy": "", "corrected": C, "cancelled": ""}
_MOST = 7  # each takes the checker about a second
RUNS = (
    Run("happy", At("ConfirmOrder", "dynamodb", "UpdateItem", 2), Fault("killed before"), 1),
    Run("corrected", At("CheckAvailability", "dynamodb", "TransactWriteItems", 1), Fault("answer lost"), 2),
    Run("cancelled", At("EndOrder", "ses", "SendEmail", 1), Fault("killed after"), 3),
)


@pytest.fixture(scope="module")
def orders(rig) -> dict[str, str]:
    """Orders that have come to their end with one fault, also those of other tests, by id, and what each was asked."""
    sampler = Sampler(rig, "TRACED", journeys=())
    for run in RUNS:
        assert sampler.done(run), f"{run} was not met"
    last = list(rig.orders.items())[-_MOST:]
    assert {journey for _, journey in last} == set(JOURNEYS)
    return {order_id: ASKS[journey] for order_id, journey in last}


def test_every_order_went_as_the_specification_can_go(rig, orders):
    assert misfits(rig.stack, orders) == []
    traces = order_traces(rig.stack)
    assert {traces[order_id][-1].status for order_id in orders} == {"READY_TO_SHIP", "CANCELLED"}
    assert all(len(traces[order_id]) >= 7 for order_id in orders)


def test_one_that_it_cannot_go_is_found(rig, orders):
    order_id = next(iter(orders))
    states = execution_trace(rig.stack.history(order_id))
    assert states[:3] == ["none", "VerifyOrder", "CheckAvailability"]
    without = [state for state in states if state != "CheckAvailability"]
    assert follows(Life(faults=1).specification(), execution_seen, without) == (False, "ConfirmOrder")
