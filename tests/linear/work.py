"""What a process does to a SKU, or to an account, beside others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from order_processing.account import Payment
from order_processing.cancellation import BY_CUSTOMER, cancel
from order_processing.discrepancy import Discrepancy
from order_processing.errors import OrderChanged, OrderEnded
from order_processing.http import Problem
from order_processing.inventory import OutOfStock, StockCount
from order_processing.order import Line
from order_processing.order_parts import Confirmation
from order_processing.payments import take_payment
from order_processing.status import Status
from tests.aws.shop import NOW, Shop
from tests.linear.checker import Operation
from tests.linear.record import Recorder, Task, all_ready, shop_of
from tests.orders import an_order, promised, verified

LOCATION = "louisville"
CURRENCY = "USD"
_NOTHING: tuple[Discrepancy, ...] = ()


class _NoExecutions:
    """Nobody runs these orders, and nobody is told of them: what is tried is what becomes of stock and account."""

    def start(self, order_id: str, run: int = 1) -> None: ...

    def answer(self, token: str, decision: str) -> None: ...

    def runs(self, order_id: str, run: int = 1) -> bool:
        return False

    def finish(self, order_id: str, ending: str, run: int = 1) -> None: ...


def place_verified(shop: Shop, number: str, sku: str, pieces: int, amount: int, account: str) -> str:
    """An order that is verified, as the first stage leaves it; its id."""
    line = Line(line_id="1", sku=sku, title=sku, quantity=pieces, unit_price=amount)
    order = an_order(number, lines=(line,), total=amount * pieces, paid=False)
    order_id = shop.place(order)
    known = verified(order).model_copy(update={"customer_id": account})
    shop.orders.save_verification(shop.orders.load(order_id), _NOTHING, known, to=Status.VERIFIED, at=NOW)
    return order_id


def stock_work(task: Task) -> list[Operation]:
    """Reserve, release, count and read pieces of the SKU."""
    shop, client, chance = shop_of(task)
    pieces = {}
    for n in range(task.operations // 2):
        number, many = f"{task.name}-{task.process}-{n}", n % 3 + 1
        pieces[place_verified(shop, number, task.name, many, 100, f"account-{task.name}")] = many
    todo, held = list(pieces), list[str]()
    recorder = Recorder(task.process)
    all_ready(task)
    client.cutting = True
    for number in range(task.operations):
        what = chance.choices(("reserve", "release", "count", "read"), (6, 3, 1, 3))[0]
        if what == "reserve" and todo:
            order_id = todo.pop()
            if recorder.note(what, (order_id, pieces[order_id]), partial(_reserved, shop, order_id)) is True:
                held.append(order_id)
        elif what == "release" and held:
            order_id = held.pop(chance.randrange(len(held)))
            recorder.note(what, (order_id, pieces[order_id]), partial(_released, shop, order_id))
        elif what == "count":
            on_hand = chance.randint(8, 16)
            recorder.note(what, (on_hand,), partial(_counted, shop, task, number, on_hand))
        else:
            recorder.note("read", (), partial(_read, shop, task.name))
    return recorder.history


def _reserved(shop: Shop, order_id: str) -> bool:
    stored = shop.orders.load(order_id)
    try:
        shop.orders.reserve(stored, promised(stored.placed), at=NOW)
    except OutOfStock:
        return False
    return True


def _released(shop: Shop, order_id: str) -> bool:
    cancel(order_id, orders=shop.orders, executions=_NoExecutions(), reason=BY_CUSTOMER, now=NOW)
    return True


def _counted(shop: Shop, task: Task, number: int, on_hand: int) -> bool:
    document = f"{task.name}-{task.process}-{number}"
    shop.inventory.count(StockCount(document=document, sku=task.name, location=LOCATION, on_hand=on_hand))
    return True


def _read(shop: Shop, sku: str) -> tuple[int, int]:
    (stock,), _ = shop.inventory.read([sku])
    return stock.reserved, stock.available


def place_confirmed(shop: Shop, number: str, account: str, sku: str) -> str:
    """An order that its customer was told of a while ago, as the third stage leaves it; its id."""
    order_id = place_verified(shop, number, sku, 1, 100, account)
    stored = shop.orders.reserve(shop.orders.load(order_id), promised(shop.orders.load(order_id).placed), at=NOW)
    before = NOW - timedelta(hours=1)
    shop.orders.note_confirmation(stored, Confirmation(attempt_at=before, sent_at=before), at=before)
    return order_id


def account_work(task: Task) -> list[Operation]:
    """Record, pay and cancel orders that other processes record, pay and cancel too, and read what they come to."""
    shop, client, chance = shop_of(task)
    recorder = Recorder(task.process)
    client.cutting = True
    each = task.operations // len(task.shared)
    for number in range(each * len(task.shared)):
        if number % each == 0:
            all_ready(task, number)
        order_id = task.shared[number // each]  # all at the same one at once
        what = chance.choices(("record", "pay", "cancel", "read"), (3 * task.cancels, 6, int(task.cancels), 3))[0]
        if what == "record":
            recorder.note(what, (order_id, 100), partial(_recorded, shop, order_id))
        elif what == "cancel":
            recorder.note(what, (order_id,), partial(_cancelled, shop, order_id))
        elif what == "pay":
            amount = chance.choice((60, 90))
            document = f"{task.name}-{task.process}-{number}"
            recorder.note(what, (order_id, amount), partial(_paid, shop, order_id, amount, document))
        else:
            recorder.note("read", (), partial(_totals, shop, task.name))
    return recorder.history


def _recorded(shop: Shop, order_id: str) -> str:
    try:
        _insist(lambda: shop.record(order_id))
    except OrderEnded:
        return "ended"
    return "ok"


def _cancelled(shop: Shop, order_id: str) -> str:
    _insist(lambda: cancel(order_id, orders=shop.orders, executions=_NoExecutions(), reason=BY_CUSTOMER, now=NOW))
    return "ok"


def _paid(shop: Shop, order_id: str, amount: int, document: str) -> str:
    payment = Payment(document=document, order_id=order_id, amount=amount, currency=CURRENCY, received_at=NOW)
    try:
        take_payment(payment, orders=shop.orders, accounts=shop.accounts)
    except Problem as problem:
        return problem.code
    return "ok"


def _totals(shop: Shop, account: str) -> tuple[int, int, int]:
    totals = shop.accounts.standing(account, CURRENCY)
    return totals.orders, totals.amount, totals.open


def _insist(do: Callable[[], object]) -> None:
    """As the state machine does: what met another's change is done again."""
    for _ in range(20):
        try:
            do()
        except OrderChanged:
            continue
        return
    raise RuntimeError("changed by others 20 times")
