"""The sweep on the real tables: each thing that can be wrong is planted, found by key, mended once, and closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import boto3
import pytest

from order_processing.adapters.findings import DynamoFindings
from order_processing.adapters.order_lists import OrderLists
from order_processing.adapters.waiting import DynamoWaiting
from order_processing.cancellation import BY_CUSTOMER, cancel, note_too_late
from order_processing.decisions import NotStarted
from order_processing.discrepancy import Correction
from order_processing.order import Customer, Line, Order
from order_processing.order_parts import Answer, Handling, Reason
from order_processing.stages.sweep_orders import Sweep, Swept
from order_processing.status import Status
from tests.aws.machines import CutAt, CutHere, Machines
from tests.aws.shop import NOW, Shop
from tests.aws.test_stages import mails, reserved, simple_order
from tests.orders import an_order

MINUTE = timedelta(minutes=1)
LATER = NOW + 20 * MINUTE


@pytest.fixture
def findings(tables: dict[str, str]) -> DynamoFindings:
    return DynamoFindings(boto3.client("dynamodb"), tables["findings"])


@pytest.fixture
def machines() -> Machines:
    return Machines()


def sweep(
    shop: Shop, machines: Any, findings: Any, now: datetime = LATER, wrap: Callable[[Any], Any] = lambda port: port
) -> Swept:
    dynamodb = boto3.client("dynamodb")
    return Sweep(
        orders=wrap(shop.orders),
        lists=wrap(OrderLists(dynamodb, "orders")),
        waiting=wrap(DynamoWaiting(dynamodb, "orders")),
        executions=wrap(machines),
        runs=wrap(machines),
        findings=wrap(findings),
        now=now,
    ).run()


def not_started(shop: Shop, machines: Machines) -> str:
    return shop.place(simple_order())


def failed(shop: Shop, machines: Machines) -> str:
    order_id = shop.place(simple_order())
    shop.verify(order_id)
    shop.check(order_id)
    machines.fail(order_id, "StageFault", NOW)
    return order_id


def not_asked(shop: Shop, machines: Machines) -> str:
    """It is to wait for its customer, and its execution failed before it could ask."""
    shop.answer_within = timedelta(days=3)
    order_id = shop.place(simple_order(quantity=2_000))
    shop.verify(order_id)
    with pytest.raises(Exception, match="SHORTAGE"):
        shop.check(order_id)
    machines.fail(order_id, "StageFault", NOW)
    return order_id


def waiting(shop: Shop, machines: Machines, order: Order | None = None) -> str:
    order_id = shop.place(order or simple_order(quantity=2_000))
    shop.run(order_id)
    machines.start(order_id)
    machines.tokens.add("token")
    machines.log.clear()
    return order_id


def decided(shop: Shop, machines: Machines) -> str:
    """Staff has put it right, and the process ended before the execution was told."""
    line = Line(line_id="1", sku="NO-SUCH-SKU", title="Test Product", quantity=1, unit_price=15260)
    order_id = waiting(shop, machines, an_order(lines=(line,), total=15260))
    correction = Correction(path="lines[0].sku", found="NO-SUCH-SKU", value="TEST-123")
    stored = shop.orders.load(order_id)
    shop.orders.answer(stored, Answer(actor="staff: eve", at=NOW, corrections=(correction,)))
    return order_id


def withdrawn(shop: Shop, machines: Machines) -> str:
    """The order was cancelled while it waited, and the process ended before its execution was told."""
    order_id = waiting(shop, machines)
    shop.orders.release(shop.orders.load(order_id), Status.CANCELLED, at=NOW, reason=BY_CUSTOMER)
    return order_id


def not_expired(shop: Shop, machines: Machines) -> str:
    """Nobody answered, and its execution is gone."""
    order_id = waiting(shop, machines)
    machines.tokens.clear()
    machines.fail(order_id, "TIMED_OUT", NOW)
    return order_id


def not_told(shop: Shop, machines: Machines) -> str:
    """It was ready, then cancelled, and the process ended before anything was started that tells the customer."""
    order_id = shop.place(simple_order())
    shop.run(order_id)
    shop.orders.release(shop.orders.load(order_id), Status.CANCELLED, at=NOW, reason=BY_CUSTOMER)
    return order_id


def not_told_too_late(shop: Shop, machines: Machines) -> str:
    order_id = shop.place(simple_order())
    stored = shop.orders.note_handling(shop.run(order_id), Handling(printed_at=NOW))
    with pytest.raises(CutHere):
        note_too_late(
            stored.order_id,
            orders=shop.orders,
            executions=CutAt(machines, [0], 1, after=False),
            reason=BY_CUSTOMER,
            now=NOW,
        )
    return order_id


PLANTED = [
    (not_started, "NOT_STARTED", [("start", "ID")], Status.READY_TO_SHIP, 1),
    (failed, "STUCK", [("redrive", "ID")], Status.READY_TO_SHIP, 1),
    (not_asked, "STUCK", [("redrive", "ID")], Status.OFFER_PENDING, 1),
    (decided, "DECISION_NOT_HEARD", [("deliver", "verify")], Status.READY_TO_SHIP, 1),
    (withdrawn, "NOT_TOLD", [("deliver", "cancelled")], Status.CANCELLED, 2),
    (not_expired, "NOT_EXPIRED", [("finish", "ID", "EXPIRED")], Status.EXPIRED, 2),
    (not_told, "NOT_TOLD", [("finish", "ID", "CANCELLED")], Status.CANCELLED, 2),
    (not_told_too_late, "NOT_TOLD", [("finish", "ID", "TOO_LATE")], Status.READY_TO_SHIP, 2),
]


def named(log: list[tuple[str, ...]], order_id: str) -> list[tuple[str, ...]]:
    return [tuple(word.replace(order_id, "ID") for word in entry) for entry in log]


@pytest.mark.parametrize(
    ("plant", "kind", "acts", "ends", "sent"), PLANTED, ids=lambda value: getattr(value, "__name__", None)
)
def test_what_is_wrong_is_found_mended_once_and_closed(shop, machines, findings, plant, kind, acts, ends, sent):
    order_id = plant(shop, machines)
    swept = sweep(shop, machines, findings)
    assert [(found.kind, found.subject, found.advice) for found in swept.found] == [(kind, order_id, "")]
    assert swept.found[0].done
    again = sweep(shop, machines, findings, LATER + MINUTE)
    assert named(machines.log, order_id) == acts, "done once, however often the sweep comes"
    machines.go_on(shop)
    last = sweep(shop, machines, findings, LATER + 5 * MINUTE)
    assert len(again.resolved) + len(last.resolved) >= 1
    assert findings.open() == []
    assert [closed.subject for closed in findings.closed("2026-11-24")] == [order_id]
    stored = shop.orders.load(order_id)
    assert (stored.status, len(mails())) == (ends, sent)
    quiet = sweep(shop, machines, findings, LATER + 10 * MINUTE)
    assert (quiet.found, quiet.resolved) == ((), ())
    assert (order_id in findings.followed()) == stored.pending
    if stored.ended:
        assert reserved("TEST-123") == 0


@pytest.mark.parametrize(
    ("plant", "kind", "acts", "ends", "sent"), PLANTED, ids=lambda value: getattr(value, "__name__", None)
)
def test_a_sweep_that_is_cut_at_any_call_and_runs_again_ends_as_if_it_had_not_been(
    shop, machines, findings, plant, kind, acts, ends, sent
):
    order_id = plant(shop, machines)
    before = (dict(machines.runs_by_name), set(machines.tokens))
    cuts = 0
    for after in (False, True):
        for at in count(1):
            machines.runs_by_name, machines.tokens, machines.log = dict(before[0]), set(before[1]), []
            empty("findings")
            if not cut_short(shop, machines, findings, at, after=after):
                break
            cuts += 1
            sweep(shop, machines, findings, LATER + MINUTE)
            assert named(machines.log, order_id) == acts, f"cut {'after' if after else 'before'} call {at}"
    assert cuts > 10


def cut_short(shop: Shop, machines: Machines, findings: DynamoFindings, at: int, *, after: bool) -> bool:
    """Whether a sweep makes so many calls that its process ended at this one."""
    calls = [0]
    try:
        sweep(shop, machines, findings, wrap=lambda port: CutAt(port, calls, at, after=after))
    except CutHere:
        return True
    return False


def empty(table: str) -> None:
    dynamodb = boto3.client("dynamodb")
    for item in dynamodb.scan(TableName=table)["Items"]:
        dynamodb.delete_item(TableName=table, Key={name: item[name] for name in ("list", "entry")})


def test_a_happy_order_is_looked_at_once_by_its_head_and_never_closely(shop, machines, findings):
    order_id = shop.place(simple_order())
    shop.run(order_id)
    assert sweep(shop, machines, findings) == Swept()
    assert findings.followed() == []
    assert machines.log == []


def test_an_order_that_waits_for_a_person_is_nobodys_business_until_it_should_have_expired(shop, machines, findings):
    order_id = waiting(shop, machines)
    stored = shop.orders.load(order_id)
    day = timedelta(days=1)
    shop.orders.ask(stored, stored.question.model_copy(update={"expires_at": NOW + day}))
    for hours in (1, 5, 12, 24):
        assert sweep(shop, machines, findings, NOW + timedelta(hours=hours)).found == ()
    assert findings.followed() == [order_id]
    (found,) = sweep(shop, machines, findings, NOW + day + 16 * MINUTE).found
    assert found.kind == "NOT_EXPIRED"


def test_what_no_redrive_mends_is_left_to_a_person_and_counted_up(shop, machines, findings):
    order_id = shop.place(simple_order())
    machines.fail(order_id, "SendingStopped", NOW)
    for times in (1, 2, 3):
        (found,) = sweep(shop, machines, findings, LATER + times * MINUTE).found
        assert (found.times, found.since, found.done) == (times, LATER + MINUTE, "")
        assert "SendingStopped" in found.advice
        assert f"operating.executions anew {order_id}" in found.advice
    assert machines.log == []
    assert [found.needs_person for found in findings.open()] == [True]


def test_a_fault_that_stays_is_redriven_with_growing_pauses_and_then_left_to_a_person(shop, machines, findings):
    order_id = shop.place(simple_order())
    redriven, now = [], NOW
    machines.fail(order_id, "StageFault", now)
    while not findings.open() or not findings.open()[0].needs_person:
        now += 5 * MINUTE
        sweep(shop, machines, findings, now)
        if machines.log:
            redriven.append((now - NOW) // MINUTE)
            machines.log.clear()
            failed_again = machines.runs_by_name[order_id].model_copy(update={"state": "failed", "stopped_at": now})
            machines.runs_by_name[order_id] = failed_again
    assert redriven == [15, 35, 115]


def test_orders_that_came_while_no_sweep_ran_are_looked_at_by_the_next_one(shop, machines, findings):
    sweep(shop, machines, findings, NOW)
    order_id = shop.place(simple_order())
    (found,) = sweep(shop, machines, findings, NOW + timedelta(days=20)).found
    assert (found.kind, found.subject) == ("NOT_STARTED", order_id)


def test_a_customer_who_cannot_be_written_to_is_left_to_staff_and_not_told_again(shop, machines, findings):
    nobody = Customer(email="", name="Ada Bell", phone="+1 502 555 0100")
    order_id = shop.place(simple_order(customer=nobody))
    stored = shop.orders.load(order_id)
    shop.orders.release(stored, Status.CANCELLED, at=NOW, reason=Reason(code="WHY", text="why"))
    sweep(shop, machines, findings)
    machines.go_on(shop)
    assert [one.order_id for one in shop.unreached.waiting()] == [order_id]
    assert sweep(shop, machines, findings, LATER + 5 * MINUTE).found == ()
    assert findings.open() == []


def test_whoever_cancels_in_time_leaves_nothing_to_the_sweep(shop, machines, findings):
    order_id = shop.place(simple_order())
    shop.run(order_id)
    cancel(order_id, orders=shop.orders, executions=machines, reason=BY_CUSTOMER, now=NOW)
    machines.go_on(shop)
    assert sweep(shop, machines, findings) == Swept()


def test_a_store_that_closed_its_order_tells_its_customer_itself(shop, machines, findings):
    order = an_order("closed", closed_reason="cancelled")
    order_id = shop.place(order)
    shop.run(order_id)
    assert shop.orders.load(order_id).status is Status.REJECTED
    assert sweep(shop, machines, findings) == Swept()


def test_what_cannot_be_mended_now_is_noted_and_the_sweep_goes_on(shop, machines, findings, monkeypatch):
    def not_now(order_id: str, run: int = 1) -> None:
        raise NotStarted(order_id)

    ids = {shop.place(simple_order(key)) for key in "12"}
    monkeypatch.setattr(machines, "start", not_now)
    swept = sweep(shop, machines, findings)
    assert {found.subject for found in swept.found} == ids == {found.subject for found in findings.open()}
