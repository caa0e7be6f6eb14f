"""Reminders and escalations of orders that wait for staff: when, to whom, and once each."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from order_processing.adapters.waiting import DynamoWaiting
from order_processing.order import Line
from order_processing.settings import current
from order_processing.stages.remind_staff import CUT, remind_staff
from order_processing.status import Status
from tests.aws.test_approval import BEN, decide, large, risky
from tests.orders import an_order

APPROVERS, ADMINS = current().approvals.approvers, current().approvals.admins


class Mailbox:
    """The port Post. fails: raised instead of the next message's id, once it was sent."""

    def __init__(self) -> None:
        self.sent = []
        self.fails: Exception | None = None

    def send(self, message, *, to, order_id, kind):
        self.sent.append((kind, to, order_id, message))
        if fails := self.fails:
            self.fails = None
            raise fails
        return "id"

    @property
    def told(self):
        return [(kind, to) for kind, to, _, _ in self.sent]


@pytest.fixture
def box():
    return Mailbox()


def asked(shop, order_id, hours=10):
    """The order has this many hours for a decision."""
    stored = shop.orders.load(order_id)
    until = shop.now + timedelta(hours=hours)
    shop.orders.ask(stored, stored.question.model_copy(update={"expires_at": until}))
    return order_id


def run(shop, box, after=0.0):
    return remind_staff(
        waiting=DynamoWaiting(shop.client("dynamodb"), shop.tables["orders"]),
        orders=shop.orders,
        post=box,
        settings=current(),
        order_url=lambda order_id: f"https://orders.example.com/staff/orders/{order_id}",
        now=shop.now + timedelta(hours=after),
    )


def test_approvers_are_reminded_at_half_time_and_admins_hear_before_the_end_once_each(shop, box):
    order_id = asked(shop, large(shop))
    for hours in (0, 4.9):
        assert run(shop, box, hours) == 0
    for hours in (5, 5.1, 7.9):
        run(shop, box, hours)
    assert box.told == [("reminder", to) for to in APPROVERS]
    for hours in (8, 8.1, 9.9):
        run(shop, box, hours)
    assert box.told == [("reminder", to) for to in APPROVERS] + [("escalation", to) for to in ADMINS]
    run(shop, box, 10)
    assert len(box.sent) == len(APPROVERS) + len(ADMINS), "nothing once the time is over"
    assert shop.orders.load(order_id).status is Status.APPROVAL_PENDING


def test_a_mail_says_why_and_nothing_about_the_customer(shop, box):
    order_id = asked(shop, risky(shop))
    decide(shop, order_id, "approve")
    run(shop, box, 9)
    for _, _, _, message in box.sent:
        order = shop.orders.load(order_id).placed
        for text in (message.subject, message.text, message.html):
            for personal in (order.customer.email, order.customer.name, order.shipping_address.line1):
                assert personal not in text
        assert "The store sees a risk of fraud." in message.text
        assert "1 of 2 approvals are given." in message.text
        assert f"/staff/orders/{order_id}" in message.html


def test_what_was_decided_is_not_reminded_of(shop, box):
    order_id = asked(shop, large(shop))
    decide(shop, order_id, "approve")
    run(shop, box, 9)
    assert box.sent == []


def test_a_decision_that_comes_while_the_mail_is_written_wins(shop, box, monkeypatch):
    order_id = asked(shop, large(shop))
    load = shop.orders.load

    def then_decided(*args):
        seen = load(*args)
        monkeypatch.undo()
        decide(shop, order_id, "approve", BEN)
        return seen

    monkeypatch.setattr(shop.orders, "load", then_decided)
    assert run(shop, box, 5) == 0
    assert box.sent == []


def test_a_run_that_was_cut_is_taken_up_by_a_later_one_and_not_before(shop, box):
    asked(shop, large(shop))
    box.fails = RuntimeError("cut")
    with pytest.raises(RuntimeError):
        run(shop, box, 5)
    soon, later = 5 + CUT / timedelta(hours=1) - 0.01, 5 + CUT / timedelta(hours=1)
    assert run(shop, box, soon) == 0, "perhaps it is still at it"
    assert run(shop, box, later) == 1
    assert run(shop, box, later + 1) == 0
    assert box.told == [("reminder", to) for to in APPROVERS] * 2


def test_what_waits_for_the_customer_is_not_staffs(shop, box):
    pens = Line(line_id="1", sku="PEN-6", title="Pens", quantity=7, unit_price=90)
    order_id = shop.place(an_order(lines=(pens,), total=630))
    assert shop.run(order_id).status is Status.CORRECTION_PENDING
    asked(shop, order_id)
    assert run(shop, box, 9) == 0


def test_an_order_that_verification_leaves_to_staff_is_reminded_of_too(shop, box):
    cheap = Line(line_id="1", sku="TEST-123", title="Test Product", quantity=1, unit_price=100)
    order_id = shop.place(an_order(lines=(cheap,), total=100))
    assert shop.run(order_id).status is Status.CORRECTION_PENDING
    asked(shop, order_id)
    assert run(shop, box, 5) == 1
    assert "PRICE_TOO_LOW" in box.sent[0][3].text


def test_a_new_question_is_reminded_of_anew(shop, box):
    order_id = asked(shop, large(shop, 220))
    run(shop, box, 9)
    before = len(box.sent)
    shop.now += timedelta(minutes=1)  # a question of the same moment is the same one
    from order_processing.staff_decisions import CorrectionBody

    decide(shop, order_id, "correct", corrections=(CorrectionBody(path="lines[0].quantity", value="200"),))
    shop.run(order_id)
    stored = shop.orders.load(order_id)
    assert stored.status is Status.APPROVAL_PENDING
    shop.ask(order_id, "another token")
    asked(shop, order_id)
    run(shop, box, 9)
    assert len(box.sent) == 2 * before


def test_how_long_the_oldest_order_waits_is_measured_for_staff_and_for_customers(shop, box, capsys):
    def measured(hours):
        run(shop, box, hours)
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "OldestWaitingOrder" in line]
        return {line["waits_for"]: line["OldestWaitingOrder"] for line in lines}

    assert measured(0) == {"staff": [0], "customer": [0]}
    first = large(shop)
    shop.now += timedelta(hours=1)
    risky(shop, store_order_id="b")
    assert measured(2) == {"staff": [3 * 3600], "customer": [0]}
    decide(shop, first, "approve")
    assert measured(2) == {"staff": [2 * 3600], "customer": [0]}
