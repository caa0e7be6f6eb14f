"""The account on DynamoDB: payments once each, and a cancelled order taken out with what was open of it."""

from __future__ import annotations

import pytest

from order_processing.account import Payment, Totals
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.cancellation import BY_CUSTOMER, cancel
from order_processing.discrepancy import Approval
from order_processing.http import Problem
from order_processing.order import Customer
from order_processing.order_parts import Answer
from order_processing.payments import read_payment, take_payment
from order_processing.status import Status
from tests.aws.shop import NOW, Shop
from tests.aws.test_stages import Cut, CutClient, simple_order

CARL = Customer(email="account@example.net", name="Carl Credit")


def on_account(shop, key="1", quantity=1):
    return shop.run(shop.place(simple_order(key, quantity=quantity, customer=CARL, paid=False)))


def pay(shop, order_id, amount, document="P-1", currency="USD"):
    payment = Payment(document=document, order_id=order_id, amount=amount, currency=currency, received_at=NOW)
    return take_payment(payment, orders=shop.orders, accounts=shop.accounts)


def standing(shop):
    return shop.accounts.standing("C-1013", "USD")


def test_an_order_on_account_is_open_until_it_is_paid_once_for_each_document(shop):
    stored = on_account(shop)
    assert stored.status is Status.READY_TO_SHIP, stored.reason
    assert standing(shop) == Totals(orders=1, amount=15260, open=15260)
    for _ in range(2):
        entry = pay(shop, stored.order_id, 5260)
    assert (entry.open, entry.payments) == (10000, ("P-1",))
    assert pay(shop, stored.order_id, 10000, "P-2").open == 0
    assert standing(shop) == Totals(orders=1, amount=15260, open=0)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 15261}, "MORE_THAN_OPEN"),
        ({"amount": 1, "currency": "EUR"}, "CURRENCY_DIFFERS"),
        ({"amount": 2, "document": "P-0"}, "DOCUMENT_REUSED"),
        ({"amount": 1, "order_id": "VJMJJV7BD"}, "NO_SUCH_ORDER"),
    ],
)
def test_a_payment_that_cannot_be_right_changes_nothing(shop, change, code):
    order_id = on_account(shop).order_id
    pay(shop, order_id, 1, "P-0")
    before = standing(shop)
    with pytest.raises(Problem) as problem:
        pay(shop, **{"order_id": order_id, **change})
    assert (problem.value.code, standing(shop)) == (code, before)


def test_a_payment_for_an_order_that_is_not_recorded_comes_again_later(shop):
    order_id = shop.place(simple_order(customer=CARL, paid=False))
    with pytest.raises(Problem, match="NOT_RECORDED"):
        pay(shop, order_id, 100)
    shop.run(order_id)
    assert pay(shop, order_id, 100).open == 15160


def test_a_cancelled_order_leaves_the_account_with_what_was_open_of_it(shop):
    first, second = on_account(shop, "1").order_id, on_account(shop, "2").order_id
    pay(shop, first, 260)
    for _ in range(2):
        cancel(first, orders=shop.orders, executions=shop, reason=BY_CUSTOMER, now=NOW)
    assert standing(shop) == Totals(orders=1, amount=15260, open=15260)
    entry = shop.accounts.entry("C-1013", first)
    assert (entry.open, entry.reversed_at, entry.payments) == (0, NOW, ("P-1",))
    with pytest.raises(Problem, match="ORDER_CANCELLED"):
        pay(shop, first, 1, "P-2")
    assert [e.order_id for e in shop.accounts.entries("C-1013")] == sorted([first, second])


def test_a_payment_that_meets_a_cancellation_is_not_lost_from_the_totals(shop):
    order_id = on_account(shop).order_id
    seen = shop.accounts.entry("C-1013", order_id)
    payment = Payment(document="P-1", order_id=order_id, amount=260, currency="USD", received_at=NOW)
    cancel(order_id, orders=shop.orders, executions=shop, reason=BY_CUSTOMER, now=NOW)
    assert not shop.accounts.settle(seen, payment)
    assert standing(shop) == Totals()
    assert shop.accounts.payment("P-1") is None


def test_a_cancellation_that_meets_a_payment_takes_off_only_what_is_still_open(shop, monkeypatch):
    order_id = on_account(shop).order_id
    read, seen = DynamoAccounts.entry, []

    def overtaken(accounts, customer_id, order):
        found = read(accounts, customer_id, order)
        seen.append(found)
        if len(seen) == 1:
            pay(shop, order_id, 260)
        return found

    monkeypatch.setattr(DynamoAccounts, "entry", overtaken)
    cancel(order_id, orders=shop.orders, executions=shop, reason=BY_CUSTOMER, now=NOW)
    assert standing(shop) == Totals()


def test_a_document_that_pays_two_orders_at_once_pays_one(shop):
    first, second = (shop.accounts.entry("C-1013", on_account(shop, key).order_id) for key in "12")
    settled = [
        shop.accounts.settle(
            entry, Payment(document="P-1", order_id=entry.order_id, amount=260, currency="USD", received_at=NOW)
        )
        for entry in (first, second)
    ]
    assert settled == [True, False]
    assert standing(shop).open == 2 * 15260 - 260


def test_who_owes_too_much_needs_staff_and_goes_on_with_their_consent(shop):
    for key in "123456":
        assert on_account(shop, key).status is Status.READY_TO_SHIP
    stored = on_account(shop, "7")
    found = "1068.20 USD open"
    assert (stored.status, stored.reason.code) == (Status.CORRECTION_PENDING, "CREDIT_LIMIT_EXCEEDED")
    assert stored.reason.text == f"total: found {found}, expected at most 1000.00 USD open"
    approval = Approval(code="CREDIT_LIMIT_EXCEEDED", path="total", found=found)
    shop.orders.answer(stored, Answer(actor="staff: eve", at=NOW, approvals=(approval,)))
    assert shop.run(stored.order_id).status is Status.READY_TO_SHIP
    assert standing(shop).open == 7 * 15260


@pytest.mark.parametrize(
    ("body", "mistake"),
    [
        (b'{"document": "", "order": "1", "amount": "1", "currency": "USD"}', "document"),
        (b'{"document": "P 1", "order": "1", "amount": "1", "currency": "USD"}', "document"),
        (b'{"document": "P-1", "order": "1", "amount": 1, "currency": "USD"}', "amount"),
        (b'{"document": "P-1", "order": "1", "amount": "1", "currency": "usd"}', "currency"),
        (b"[]", "body"),
    ],
)
def test_a_notice_that_cannot_be_read_names_its_mistakes(body, mistake):
    with pytest.raises(Problem) as problem:
        read_payment(body, NOW)
    assert mistake in [path for path, _ in problem.value.errors]


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.001", "ten"])
def test_an_amount_that_is_none_is_refused(amount):
    body = f'{{"document": "P-1", "order": "VJMJ-JV7B-D", "amount": "{amount}", "currency": "USD"}}'
    with pytest.raises(Problem, match="PAYMENT_INVALID"):
        read_payment(body.encode(), NOW)


def test_a_notice_is_read():
    body = b'{"document": "P-1", "order": "VJMJ-JV7B-D", "amount": "19.99", "currency": "USD"}'
    payment = Payment(document="P-1", order_id="VJMJJV7BD", amount=1999, currency="USD", received_at=NOW)
    assert read_payment(body, NOW) == payment


@pytest.mark.parametrize("after", [False, True])
def test_a_notice_cut_at_any_call_and_sent_again_is_one_payment(shop, after):
    order_id = on_account(shop).order_id
    cut_at = 0
    while True:
        cut_at += 1
        CutClient.calls, CutClient.cut_at, CutClient.after = 0, cut_at, after
        document = f"P-{cut_at}"
        try:
            pay(Shop(client=CutClient), order_id, 10, document)
        except Cut:
            pay(shop, order_id, 10, document)
        else:
            break
        assert standing(shop).open == shop.accounts.entry("C-1013", order_id).open == 15260 - 10 * cut_at
    assert cut_at > 3
