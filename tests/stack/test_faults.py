"""Calls to AWS that go wrong on the deployed stack, by a proxy before it: a small sample of `make faults-stack`."""

from __future__ import annotations

import pytest

from tests.proxy.plan import At, Fault
from tests.proxy.sample import FAULTS, Run, Sampler, Undisturbed, chosen, mail_may_go_again

pytestmark = pytest.mark.xdist_group("rig")

SEED = 26
SOON = [fault for fault in FAULTS if fault.how != "late"]
ALWAYS = (
    Run("happy", At("ConfirmOrder", "ses", "SendEmail", 1), Fault("killed after"), 100),
    Run("happy", At("UpdateAccount", "dynamodb", "Query", 1), Fault("killed before"), 101),
)


@pytest.fixture(scope="module")
def sampler(rig) -> Sampler:
    return Sampler(rig, journeys=("happy",))


@pytest.fixture(scope="module")
def calm(sampler) -> Undisturbed:
    return sampler.undisturbed("happy")


def test_an_undisturbed_order_is_as_it_should_be(calm):
    assert calm.end.status == "READY_TO_SHIP"
    assert calm.end.mails == (("Your order N is confirmed", 1),)
    assert (calm.end.held, calm.reserved, calm.end.account) == (1, 1, (1, 15260))
    assert {at.function for at in calm.calls} >= {
        *("ReceiveOrder", "VerifyOrder", "CheckAvailability", "ConfirmOrder", "UpdateAccount", "PrepareDelivery"),
        "PublishEvents",
    }


@pytest.mark.parametrize("number", range(5))
def test_an_order_with_a_fault_ends_as_one_without(sampler, calm, number):
    runs = [*ALWAYS, *chosen({"happy": calm}, 3, SEED, SOON)]
    outcome = sampler.run(runs[number])
    print(outcome.run)
    assert outcome.hit
    assert outcome.wrong == ()
    assert outcome.again == (number == 0), "a mail goes out again after SES had it and before that was noted"


def test_a_difference_is_seen(sampler, calm):
    """A call that is lost for good: nothing is promised to the order, and its end is another one."""
    lost = sampler.compared(calm, calm.end, (0, 1000), (0, 1000), again=False)
    assert lost == ["stock: (0, 1000) became (0, 1000), expected 1 more reserved of 1000"]
    worse = type(calm.end)(**{**vars(calm.end), "account": (2, 30520)})
    assert sampler.compared(calm, worse, (0, 1000), (1, 999), again=False) == ["account: (1, 15260) became (2, 30520)"]


def test_only_around_the_mail_it_may_go_twice(calm):
    again = {
        (at.operation, at.nth, how)
        for at in calm.calls
        for how in ("lost", "answer lost", "throttled", "late", "killed before", "killed after")
        if mail_may_go_again(Run("happy", at, Fault(how), 1), calm.calls)
    }
    assert {at[:2] for at in again} == {("SendEmail", 1), ("UpdateItem", 2)}
    assert ("SendEmail", 1, "killed before") not in again
