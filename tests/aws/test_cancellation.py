"""Cancelling at every status and between any two calls of a running stage: wholly cancelled, or wholly forward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from operating import late_cancellations
from order_processing.adapters import reservations
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.order_lists import OrderLists
from order_processing.cancellation import (
    BY_CUSTOMER,
    IN_STORE,
    CannotCancel,
    can_cancel,
    cancel,
    cancel_for_store,
    refusal,
)
from order_processing.errors import OrderChanged
from order_processing.order_number import display
from order_processing.order_parts import Confirmation, Handling
from order_processing.status import Status
from tests.aws.shop import NOW, Shop
from tests.aws.test_stages import Cut as CutHere
from tests.aws.test_stages import CutClient, mails, reserved, simple_order

PATH = ["RECEIVED", "VERIFIED", "RESERVED", "CONFIRMED", "RECORDED", "READY_TO_SHIP"]


def totals(shop: Shop) -> tuple[int, int]:
    return DynamoAccounts(boto3.client("dynamodb"), "accounts").totals(shop.guest_id("ada@example.com"), "USD")


def lists() -> OrderLists:
    return OrderLists(boto3.client("dynamodb"), "orders")


def subjects() -> list[str]:
    return [mail.subject for mail in mails()]


def told(order_id: str, word: str) -> int:
    return sum(word in subject and order_id[:4] in subject for subject in subjects())


def cancelled(shop: Shop, order_id: str, **changes: Any) -> Any:
    given = {"orders": shop.orders, "executions": shop, "reason": BY_CUSTOMER, "now": NOW}
    return cancel(order_id, **(given | changes))


def assert_cancelled(shop: Shop, order_id: str, *, confirmed: int) -> None:
    """Wholly: the status, nothing held, nothing in the account, and the customer told of it once."""
    stored = shop.orders.load(order_id)
    assert (stored.status, stored.promise, reserved("TEST-123"), totals(shop)) == (Status.CANCELLED, None, 0, (0, 0))
    assert stored.notice
    assert stored.notice.sent_at
    assert (told(order_id, "confirmed"), told(order_id, "cancelled")) == (confirmed, 1)


@pytest.mark.parametrize("done", range(6))
def test_an_order_is_cancelled_at_each_status_and_its_execution_ends(shop, done):
    order_id = shop.place(simple_order())
    for stage in shop.stages[:done]:
        stage(order_id)
    assert shop.orders.load(order_id).status == PATH[done]
    shop.running = {order_id}
    for _ in range(2):
        assert cancelled(shop, order_id).status is Status.CANCELLED
    # Whoever is past the last stage has no execution that would look at the order again.
    assert shop.finished == ([(order_id, "CANCELLED")] if done == 5 else [])
    shop.run(order_id)
    assert_cancelled(shop, order_id, confirmed=int(done >= 3))


@pytest.mark.parametrize("done", range(6))
def test_where_no_execution_runs_one_is_started_that_tells_the_customer(shop, done):
    order_id = shop.place(simple_order())
    for stage in shop.stages[:done]:
        stage(order_id)
    cancelled(shop, order_id)
    assert shop.finished == [(order_id, "CANCELLED")]
    cancelled(shop, order_id)
    assert shop.finished == [(order_id, "CANCELLED")], "it was told already"
    assert_cancelled(shop, order_id, confirmed=int(done >= 3))


def test_an_order_that_waits_is_cancelled_and_its_execution_hears_it_however_often_it_is_told(shop):
    order_id = shop.place(simple_order(quantity=2_000))
    shop.run(order_id)
    shop.running = {order_id}
    for _ in range(2):
        cancelled(shop, order_id)
    assert shop.answered == [("token", "cancelled")] * 2
    shop.end(order_id, Status.CANCELLED)
    cancelled(shop, order_id)
    assert shop.answered == [("token", "cancelled")] * 2
    assert (shop.orders.load(order_id).status, told(order_id, "cancelled")) == (Status.CANCELLED, 1)


def test_a_cancelled_entry_stays_in_the_account_as_reversed_and_other_orders_keep_theirs(shop):
    kept = shop.place(simple_order("kept", quantity=3))
    shop.run(kept)
    order_id = shop.place(simple_order())
    stored = shop.run(order_id)
    assert (totals(shop), reserved("TEST-123")) == ((2, 4 * 15260), 4)
    cancelled(shop, order_id, now=NOW + timedelta(hours=1))
    entry = DynamoAccounts(boto3.client("dynamodb"), "accounts").entry(stored.verified.customer_id, order_id)
    assert (entry.amount, entry.reversed_at) == (15260, NOW + timedelta(hours=1))
    assert (totals(shop), reserved("TEST-123")) == ((1, 3 * 15260), 3)


@pytest.mark.parametrize("handling", ["printed_at", "packed_at"])
def test_once_the_label_is_printed_it_is_too_late_and_the_reason_says_what_to_do(shop, handling):
    order_id = shop.place(simple_order())
    stored = shop.run(order_id)
    shop.orders.note_handling(stored, Handling(**{handling: NOW}))
    with pytest.raises(CannotCancel, match="refuse it when it comes, send it back") as refused:
        cancelled(shop, order_id)
    assert refused.value.code == "TOO_LATE_TO_CANCEL"
    assert shop.orders.load(order_id).status is Status.READY_TO_SHIP
    assert (reserved("TEST-123"), totals(shop)) == (1, (1, 15260))


def test_printing_and_cancelling_at_once_only_one_comes_first(shop):
    order_id = shop.place(simple_order())
    seen = shop.run(order_id)
    cancelled(shop, order_id)
    with pytest.raises(OrderChanged):
        shop.orders.note_handling(seen, Handling(printed_at=NOW))
    other = shop.place(simple_order("other"))
    seen = shop.run(other)
    shop.orders.note_handling(seen, Handling(printed_at=NOW))
    with pytest.raises(OrderChanged):
        shop.orders.release(seen, Status.CANCELLED, at=NOW, reason=BY_CUSTOMER)


def test_a_store_that_cancels_too_late_is_noted_for_staff_and_the_customer_told_once(shop):
    order_id = shop.place(simple_order())
    stored = shop.run(order_id)
    shop.orders.note_handling(stored, Handling(printed_at=NOW))
    for minutes in range(2):
        at = NOW + timedelta(minutes=minutes)
        stored = cancel_for_store(order_id, orders=shop.orders, executions=shop, now=at)
        assert stored.late_cancellation.at == NOW
    assert lists().late_cancellations(NOW) == [order_id]
    assert lists().late_cancellations(NOW + timedelta(seconds=1)) == []
    stored = shop.orders.load(order_id)
    assert (stored.status, stored.late_cancellation.reason) == (Status.READY_TO_SHIP, IN_STORE)
    assert (told(order_id, "no longer be cancelled"), len(mails())) == (1, 2)


def test_staff_see_with_a_command_which_orders_were_cancelled_too_late(shop, monkeypatch, capsys):
    order_id = shop.place(simple_order())
    shop.orders.note_handling(shop.run(order_id), Handling(printed_at=NOW))
    now = datetime.now(UTC)
    cancel_for_store(order_id, orders=shop.orders, executions=shop, now=now)
    monkeypatch.setattr(late_cancellations, "connect", lambda _: (boto3.client, {"OrdersTable": "orders"}))
    assert late_cancellations.main([]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(display(order_id))
    assert line.endswith("CANCELLED_IN_STORE  still here")


def test_a_store_that_cancels_in_time_is_heard(shop):
    order_id = shop.place(simple_order())
    shop.run(order_id)
    assert cancel_for_store(order_id, orders=shop.orders, executions=shop, now=NOW).status is Status.CANCELLED
    assert lists().late_cancellations(NOW) == []
    assert_cancelled(shop, order_id, confirmed=1)


def test_while_the_confirmation_is_on_its_way_out_the_customer_is_asked_to_come_back(shop):
    order_id = shop.place(simple_order())
    shop.verify(order_id)
    shop.check(order_id)
    stored = shop.orders.note_confirmation(shop.orders.load(order_id), Confirmation(attempt_at=NOW), at=NOW)
    assert refusal(stored, NOW + timedelta(seconds=59)).code == "CONFIRMATION_UNDER_WAY"
    later = NOW + timedelta(seconds=60)
    assert can_cancel(stored, later)
    cancelled(shop, order_id, now=later)
    shop.run(order_id)
    assert_cancelled(shop, order_id, confirmed=0)


class Interleaving:
    """A client of a stage that is interrupted before its nth call to AWS."""

    calls = 0
    at = 0
    act: Callable[[], None]

    def __init__(self, service: str) -> None:
        self._client = boto3.client(service)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(found):
            return found

        def interrupted(*args: Any, **kwargs: Any) -> Any:
            Interleaving.calls += 1
            if Interleaving.calls == Interleaving.at:
                Interleaving.act()
            return found(*args, **kwargs)

        return interrupted


def run_as_the_state_machine_does(running: Shop, order_id: str) -> int:
    """The stages, each retried when it lost a race; how many faults there were."""
    for faults in range(5):
        try:
            running.run(order_id)
            return faults
        except OrderChanged:
            continue
    raise AssertionError("five faults are more than one cancellation explains")


def test_a_cancellation_between_any_two_calls_of_any_stage_cancels_wholly_or_not_at_all(shop):
    running = Shop(client=Interleaving)
    outcomes: list[str] = []
    for at in range(1, 200):
        order_id = shop.place(simple_order(f"between-{at}"))
        shop.running, shop.finished, refused = {order_id}, [], []

        def act(order_id: str = order_id, refused: list[str] = refused) -> None:
            try:
                cancelled(shop, order_id)
            except CannotCancel as error:
                refused.append(error.code)

        Interleaving.calls, Interleaving.at, Interleaving.act = 0, at, staticmethod(act)
        faults = run_as_the_state_machine_does(running, order_id)
        reached = Interleaving.calls >= at
        stored = shop.orders.load(order_id)
        if not reached:
            assert stored.status is Status.READY_TO_SHIP
            break
        if refused:
            assert (refused, faults) == (["CONFIRMATION_UNDER_WAY"], 0)
            assert (stored.status, reserved("TEST-123"), totals(shop)) == (Status.READY_TO_SHIP, 1, (1, 15260))
            cancelled(shop, order_id)
            assert_cancelled(shop, order_id, confirmed=1)
            outcomes.append("refused")
            continue
        assert_cancelled(shop, order_id, confirmed=int("CONFIRMED" in stored.times))
        last = [status for status in PATH if status in stored.times][-1]
        outcomes.append(last)
    assert set(outcomes) == {*PATH, "refused"}
    assert outcomes.count("refused") == 2, "sending, and noting that it was sent"
    assert len(outcomes) > 20


@pytest.mark.parametrize("done", [2, 4, 5])
def test_a_cancellation_cut_at_any_call_and_asked_for_again_is_one(shop, done):
    number = 0
    for after in (False, True):
        cut_at = 0
        while True:
            cut_at, number = cut_at + 1, number + 1
            order_id = shop.place(simple_order(f"cut-{done}-{after}-{cut_at}"))
            for stage in shop.stages[:done]:
                stage(order_id)
            cutting = Shop(client=CutClient)
            shop.finished, shop.running = [], {order_id}
            CutClient.calls, CutClient.cut_at, CutClient.after = 0, cut_at, after
            try:
                cancelled(cutting, order_id, executions=shop)
                is_cut = False
            except CutHere:
                is_cut = True
            cancelled(shop, order_id)
            shop.run(order_id)
            assert_cancelled(shop, order_id, confirmed=int(done >= 3))
            if not is_cut:
                break
    assert number >= 4


def test_a_large_recorded_order_is_given_back_in_parts_and_taken_out_of_the_account_with_the_first(shop, monkeypatch):
    order_id = shop.place(simple_order())
    shop.run(order_id)
    monkeypatch.setattr(reservations, "MOST_WRITES", 3)
    cancelled(shop, order_id)
    assert_cancelled(shop, order_id, confirmed=1)


def test_an_order_that_another_run_may_still_confirm_cannot_be_cancelled_though_one_run_has_sent(shop):
    """A run that was given up may go on: what it sends must not come after the cancellation."""
    order_id = shop.place(simple_order())
    shop.verify(order_id)
    shop.check(order_id)
    shop.orders.note_confirmation(shop.orders.load(order_id), Confirmation(attempt_at=shop.now), at=shop.now)
    shop.now += timedelta(seconds=10)
    shop.confirm(order_id)
    shop.now += timedelta(seconds=20)
    with pytest.raises(CannotCancel) as refused:
        cancel(order_id, orders=shop.orders, executions=shop, reason=BY_CUSTOMER, now=shop.now)
    assert refused.value.code == "CONFIRMATION_UNDER_WAY"
    shop.now += timedelta(seconds=31)
    stored = cancel(order_id, orders=shop.orders, executions=shop, reason=BY_CUSTOMER, now=shop.now)
    assert stored.status is Status.CANCELLED
