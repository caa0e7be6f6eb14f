"""Reservations and accounts under many processes: what they did could have been done one after the other."""

from __future__ import annotations

from itertools import pairwise

from order_processing.inventory import StockCount
from tests.linear.checker import UNKNOWN, Operation, linearize
from tests.linear.objects import Account, Stock, account, stock
from tests.linear.record import Task, together
from tests.linear.work import LOCATION, account_work, place_confirmed, stock_work
from tests.load.rush import shop_on

PROCESSES, OPERATIONS, PIECES = 3, 30, 12


def tasks(stack, name, **more):
    return [Task(stack.emulator.home, n, name, OPERATIONS, PROCESSES, seed=7, **more) for n in range(PROCESSES)]


def of_stock(stack, name, **more):
    """What the processes did to a SKU of which there were 12 pieces."""
    shop_on(stack).inventory.count(StockCount(document=name, sku=name, location=LOCATION, on_hand=PIECES))
    history = together(tasks(stack, name, **more), stock_work)
    assert len(history) == PROCESSES * OPERATIONS
    return history


def of_an_account(stack, name, orders, *, recorded=False, **more):
    """The account's state, and what the processes did to it, in which so many orders stand or may come to stand."""
    shop = shop_on(stack)
    shop.inventory.count(StockCount(document=name, sku=name, location=LOCATION, on_hand=orders))
    placed = tuple(place_confirmed(shop, f"{name}-{n}", name, name) for n in range(orders))
    for order_id in placed if recorded else ():
        shop.record(order_id)
    first = Account(frozenset((order_id, 100, 100) for order_id in placed) if recorded else frozenset())
    return first, together(tasks(stack, name, shared=placed, **more), account_work)


def at_once(history: list[Operation]) -> int:
    """How many operations began before another process's had ended."""
    ordered = sorted(history, key=lambda each: each.began)
    return sum(after.began < before.ended for before, after in pairwise(ordered))


def test_reservations_are_linearizable_also_where_some_are_cut(stack):
    history = of_stock(stack, "LINEAR", cuts=0.1)
    assert at_once(history) > OPERATIONS
    assert {each.result for each in history if each.what == "reserve"} >= {True, False}
    assert any(each.result == UNKNOWN for each in history)
    found = linearize(history, Stock(PIECES), stock)
    assert found.linearizable, str(found)


def test_without_the_guard_of_a_reservation_they_are_not(stack):
    history = of_stock(stack, "LINEAR-BAD", without="available >= ")
    assert not linearize(history, Stock(PIECES), stock).linearizable


def test_an_account_is_linearizable_also_where_some_writes_are_cut(stack):
    first, history = of_an_account(stack, "LINEAR-ACCOUNT", 6, cuts=0.1)
    assert at_once(history) > OPERATIONS
    # Each is an object of its own: who records a new order counts it first, and then writes its entry.
    totals = [each for each in history if each.result in ("ok", UNKNOWN) or each.what == "read"]
    entries = [each for each in history if each.what != "read"]
    assert {each.result for each in entries} > {"ok", "MORE_THAN_OPEN"}
    for part in (totals, entries):
        found = linearize(part, first, account)
        assert found.linearizable, str(found)


def test_without_the_guard_of_a_payment_it_is_not(stack):
    orders = {"recorded": True, "cancels": False}
    first, history = of_an_account(stack, "LINEAR-PAID", 10, without="#open = :open", **orders)
    assert not linearize([each for each in history if each.what != "read"], first, account).linearizable
