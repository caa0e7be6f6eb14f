"""What a sweep does about an order: tables of what is wrong with what, and rules over all of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.decisions import CANCELLED, GO_ON, REJECTED, VERIFY, way_on
from order_processing.order_parts import PROMISE_BROKEN, Answer, Question, Reason
from order_processing.status import ENDED, PENDING, Status
from order_processing.stored_order import StoredOrder
from order_processing.sweeping import (
    HEARD,
    LONG,
    MOST_REDRIVES,
    NO_RUN,
    OVERDUE,
    REDRIVABLE_FOR,
    Act,
    Run,
    judge,
    judge_ending,
    judge_notice,
)
from tests.orders import NOW, an_order

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
RUNNING, SUCCEEDED = Run(state="running"), Run(state="succeeded")


def failed(error: str = "StageFault", *, ago: timedelta = timedelta(hours=1), redrives: int = 0) -> Run:
    return Run(state="failed", error=error, stopped_at=NOW - ago, redrives=redrives)


def stored(status: Status, *, ago: timedelta = DAY, **changes) -> StoredOrder:
    at = NOW - ago
    times = {"RECEIVED": at, status.value: at}
    return StoredOrder(order_id="A", placed=an_order(), received_at=at, status=status, times=times, **changes)


def question(kind: Status, *, ago: timedelta = DAY, left: timedelta = DAY) -> Question:
    return Question(kind=kind.value, token="t", asked_at=NOW - ago, expires_at=NOW + left)


def waits(status: Status = Status.OFFER_PENDING, **times) -> StoredOrder:
    return stored(status, question=question(status, **times))


def decided(*, ago: timedelta = HEARD) -> StoredOrder:
    answer = Answer(actor="staff: eve", at=NOW - ago)
    order = stored(Status.VERIFIED, answers=(answer,), question=question(Status.OFFER_PENDING))
    return order.model_copy(update={"times": {**order.times, "VERIFIED": NOW - ago}})


@pytest.mark.parametrize(
    ("order", "run", "expected"),
    [
        (stored(Status.RECEIVED), NO_RUN, ("NOT_STARTED", Act.START)),
        (stored(Status.RESERVED), NO_RUN, ("NOT_STARTED", Act.START)),
        (stored(Status.RESERVED), failed(), ("STUCK", Act.REDRIVE)),
        (stored(Status.RESERVED), failed(ago=MINUTE), None),
        (stored(Status.RESERVED), failed(redrives=1, ago=19 * MINUTE), None),
        (stored(Status.RESERVED), failed(redrives=1, ago=20 * MINUTE), ("STUCK", Act.REDRIVE)),
        (stored(Status.RESERVED), failed(redrives=MOST_REDRIVES, ago=DAY), ("STUCK", Act.NOTHING)),
        (stored(Status.RESERVED), failed("SendingStopped"), ("STUCK", Act.NOTHING)),
        (stored(Status.RECORDED), failed("DeliveryRefused"), ("STUCK", Act.NOTHING)),
        (stored(Status.RESERVED), failed(ago=REDRIVABLE_FOR), ("STUCK", Act.NOTHING)),
        (stored(Status.RESERVED), SUCCEEDED, ("STUCK", Act.NOTHING)),
        (stored(Status.RESERVED, ago=LONG), RUNNING, ("RUNS_LONG", Act.NOTHING)),
        (stored(Status.RESERVED, ago=LONG - MINUTE), RUNNING, None),
        (waits(), RUNNING, None),
        (waits(left=-OVERDUE + MINUTE), RUNNING, None),
        (waits(left=-OVERDUE), RUNNING, ("NOT_EXPIRED", Act.END)),
        (waits(left=-OVERDUE), failed(), ("NOT_EXPIRED", Act.END)),
        (stored(Status.OFFER_PENDING, ago=OVERDUE - MINUTE), failed(), None),
        (stored(Status.OFFER_PENDING), failed(), ("STUCK", Act.REDRIVE)),
        (decided(), RUNNING, ("DECISION_NOT_HEARD", Act.DELIVER)),
        (decided(ago=HEARD - MINUTE), RUNNING, None),
        (decided(), failed(), ("STUCK", Act.REDRIVE)),
        (stored(Status.READY_TO_SHIP), NO_RUN, None),
        (stored(Status.CANCELLED), NO_RUN, None),
        (stored(Status.RECORDED, reason=Reason(code=PROMISE_BROKEN, text="")), SUCCEEDED, None),
    ],
)
def test_what_is_wrong_with_an_order_and_what_is_done(order, run, expected):
    verdict = judge(order, run, NO_RUN, NOW)
    assert (verdict and (verdict.kind, verdict.act)) == expected


def test_an_order_whose_execution_waits_for_nothing_is_late_only_when_it_is_long():
    assert judge(decided(), RUNNING, NO_RUN, NOW, heard=True) is None
    verdict = judge(decided(ago=LONG), RUNNING, NO_RUN, NOW, heard=True)
    assert verdict
    assert verdict.kind == "RUNS_LONG"


@pytest.mark.parametrize(
    ("run", "ending", "expected"),
    [
        (RUNNING, NO_RUN, Act.DELIVER),
        (SUCCEEDED, NO_RUN, Act.END),
        (failed(), NO_RUN, Act.END),
        (NO_RUN, NO_RUN, Act.END),
        (SUCCEEDED, RUNNING, None),
        (SUCCEEDED, failed(), Act.REDRIVE_ENDING),
        (SUCCEEDED, failed("SendingStopped"), Act.NOTHING),
        (SUCCEEDED, SUCCEEDED, Act.NOTHING),
    ],
)
def test_a_customer_who_was_not_told_of_an_end_is_told(run, ending, expected):
    order = stored(Status.CANCELLED, question=question(Status.OFFER_PENDING))
    verdict = judge_notice(order, run, ending, NOW)
    assert (verdict and verdict.act) == expected
    assert judge_notice(stored(Status.CANCELLED, ago=HEARD - MINUTE), run, ending, NOW) is None


def test_an_end_that_its_execution_is_telling_of_is_reported_only_when_that_takes_long():
    assert judge_notice(stored(Status.CANCELLED, ago=LONG - MINUTE), RUNNING, NO_RUN, NOW) is None
    verdict = judge_notice(stored(Status.CANCELLED, ago=LONG), RUNNING, NO_RUN, NOW)
    assert verdict
    assert verdict.advice


RUNS = st.one_of(
    st.sampled_from([NO_RUN, RUNNING, SUCCEEDED]),
    st.builds(
        failed,
        st.sampled_from(["TIMED_OUT", "StageFault", "SendingStopped", "DeliveryRefused", "ABORTED"]),
        ago=st.sampled_from([MINUTE, 10 * MINUTE, DAY, 13 * DAY, 14 * DAY, 100 * DAY]),
        redrives=st.integers(0, 5),
    ),
)
STATUSES = st.sampled_from([status for status in Status if status not in ENDED])


@given(STATUSES, RUNS, RUNS, st.sampled_from([timedelta(0), MINUTE, HEARD, OVERDUE, LONG, 20 * DAY]), st.booleans())
def test_nothing_stays_stuck_unseen_and_nothing_is_done_that_could_do_harm(status, run, ending, ago, asked):
    order = stored(status, ago=ago)
    if asked and status in PENDING:
        order = order.model_copy(update={"question": question(status, ago=ago, left=-ago)})
    verdict = judge(order, run, ending, NOW)
    if verdict is None:
        return
    assert status is not Status.READY_TO_SHIP
    assert (verdict.act is Act.NOTHING) == bool(verdict.advice), "what is not mended is told to a person"
    if verdict.act is Act.START:
        assert run.state == "none", "an order has one execution"
    if verdict.act is Act.REDRIVE:
        assert run.state == "failed"
        assert run.redrives < MOST_REDRIVES
        assert run.error not in ("SendingStopped", "DeliveryRefused", "ABORTED")
    if verdict.act is Act.END:
        assert status in PENDING, "after the confirmation nothing ends an order by itself"


@given(STATUSES, RUNS.filter(lambda run: run.state != "running"))
def test_an_old_order_without_a_running_execution_is_always_somebodys_business(status, run):
    later = NOW + 100 * DAY
    if status is Status.READY_TO_SHIP:
        return
    assert judge(stored(status), run, NO_RUN, later)


@given(RUNS, st.sampled_from([MINUTE, DAY]))
def test_an_ending_that_failed_is_redriven_or_reported_and_one_that_runs_is_left_alone(ending, ago):
    verdict = judge_ending("NOT_TOLD", ending, NOW + 10 * DAY)
    assert (verdict is None) == (ending.state == "running")


@pytest.mark.parametrize(
    ("order", "way"),
    [
        (decided(), GO_ON),
        (stored(Status.VERIFIED, question=question(Status.OFFER_PENDING)), GO_ON),
        (stored(Status.REJECTED), REJECTED),
        (stored(Status.CANCELLED), CANCELLED),
        (stored(Status.EXPIRED), CANCELLED),
        (stored(Status.RECEIVED, question=question(Status.APPROVAL_PENDING)), VERIFY),
    ],
)
def test_what_a_waiting_execution_is_told_follows_from_the_order(order, way):
    assert way_on(order) == way
