"""How an order comes into its customer's account, on the real adapters: cut between any two writes, or cancelled there.

Every order of the calls of several processes is tried in test_recording_interleaved.
"""

from __future__ import annotations

from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError

from operating.accounts import reconcile
from order_processing.account import Totals
from order_processing.adapters import recording, transactions
from order_processing.adapters.accounts import entry_item, totals_key
from order_processing.adapters.ledger import Ledger
from order_processing.cancellation import BY_CUSTOMER, cancel
from order_processing.errors import OrderChanged, OrderEnded
from order_processing.http import Problem
from order_processing.promise import Promise
from order_processing.status import Status
from tests.aws.shop import NOW, Shop
from tests.aws.test_account import CARL, pay, standing
from tests.aws.test_stages import Cut, CutClient, simple_order

LATER = NOW + timedelta(minutes=5)
PRICE = 15260


def confirmed(shop, key="1"):
    order_id = shop.place(simple_order(key, customer=CARL, paid=False))
    for stage in shop.stages[:3]:
        stage(order_id)
    return order_id


def cut_after(shop, order_id, operation):
    """The stage, of which nothing happens after its first call of this kind."""

    class Client:
        def __init__(self, service):
            self._client = boto3.client(service)

        def __getattr__(self, name):
            found = getattr(self._client, name)
            return self._cutting(found) if name == operation else found

        def _cutting(self, call):
            def cutting(**given):
                call(**given)
                raise Cut

            return cutting

    with pytest.raises(Cut):
        Shop(client=Client, now=shop.now).record(order_id)


def entry(shop, order_id):
    return shop.accounts.entry("C-1013", order_id)


def differences():
    ledger = Ledger(boto3.client("dynamodb"), "orders", "accounts")
    return [difference.message for _, told in ledger.compare() for difference in told]


@pytest.mark.parametrize("operation", ["update_item", "put_item"])
def test_what_was_cut_goes_on_later_with_the_time_at_which_it_began(shop, operation):
    order_id = confirmed(shop)
    cut_after(shop, order_id, operation)
    assert standing(shop) == Totals(orders=1, amount=PRICE, open=PRICE)
    assert differences() == []
    shop.now = LATER
    shop.record(order_id)
    assert standing(shop) == Totals(orders=1, amount=PRICE, open=PRICE)
    stored = shop.orders.load(order_id)
    assert (stored.status, stored.times["RECORDED"], entry(shop, order_id).recorded_at) == (Status.RECORDED, NOW, NOW)
    assert differences() == []


def test_the_next_order_puts_the_entry_of_the_one_before(shop):
    first, second = confirmed(shop, "1"), confirmed(shop, "2")
    cut_after(shop, first, "update_item")
    assert entry(shop, first) is None
    with pytest.raises(Problem, match="NOT_RECORDED"):
        pay(shop, first, 100)
    shop.record(second)
    assert pay(shop, first, 100).open == PRICE - 100
    shop.record(first)
    assert standing(shop) == Totals(orders=2, amount=2 * PRICE, open=2 * PRICE - 100)
    assert entry(shop, first).open == PRICE - 100
    assert differences() == []


@pytest.mark.parametrize("operation", ["", "update_item", "put_item"])
def test_a_cancellation_on_the_way_leaves_a_reversed_entry_and_nothing_in_the_totals(shop, operation):
    order_id = confirmed(shop)
    seen = shop.orders.load(order_id)
    if operation:
        cut_after(shop, order_id, operation)
    cancel(order_id, orders=shop.orders, executions=shop, reason=BY_CUSTOMER, now=LATER)
    assert standing(shop) == Totals()
    assert (entry(shop, order_id).reversed_at, entry(shop, order_id).open) == (LATER, 0)
    with pytest.raises(OrderEnded):
        shop.record(order_id)
    with pytest.raises(OrderChanged):  # a copy that read the order before
        shop.orders.record(seen, recording.entry_for(order_id, seen, LATER))
    assert standing(shop) == Totals()
    with pytest.raises(Problem, match="ORDER_CANCELLED"):
        pay(shop, order_id, 100)
    assert differences() == []


def test_a_payment_between_entry_and_status_leaves_with_the_cancellation(shop):
    order_id = confirmed(shop)
    cut_after(shop, order_id, "put_item")
    pay(shop, order_id, 260)
    cancel(order_id, orders=shop.orders, executions=shop, reason=BY_CUSTOMER, now=LATER)
    assert standing(shop) == Totals()
    assert entry(shop, order_id).payments == ("P-1",)
    assert differences() == []


@pytest.mark.parametrize("operation", ["update_item", "put_item"])
def test_an_entry_says_the_day_that_was_promised_anew_on_the_way(shop, operation):
    order_id = confirmed(shop)
    cut_after(shop, order_id, operation)
    stored = shop.orders.load(order_id)
    (was,) = stored.promise.allocations
    day = was.delivery_date + timedelta(days=7)
    shop.orders.reserve(stored, Promise(allocations=(was.model_copy(update={"delivery_date": day}),)), at=LATER)
    later = shop.orders.load(order_id)
    shop.orders.record(later, recording.entry_for(order_id, later, LATER))
    assert (entry(shop, order_id).delivery_date, entry(shop, order_id).recorded_at) == (day, NOW)
    assert standing(shop) == Totals(orders=1, amount=PRICE, open=PRICE)


@pytest.mark.parametrize("after", [False, True])
def test_cut_at_any_call_with_another_order_left_on_its_way(shop, after):
    def ready(key):
        order_id = shop.place(simple_order(f"{key}-{cut_at}"))
        for stage in shop.stages[:3]:
            stage(order_id)
        return order_id

    cut_at = cut = 0
    while cut == cut_at:
        cut_at += 1
        left, order_id = ready("left"), ready("cut")
        cut_after(shop, left, "update_item")
        CutClient.calls, CutClient.cut_at, CutClient.after = 0, cut_at, after
        try:
            Shop(client=CutClient).record(order_id)
        except Cut:
            cut += 1
            shop.record(order_id)
        shop.record(left)
        counted = Totals(orders=2 * cut_at, amount=2 * cut_at * PRICE)
        assert shop.accounts.standing(shop.guest_id("ada@example.com"), "USD") == counted
    assert cut > 5
    assert differences() == []


class Meeting:
    """A client of which the totals meet a transaction, or another order, so many times."""

    def __init__(self, service, times, code="TransactionConflictException"):
        self._client = boto3.client(service)
        self._left, self._code = times, code

    def __getattr__(self, name):
        found = getattr(self._client, name)
        return self._met(found) if name == "update_item" else found

    def _met(self, call):
        def met(**given):
            if given["TableName"] == "accounts" and self._left:
                self._left -= 1
                raise getattr(self._client.exceptions, self._code)({"Error": {"Code": self._code}}, "UpdateItem")
            return call(**given)

        return met


@pytest.mark.parametrize("code", ["TransactionConflictException", "ConditionalCheckFailedException"])
def test_whoever_meets_another_at_the_totals_tries_again_later(shop, monkeypatch, code):
    paused = []
    monkeypatch.setattr(recording, "pause", paused.append)
    order_id = confirmed(shop)
    Shop(client=lambda service: Meeting(service, 3, code)).record(order_id)
    assert paused == [0, 1, 2]
    assert standing(shop) == Totals(orders=1, amount=PRICE, open=PRICE)
    assert shop.orders.load(order_id).status is Status.RECORDED


def test_who_meets_others_all_the_time_leaves_it_to_the_state_machine(shop, monkeypatch):
    monkeypatch.setattr(recording, "pause", lambda attempt: None)
    order_id = confirmed(shop)
    with pytest.raises(recording.AccountBusy, match="10 times"):
        Shop(client=lambda service: Meeting(service, 10)).record(order_id)
    assert standing(shop) == Totals()


def test_any_other_error_is_one(shop):
    order_id = confirmed(shop)
    with pytest.raises(ClientError):
        Shop(client=lambda service: Meeting(service, 1, "InternalServerError")).record(order_id)
    assert standing(shop) == Totals()


def test_looking_costs_two_read_units_and_three_where_the_customer_has_ordered_before(shop):
    read = []

    class Reading:
        def __init__(self, service):
            self._client = boto3.client(service)
            self._client.meta.events.register("provide-client-params.dynamodb.GetItem", self._note)

        def __getattr__(self, name):
            return getattr(self._client, name)

        def _note(self, params, **_):
            assert params["ConsistentRead"]
            read.append(params["Key"]["entry"]["S"].partition("#")[0])

    for key, expected in (("1", ["totals", "order"]), ("2", ["totals", "order", "order"])):
        order_id = confirmed(shop, key)
        read.clear()
        Shop(client=Reading).record(order_id)
        assert read == expected


def test_a_repair_puts_the_entry_that_is_on_its_way_and_stops_whoever_read_before(shop, monkeypatch):
    monkeypatch.setattr(transactions.clock, "sleep", lambda seconds: None)
    first, second = confirmed(shop, "1"), confirmed(shop, "2")
    cut_after(shop, first, "update_item")
    client = boto3.client("dynamodb")
    client.update_item(
        TableName="accounts",
        Key=totals_key("C-1013", "USD"),
        UpdateExpression="ADD amount :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    assert differences() == [f"C-1013: totals USD, amount: found {PRICE + 1}, expected {PRICE}"]
    slow = recording.Recording(client, "accounts")
    before = slow._totals(recording.entry_for(second, shop.orders.load(second), NOW))
    assert reconcile(Ledger(client, "orders", "accounts"), repair=True) == 0
    assert entry(shop, first).open == PRICE
    assert not slow._count(recording.entry_for(second, shop.orders.load(second), NOW), before[0])
    for order_id in (first, second):
        shop.record(order_id)
    assert standing(shop) == Totals(orders=2, amount=2 * PRICE, open=2 * PRICE)
    assert differences() == []


def test_an_order_that_is_nobodys_and_was_counted_last_is_found_and_taken_away(shop):
    order_id = shop.run(shop.place(simple_order("1", customer=CARL, paid=False))).order_id
    nobodys = entry(shop, order_id).model_copy(update={"order_id": "BBBBBBBBB"})
    client = boto3.client("dynamodb")
    client.update_item(
        TableName="accounts",
        Key=totals_key("C-1013", "USD"),
        UpdateExpression="SET last_entry = :entry",
        ExpressionAttributeValues={":entry": entry_item(nobodys)["document"]},
    )
    assert differences() == ["C-1013: order BBBBBBBBB: found counted last, expected no entry"]
    assert reconcile(Ledger(client, "orders", "accounts"), repair=True) == 0
    assert differences() == []
    shop.record(confirmed(shop, "2"))
    assert entry(shop, "BBBBBBBBB") is None
    assert standing(shop) == Totals(orders=2, amount=2 * PRICE, open=2 * PRICE)


def test_times_of_an_entry_and_of_its_order_agree_to_the_millisecond(shop):
    shop.now = NOW + timedelta(microseconds=123456)
    shop.run(shop.place(simple_order("1", customer=CARL, paid=False)))
    assert differences() == []
