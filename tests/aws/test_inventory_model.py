"""Orders, releases, offers that expire, receipts, plans and counts in any sequence, against a ledger kept beside."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import boto3
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from moto import mock_aws

from order_processing.adapters.attributes import number, text
from order_processing.adapters.inventory import DynamoInventory
from order_processing.adapters.receipts import Receipts
from order_processing.adapters.reservations import Reservations
from order_processing.allotment import needs_of
from order_processing.availability import Shortage, promise
from order_processing.inventory import PlannedSupply, Receipt, StockCount
from order_processing.offer import Offer, changed
from order_processing.offering import Substitute, Substitutes, make_offer
from order_processing.promise import Promise
from order_processing.reservation import moves
from order_processing.verified_order import Item, VerifiedOrder
from tests.availability_orders import MONDAY_NOON, settings, verified
from tests.template import create_table

SKUS = ("A", "B")
DOCUMENTS = ("P", "Q")
STORE = settings(longest_wait_days=10)
TODAY = MONDAY_NOON.date()


def arrivals(stock, supply) -> list[tuple[str, date, int]]:
    """(SKU, day at the customer, pieces), counted in weekdays: one to handle a receipt, one in transit."""
    lying = [(held.sku, weekday_after(TODAY, 1), held.available) for held in stock]
    coming = [(due.sku, weekday_after(weekday_after(due.due_on, 1), 1), due.available) for due in supply]
    return [found for found in lying + coming if found[2] > 0]


def weekday_after(day: date, days: int) -> date:
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


def earliest(wanted, there) -> date | None:
    """The first day by which all of an order can be there, every day tried."""
    for day in sorted({arrives for _, arrives, _ in there}):
        in_time = Counter()
        for sku, arrives, pieces in there:
            in_time[sku] += pieces if arrives <= day else 0
        needed = Counter()
        for sku, quantity in wanted:
            needed[sku] += quantity
        if all(in_time[sku] >= quantity for sku, quantity in needed.items()):
            return day
    return None


class Ledger(RuleBasedStateMachine):
    """What there must be: pieces by SKU (lying there or still to come), and what each order holds."""

    def __init__(self) -> None:
        super().__init__()
        self.aws = mock_aws()
        self.aws.start()
        client = boto3.client("dynamodb", region_name="us-east-1")
        self.orders = create_table(client, "OrdersTable", "orders")
        table = create_table(client, "InventoryTable", "inventory")
        self.inventory = DynamoInventory(client, table)
        self.reservations = Reservations(client, table)
        self.receipts = Receipts(client, table)
        self.pieces = dict.fromkeys(SKUS, 0)
        self.plans: dict[tuple[str, str], list[int]] = {}
        self.done: set[tuple[str, str]] = set()
        self.holds: dict[str, tuple[Promise, int]] = {}
        self.offers: dict[str, tuple[VerifiedOrder, Offer]] = {}
        self.short = False
        self.numbers = 0

    def teardown(self) -> None:
        self.aws.stop()

    def next_number(self) -> str:
        self.numbers += 1
        return f"N{self.numbers}"

    def anchor(self, order_id: str, version: int):
        update = {
            "TableName": self.orders,
            "Key": {"order_id": text(order_id), "part": text("order")},
            "UpdateExpression": "SET version = :next",
            "ConditionExpression": "attribute_not_exists(version) OR version = :seen",
            "ExpressionAttributeValues": {":next": number(version + 1), ":seen": number(version)},
        }
        return {"Update": update}

    @rule(sku=st.sampled_from(SKUS), on_hand=st.integers(0, 12), buckets=st.integers(1, 3))
    def count(self, sku, on_hand, buckets):
        stock, _ = self.inventory.read([sku])
        count = StockCount(
            document=self.next_number(), sku=sku, location="leipzig", on_hand=on_hand, buckets=buckets, safety=1
        )
        before = sum(held.on_hand for held in stock)
        self.short |= on_hand - 1 < sum(held.reserved for held in stock)
        self.inventory.count(count)
        self.inventory.count(count)
        self.pieces[sku] += on_hand - before

    @rule(
        sku=st.sampled_from(SKUS),
        document=st.sampled_from(DOCUMENTS),
        quantity=st.integers(1, 9),
        days=st.integers(0, 20),
    )
    def plan(self, sku, document, quantity, days):
        if (sku, document) in self.done:
            return
        planned, received = self.plans.setdefault((sku, document), [0, 0])
        quantity = max(quantity, planned, received)  # a plan that shrinks is looked at in a test of its own
        self.receipts.plan(
            PlannedSupply(
                document=document,
                sku=sku,
                location="leipzig",
                due_on=TODAY + timedelta(days=days),
                quantity=quantity,
            )
        )
        self.pieces[sku] += quantity - planned
        self.plans[sku, document][0] = quantity

    @precondition(lambda self: set(self.plans) - self.done)
    @rule(data=st.data(), quantity=st.integers(0, 9), final=st.booleans())
    def receive(self, data, quantity, final):
        sku, document = data.draw(st.sampled_from(sorted(set(self.plans) - self.done)))
        planned, received = self.plans[sku, document]
        receipt = Receipt(
            document=self.next_number(), supply=document, sku=sku, location="leipzig", quantity=quantity, final=final
        )
        self.receipts.receive(receipt)
        received += quantity
        after = received if final or received > planned else planned
        self.short |= after < planned
        self.pieces[sku] += after - planned
        self.plans[sku, document] = [after, received]
        if final or received >= after:
            self.done.add((sku, document))
        self.receipts.receive(receipt)

    @rule(wanted=st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, 4)), min_size=1, max_size=3))
    def order(self, wanted):
        order_id = self.next_number()
        stock, supply = self.inventory.read(SKUS)
        outcome = promise(verified(*wanted, order=order_id), stock, supply, STORE, ordered_at=MONDAY_NOON)
        day = earliest(wanted, arrivals(stock, supply))
        if day is None or day > TODAY + timedelta(days=STORE.limits.longest_wait_days):
            assert isinstance(outcome, Shortage)
        else:
            assert isinstance(outcome, Promise)
            assert outcome.delivery_date == day
        if isinstance(outcome, Shortage):
            order = verified(*wanted, order=order_id)
            other = {sku: Item(line_id="", sku=sku, description=sku) for sku in SKUS}
            substitutes = {
                line.line_id: Substitutes(
                    family="all",
                    grade=1,
                    products=tuple(
                        Substitute(item=item, unit_price=900, family="all", grade=1) for item in other.values()
                    ),
                )
                for line in order.order.lines
            }
            offer = make_offer(order, outcome, stock, supply, STORE, substitutes=substitutes, ordered_at=MONDAY_NOON)
            self.offers[order_id] = order, offer
            outcome = offer.hold
        self.reservations.change(order_id, self.anchor(order_id, 0), None, outcome)
        self.holds[order_id] = outcome, 1

    @precondition(lambda self: self.offers)
    @rule(data=st.data())
    def choose(self, data):
        """Whatever happened meanwhile, what is chosen is there: only something of the hold is given back."""
        order_id = data.draw(st.sampled_from(sorted(self.offers)))
        order, offer = self.offers.pop(order_id)
        held, version = self.holds[order_id]
        chosen = data.draw(st.sampled_from(offer.alternatives[:-1] or offer.alternatives))
        if chosen.promise is None:
            self.reservations.change(order_id, self.anchor(order_id, version), self.holds.pop(order_id)[0], None)
            return
        needed = sum(need.quantity for need in needs_of(changed(order, chosen)))
        assert sum(allocation.quantity for allocation in chosen.promise.allocations) == needed
        self.reservations.change(order_id, self.anchor(order_id, version), held, chosen.promise)
        self.holds[order_id] = chosen.promise, version + 1

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def let_go(self, data):
        """A release, or an offer that expires."""
        order_id = data.draw(st.sampled_from(sorted(self.holds)))
        self.offers.pop(order_id, None)
        held, version = self.holds.pop(order_id)
        self.reservations.change(order_id, self.anchor(order_id, version), held, None)

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def leave(self, data):
        order_id = data.draw(st.sampled_from(sorted(self.holds)))
        self.offers.pop(order_id, None)
        held, version = self.holds.pop(order_id)
        self.reservations.issue(order_id, self.anchor(order_id, version), held)
        for move in moves(None, held):
            self.pieces[move.sku] -= move.after

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def keep_less(self, data):
        order_id = data.draw(st.sampled_from(sorted(self.holds)))
        self.offers.pop(order_id, None)
        held, version = self.holds[order_id]
        less = Promise(allocations=held.allocations[1:])
        self.reservations.change(order_id, self.anchor(order_id, version), held, less)
        self.holds[order_id] = less, version + 1

    @invariant()
    def the_ledger_agrees(self):
        stock, supply = self.inventory.read(SKUS)
        for sku in SKUS:
            mine = [held for held in stock if held.sku == sku]
            coming = [due for due in supply if due.sku == sku]
            promised = sum(
                move.after for held, _ in self.holds.values() for move in moves(None, held) if move.sku == sku
            )
            reserved = sum(held.reserved for held in mine) + sum(due.reserved for due in coming)
            assert reserved == promised
            assert sum(held.on_hand for held in mine) + sum(due.quantity for due in coming) == self.pieces[sku]
            if not self.short:
                assert all(source.available >= 0 for source in (*mine, *coming))
                assert reserved <= self.pieces[sku]


Ledger.TestCase.settings = hypothesis_settings(max_examples=20, stateful_step_count=15)
TestLedger = Ledger.TestCase
