"""Orders of one customer come into the account while one is recorded by two copies, cancelled, paid for, or the account
repaired: in every order of the calls, each cut wherever it may be, the account says what the orders say.

    python -m tests.faults.recording [processes]    every scenario of at most so many processes, 3 unless it is said
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

from order_processing.account import AccountEntry, Payment, Totals
from order_processing.adapters import transactions
from order_processing.adapters.accounts import DynamoAccounts, read_totals, totals_key
from order_processing.adapters.ledger import Ledger
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.recording import read_last_entry
from order_processing.cancellation import BY_CUSTOMER, cancel
from order_processing.errors import OrderChanged, OrderEnded
from order_processing.http import Problem
from order_processing.order_parts import Confirmation
from order_processing.payments import take_payment
from order_processing.stages.update_account import update_account
from order_processing.status import Status
from tests.aws.test_orders import put_stock
from tests.faults.interleaving import Client, Interleavings, direct, empty
from tests.faults.items import Tables
from tests.orders import NOW, an_order, promised, verified

CUSTOMER = "guest-1"
LATER = NOW + timedelta(minutes=5)
Does = Callable[[list[str], Client], object]
"""What a process does with the orders of these ids."""


def orders_on(client: Any) -> DynamoOrders:
    return DynamoOrders(client, "orders", inventory_table="inventory", accounts_table="accounts")


def confirmed(tables: Tables, key: str) -> str:
    """An order that its customer was told of, 36.00 USD, on account."""
    client = direct(tables)
    orders, order = orders_on(client), an_order(key, paid=False)
    order_id = orders.place(order, b"{}", "f", NOW).order_id
    seen = orders.save_verification(orders.load(order_id), (), verified(order), to=Status.VERIFIED, at=NOW)
    seen = orders.reserve(seen, promised(order), at=NOW)
    orders.note_confirmation(seen, Confirmation(attempt_at=NOW, sent_at=NOW, message_id="m"), at=NOW)
    return order_id


def start() -> tuple[Tables, list[str]]:
    """Tables with two such orders, and their ids."""
    tables = empty()
    put_stock(direct(tables), 10)
    return tables, [confirmed(tables, key) for key in ("1", "2")]


def record(order_id: str, minutes: int, client: Any) -> None:
    """The stage, tried again as the state machine does."""
    for _ in range(8):
        try:
            update_account(order_id, orders=orders_on(client), now=NOW + timedelta(minutes=minutes))
        except OrderChanged:
            continue
        except OrderEnded:
            pass
        return


def cancel_it(order_id: str, client: Any) -> None:
    executions: Any = SimpleNamespace(runs=lambda *_: True, finish=lambda *_: None)
    with suppress(OrderChanged):  # its customer is told to try again
        cancel(order_id, orders=orders_on(client), executions=executions, reason=BY_CUSTOMER, now=LATER)


def pay(order_id: str, client: Any) -> None:
    payment = Payment(document="P-1", order_id=order_id, amount=600, currency="USD", received_at=NOW)
    try:
        take_payment(payment, orders=orders_on(client), accounts=DynamoAccounts(client, "accounts"))
    except Problem as problem:
        assert problem.code in ("NOT_RECORDED", "ORDER_CANCELLED", "ACCOUNT_BUSY")


def repair(ids: list[str], client: Any) -> bool:
    ledger = Ledger(client, "orders", "accounts")
    ledger._recorded = {CUSTOMER: set(ids)}
    ledger._payments = {order_id: {} for order_id in ids}
    return ledger.repair(CUSTOMER)


def account(tables: Tables) -> tuple[Totals, AccountEntry | None, dict[str, AccountEntry]]:
    """(totals, the order that was counted last, entries by order id)."""
    client: Any = direct(tables)
    item = client.get_item(TableName="accounts", Key=totals_key(CUSTOMER, "USD")).get("Item", {})
    entries = {entry.order_id: entry for entry in DynamoAccounts(client, "accounts").entries(CUSTOMER)}
    return read_totals(item), read_last_entry(item), entries


def wrong_now(tables: Tables) -> list[str]:
    """At every moment the totals are the sum of the entries, with the one that is not put yet."""
    totals, last, entries = account(tables)
    if last:
        entries = {last.order_id: last} | entries
    counted = [entry for entry in entries.values() if not entry.reversed_at]
    right = Totals(orders=len(counted), amount=sum(e.amount for e in counted), open=sum(e.open for e in counted))
    return [] if totals == right else [f"totals {totals}, counted {right}"]


def wrong_at_the_end(tables: Tables, ids: list[str], *, mend: bool) -> list[str]:
    """Whatever was cut is run again: each order is recorded with one entry, or cancelled, and counts once or not."""
    for order_id in ids:
        record(order_id, 60, direct(tables))
    if mend and not repair(ids, direct(tables)):
        return ["not repaired"]
    totals, _, entries = account(tables)
    wrong, right = [], Totals()
    for order_id in ids:
        stored, entry = orders_on(direct(tables)).load(order_id), entries.pop(order_id)
        if stored.status is Status.RECORDED:
            right = Totals(orders=right.orders + 1, amount=right.amount + 3600, open=right.open + entry.open)
            at = stored.times["RECORDED"]
        else:
            at = entry.recorded_at
        told = (stored.ended, stored.status, at) == (bool(entry.reversed_at), stored.status, entry.recorded_at)
        if not told or stored.status not in (Status.RECORDED, Status.CANCELLED):
            wrong.append(f"{stored.status} with {entry}")
    return wrong + [f"{entries} of nobody"] * bool(entries) + [f"totals {totals}, {right}"] * (totals != right)


def explore(name: str) -> int:
    """How many states a scenario has; AssertionError with how it came about for one that is wrong."""
    scenario = SCENARIOS[name]
    tables, ids = start()
    if scenario.planted:
        scenario.planted(direct(tables))
    processes = {who: partial(does, ids) for who, does in scenario.processes.items()}
    every = Interleavings(tables, processes, late=scenario.late)

    seen: dict[int, list[str]] = {}
    count = 0
    for state in every.states():
        count += 1
        if state.tables not in seen:
            now = [] if scenario.planted else wrong_now(every.tables(state))
            seen[state.tables] = now + wrong_at_the_end(every.tables(state), ids, mend=bool(scenario.planted))
        if found := seen[state.tables]:
            raise AssertionError("\n".join([*found, *every.story(state)]))
    return count


def _one_too_many(client: Client) -> None:
    client.update_item(
        TableName="accounts",
        Key=totals_key(CUSTOMER, "USD"),
        UpdateExpression="ADD orders :one, amount :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


def _record(which: int, minutes: int) -> Does:
    return lambda ids, client: record(ids[which], minutes, client)


class Scenario(NamedTuple):
    """Who does what at once. late: how many writes come once more; planted: what is wrong before, to be repaired."""

    processes: dict[str, Does]
    late: int = 0
    planted: Callable[[Client], None] | None = None


A, COPY, B = {"a": _record(0, 1)}, {"copy": _record(0, 2)}, {"b": _record(1, 3)}
CANCEL: dict[str, Does] = {"cancel": lambda ids, client: cancel_it(ids[0], client)}
PAY: dict[str, Does] = {"pay": lambda ids, client: pay(ids[0], client)}
REPAIR: dict[str, Does] = {"repair": lambda ids, client: repair(ids, client)}
SCENARIOS = {
    "two copies and another order": Scenario(A | COPY | B),
    "cancelled, and another order": Scenario(A | CANCEL | B),
    "two copies, cancelled": Scenario(A | COPY | CANCEL),
    "three copies": Scenario(A | COPY | {"third": _record(0, 4)}),
    "paid for, and another order": Scenario(A | PAY | B),
    "paid for and cancelled": Scenario(A | PAY | CANCEL),
    "a write comes once more": Scenario(A | B, late=2),
    "cancelled, a write comes once more": Scenario(A | CANCEL, late=1),
    "repaired, and another order": Scenario(A | REPAIR | B, planted=_one_too_many),
    "repaired and cancelled": Scenario(A | REPAIR | CANCEL, planted=_one_too_many),
    "two copies, cancelled, and another order": Scenario(A | COPY | CANCEL | B),
}


def main() -> int:
    """See the module's text."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with without_pauses():
        for name, scenario in SCENARIOS.items():
            if len(scenario.processes) <= most:
                began = time.monotonic()
                print(f"{name:45}{explore(name):10} states {time.monotonic() - began:6.0f} s", flush=True)
    return 0


@contextmanager
def without_pauses() -> Iterator[None]:
    """Whoever meets another comes again at once: when it comes is what is tried."""
    clock = transactions.clock
    transactions.clock = SimpleNamespace(sleep=lambda seconds: None)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        transactions.clock = clock  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
