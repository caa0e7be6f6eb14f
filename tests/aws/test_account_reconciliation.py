"""Accounts are compared with the orders: a planted difference of each kind is found, and repaired."""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest

from operating.accounts import reconcile
from order_processing.account import Totals
from order_processing.account_reconciliation import expected_entry
from order_processing.adapters.ledger import Ledger
from order_processing.cancellation import BY_CUSTOMER, cancel
from order_processing.order_parts import Delay
from tests.aws.shop import NOW
from tests.aws.test_account import CARL, on_account, pay, standing
from tests.aws.test_stages import simple_order


@pytest.fixture
def ledger(shop):
    return Ledger(boto3.client("dynamodb"), "orders", "accounts")


@pytest.fixture
def busy(shop):
    """A customer with a paid, a partly paid and a cancelled order, and a guest with one."""
    ids = [on_account(shop, key).order_id for key in ("1", "2", "3")]
    pay(shop, ids[0], 15260, "P-1")
    pay(shop, ids[1], 260, "P-2")
    cancel(ids[2], orders=shop.orders, executions=shop, reason=BY_CUSTOMER, now=NOW)
    shop.run(shop.place(simple_order("guest")))
    return ids


def change(key, expression, **values):
    boto3.client("dynamodb").update_item(
        TableName="accounts",
        Key=key,
        UpdateExpression=expression,
        ExpressionAttributeNames={"#open": "open"} if "#open" in expression else {},
        ExpressionAttributeValues={f":{name}": {"N": str(value)} for name, value in values.items()},
    )


def key(entry):
    return {"customer_id": {"S": "C-1013"}, "entry": {"S": entry}}


def delete(entry):
    boto3.client("dynamodb").delete_item(TableName="accounts", Key=key(entry))


def found(ledger):
    return [difference.message for _, told in ledger.compare() for difference in told]


def test_accounts_equal_their_orders(shop, busy, ledger, capsys):
    assert reconcile(ledger, repair=False) == 0
    assert capsys.readouterr().out == "2 accounts, 0 with differences, 0 repaired\n"


@pytest.mark.parametrize(
    ("plant", "told"),
    [
        (lambda ids: delete(f"order#{ids[0]}"), ["order {0}: found no entry, expected an entry"]),
        (
            lambda ids: delete("totals#USD"),
            [
                "totals USD, orders: found 0, expected 2",
                "totals USD, amount: found 0, expected 30520",
                "totals USD, open: found 0, expected 15000",
            ],
        ),
        (
            lambda ids: change(key("totals#USD"), "ADD amount :one", one=1),
            ["totals USD, amount: found 30521, expected 30520"],
        ),
        (
            lambda ids: change(key(f"order#{ids[1]}"), "SET #open = :open", open=0),
            ["order {1}, open: found 0, expected 15000"],
        ),
        (
            lambda ids: change(key(f"order#{ids[2]}"), "SET #open = :open", open=5),
            ["order {2}, open: found 5, expected 0"],
        ),
    ],
    ids=["entry gone", "totals gone", "amount", "open", "open though cancelled"],
)
def test_a_planted_difference_is_found_and_repaired(shop, busy, ledger, plant, told):
    plant(busy)
    assert found(ledger) == [f"C-1013: {line.format(*busy)}" for line in told]
    assert reconcile(ledger, repair=True) == 0
    assert found(ledger) == []
    assert standing(shop) == Totals(orders=2, amount=30520, open=15000)


def test_an_entry_without_an_order_is_found_and_taken_out(shop, busy, ledger):
    item = boto3.client("dynamodb").get_item(TableName="accounts", Key=key(f"order#{busy[0]}"))["Item"]
    boto3.client("dynamodb").put_item(TableName="accounts", Item={**item, "entry": {"S": "order#BBBBBBBBB"}})
    assert found(ledger) == ["C-1013: order BBBBBBBBB: found an entry, expected no entry"]
    assert reconcile(ledger, repair=True) == 0
    assert found(ledger) == []


def test_the_numbers_that_a_carrier_gave_are_no_difference(shop, busy, ledger):
    boto3.client("dynamodb").update_item(
        TableName="accounts",
        Key=key(f"order#{busy[0]}"),
        UpdateExpression="SET tracking = :tracking",
        ExpressionAttributeValues={":tracking": {"L": [{"L": [{"S": "1Z"}, {"S": "https://carrier.example/1Z"}]}]}},
    )
    assert found(ledger) == []


def test_a_repair_that_meets_an_order_writes_nothing(shop, busy, ledger, monkeypatch, capsys):
    change(key("totals#USD"), "ADD amount :one", one=1)
    both = ledger._both
    calls = []

    def meeting(customer_id):
        answer = both(customer_id)
        calls.append(customer_id)
        if customer_id == "C-1013" and calls.count(customer_id) == 3:
            shop.run(shop.place(simple_order("meanwhile", customer=CARL)))
        return answer

    monkeypatch.setattr(ledger, "_both", meeting)
    assert reconcile(ledger, repair=True) == 1
    assert "C-1013: changed meanwhile, run this again" in capsys.readouterr().out
    assert standing(shop).orders == 3
    monkeypatch.undo()
    assert reconcile(Ledger(boto3.client("dynamodb"), "orders", "accounts"), repair=True) == 0
    assert standing(shop) == Totals(orders=3, amount=45780, open=15000)


def test_progress_is_told(shop, busy, monkeypatch):
    monkeypatch.setattr("order_processing.adapters.ledger._EVERY", 2)
    said = []
    list(Ledger(boto3.client("dynamodb"), "orders", "accounts", lambda *each: said.append(each)).compare())
    assert said == [("orders read", 2), ("orders read", 4), ("accounts compared", 2)]


def test_an_entry_keeps_the_day_that_was_promised_when_it_was_recorded(shop, busy, ledger):
    stored = shop.orders.load(busy[0])
    (allocation,) = stored.promise.allocations
    later = allocation.model_copy(update={"delivery_date": allocation.delivery_date + timedelta(days=7)})
    renewed = stored.promise.model_copy(update={"allocations": (later,)})
    entry = shop.accounts.entry("C-1013", busy[0])
    payments = [shop.accounts.payment("P-1")]
    assert expected_entry(stored, payments, entry) == entry
    late = stored.model_copy(update={"promise": renewed, "delay": Delay(previous=stored.promise)})
    assert expected_entry(late, payments, entry) == entry
    assert expected_entry(late, payments, None).delivery_date == later.delivery_date
