"""Stored first and started then; and the sweep that makes that safe."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from order_processing.decisions import NotStarted
from order_processing.intake import take_in
from order_processing.orders import Placed
from order_processing.stages.start_orders import GRACE, start_orders
from order_processing.status import Status
from tests.orders import NOW, an_order


class Executions:
    """Remembers what was started; refuses while `down`."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.down = False

    def start(self, order_id: str, run: int = 1) -> None:
        if self.down:
            raise NotStarted(order_id)
        self.started.append(order_id)

    def answer(self, token: str, decision: str) -> None:
        raise AssertionError("nothing waits here")


class Orders:
    """Orders by the time they came in; `touched` are those that a stage has changed."""

    def __init__(self, answer: Placed | None = None) -> None:
        self.answer = answer
        self.came: list[tuple[datetime, str]] = []
        self.touched: set[str] = set()

    def place(self, *_: object) -> Placed:
        assert self.answer
        return self.answer

    def received_between(self, first, last):
        return [order_id for at, order_id in self.came if first <= at <= last]

    def states(self, order_ids):
        return {order_id: (Status.RESERVED, False) for order_id in order_ids if order_id in self.touched}


def taken(placed: Placed, executions: Executions) -> Placed:
    return take_in(an_order(), b"{}", "f", orders=Orders(placed), executions=executions, now=NOW)


def test_a_new_order_is_started():
    executions = Executions()
    assert taken(Placed(order_id="A", new=True), executions).new
    assert executions.started == ["A"]


def test_a_repeated_order_is_started_again_for_the_start_may_have_failed():
    executions = Executions()
    taken(Placed(order_id="A", new=False), executions)
    assert executions.started == ["A"]


def test_an_order_under_a_used_key_starts_nothing():
    executions = Executions()
    assert not taken(Placed(order_id="A", new=False, same_body=False), executions).same_body
    assert executions.started == []


def test_stored_is_enough_to_say_yes_when_the_start_fails():
    executions = Executions()
    executions.down = True
    assert taken(Placed(order_id="A", new=True), executions).order_id == "A"


class Progress:
    def __init__(self) -> None:
        self.place = ""

    def progress(self, sweep):
        return self.place

    def keep_progress(self, sweep, place):
        self.place = place


def sweep(orders, executions, progress, now=NOW):
    return start_orders(orders=orders, lists=orders, executions=executions, progress=progress, now=now)


def test_the_sweep_starts_what_no_stage_has_touched_and_leaves_young_orders_to_the_intake():
    orders, executions, progress = Orders(), Executions(), Progress()

    def came(order_id: str, ago: timedelta) -> None:
        orders.came.append((NOW - ago, order_id))

    came("too young", timedelta(0))
    came("running", GRACE)
    came("forgotten", GRACE + timedelta(minutes=4))
    came("forgotten long ago", timedelta(minutes=59))
    came("out of reach", timedelta(minutes=61))
    orders.touched = {"running"}
    assert sweep(orders, executions, progress) == ["forgotten long ago", "forgotten"]
    assert executions.started == ["forgotten long ago", "forgotten"]
    assert sweep(orders, executions, progress, NOW + 2 * GRACE) == ["too young"], "each order is looked at once"


def test_what_could_not_be_started_is_not_passed_over_however_long_that_lasts():
    orders, executions, progress = Orders(), Executions(), Progress()
    sweep(orders, executions, progress)
    orders.came = [(NOW + timedelta(minutes=n), f"order {n}") for n in range(200)]
    executions.down = True
    for minutes in range(5, 200, 5):
        with pytest.raises(NotStarted):
            sweep(orders, executions, progress, NOW + timedelta(minutes=minutes))
    executions.down = False
    assert len(sweep(orders, executions, progress, NOW + timedelta(minutes=300))) == 200
    assert sweep(orders, executions, progress, NOW + timedelta(minutes=305)) == []
