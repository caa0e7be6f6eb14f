"""What came of orders that were accepted, counted in everything that keeps something of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from local import LocalStack
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.findings import DynamoFindings
from order_processing.adapters.order_lists import OrderLists
from order_processing.adapters.orders import DynamoOrders
from order_processing.stages.start_orders import GRACE, start_orders
from order_processing.status import PENDING, Status
from order_processing.stored_order import StoredOrder
from tests.load.senders import Answered
from tests.proxy.ends import stock_of
from tests.stack.test_events_out import HAPPY, Listener


@dataclass
class Counted:
    """Numbers of orders. ready_after: seconds from when each was received to when it was ready. started_late: by the
    schedule; redriven: executions that had failed; again: mails beyond one an order. wrong: what does not add up."""

    accepted: int = 0
    stored: int = 0
    executions: int = 0
    ready: int = 0
    asked: int = 0
    mails: int = 0
    again: int = 0
    entries: int = 0
    held: int = 0
    events: int = 0
    started_late: int = 0
    redriven: int = 0
    ready_after: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        names = [name for name in vars(self) if name not in ("ready_after", "wrong")]
        return ", ".join(f"{name.replace('_', ' ')} {vars(self)[name]}" for name in names)


def count_all(
    stack: LocalStack, answered: Sequence[Answered], sku: str, listener: Listener, *, pieces: int, seconds: float
) -> Counted:
    """Wait until the accepted orders are settled, and count; wrong says where they are not within so many seconds."""
    found = Counted()
    wanted = {each.order_id: each for each in answered if each.accepted}
    found.accepted = len(wanted)
    orders = _settled(stack, list(wanted), found, seconds)
    ready = {order_id for order_id, stored in orders.items() if stored.status is Status.READY_TO_SHIP}
    asked = {order_id for order_id, stored in orders.items() if stored.status in PENDING and stored.question}
    found.ready, found.asked = len(ready), len(asked)
    found.ready_after = {
        order_id: (orders[order_id].times[Status.READY_TO_SHIP.value] - orders[order_id].received_at).total_seconds()
        for order_id in ready
    }
    numbers = {each.number for each in answered}
    found.stored = sum(1 for number in _placed(stack) if number in numbers)
    found.executions = len([name for name in _executions(stack) if name.partition("-")[0] in wanted])
    by_address = Counter(to for mail in stack.mails() for to in mail.to)
    told = {order_id: by_address[orders[order_id].placed.customer.email] for order_id in ready}
    found.mails, found.again = sum(1 for count in told.values() if count), sum(max(0, n - 1) for n in told.values())
    accounts = DynamoAccounts(stack.client("dynamodb"), stack.outputs["AccountsTable"])
    found.entries = sum(
        stored.verified is not None and accounts.totals(stored.verified.customer_id, "USD") == (1, 15260)
        for order_id, stored in orders.items()
        if order_id in ready
    )
    reserved, available = stock_of(stack, sku)
    found.held = reserved
    found.events = sum(_heard(listener, order_id) for order_id in ready)
    if refused := [each for each in answered if not each.accepted]:
        found.wrong.append(f"{len(refused)} were never accepted, such as {refused[0]}")
    expected = {"stored": len(wanted), "executions": len(wanted), "ready": found.accepted - found.asked}
    expected |= dict.fromkeys(("mails", "entries", "held", "events"), found.ready) | {"again": 0}
    expected["asked"] = sum(each.asks for each in wanted.values())
    for name, count in expected.items():
        if vars(found)[name] != count:
            found.wrong.append(f"{name}: {vars(found)[name]}, expected {count}")
    if reserved + available != pieces:
        found.wrong.append(f"{reserved} reserved and {available} available are not {pieces} pieces")
    return found


def _settled(stack: LocalStack, order_ids: list[str], found: Counted, seconds: float) -> dict[str, StoredOrder]:
    """Every order, once it is ready or its execution waits for somebody. What the sweeps do after some minutes is done
    here at once: what was not started is started, what has failed is redriven."""
    orders = DynamoOrders(stack.client("dynamodb"), stack.outputs["OrdersTable"])
    settled: dict[str, StoredOrder] = {}
    seen: dict[str, StoredOrder] = {}
    until, idle = time.monotonic() + seconds, time.monotonic()
    while len(settled) < len(order_ids) and time.monotonic() < until:
        before = len(settled)
        for order_id in [each for each in order_ids if each not in settled]:
            stored = seen[order_id] = orders.load(order_id)
            if stored.status is Status.READY_TO_SHIP or (stored.status in PENDING and stored.question):
                settled[order_id] = stored
        if len(settled) > before:
            idle = time.monotonic()
        elif time.monotonic() - idle > 10:
            _sweep(stack, orders, found)
            idle = time.monotonic()
        time.sleep(0.5)
    if left := sorted(set(order_ids) - settled.keys()):
        found.wrong.append(f"{len(left)} orders are under way after {seconds:.0f} s, such as {left[:3]}")
    _events_are_out(seconds=3)
    return seen | settled


def _sweep(stack: LocalStack, orders: DynamoOrders, found: Counted) -> None:
    dynamodb, states = stack.client("dynamodb"), stack.client("stepfunctions")
    found.started_late += len(
        start_orders(
            orders=orders,
            lists=OrderLists(dynamodb, stack.outputs["OrdersTable"]),
            executions=StepFunctionsExecutions(states, stack.outputs["StateMachineArn"], alias="live"),
            progress=DynamoFindings(dynamodb, stack.outputs["FindingsTable"]),
            now=datetime.now(UTC) + GRACE + timedelta(seconds=1),
        )
    )
    pages = states.get_paginator("list_executions")
    for page in pages.paginate(stateMachineArn=stack.outputs["StateMachineArn"], statusFilter="FAILED"):
        for execution in page["executions"]:
            states.redrive_execution(executionArn=execution["executionArn"])
            found.redriven += 1


def _events_are_out(seconds: float) -> None:
    time.sleep(seconds)


def _heard(listener: Listener, order_id: str) -> bool:
    """Whether the order's whole life was told, each event of it once by its id."""
    ids = {event["detail"]["id"]: event["detail-type"] for event in listener.of(order_id)}
    return sorted(ids.values()) == sorted(HAPPY)


def _executions(stack: LocalStack) -> Iterator[str]:
    pages = stack.client("stepfunctions").get_paginator("list_executions")
    for page in pages.paginate(stateMachineArn=stack.outputs["StateMachineArn"]):
        yield from (execution["name"] for execution in page["executions"])


def _placed(stack: LocalStack) -> Iterator[str]:
    """The senders' numbers of all orders that are stored."""
    pages = stack.client("dynamodb").get_paginator("scan")
    for page in pages.paginate(TableName=stack.outputs["OrdersTable"], ProjectionExpression="part, origin"):
        for item in page["Items"]:
            if item["part"]["S"] == "placed":
                yield item["origin"]["S"].split("\n")[2]
