"""Many orders of one customer at once: `python -m tests.bench.account [orders] [processes]`.

Starts a fresh local stack, runs the first four stages of each order in several processes that know nothing of each
other, and compares the account with the orders: its totals must equal their sum. The emulator takes writes one
after the other, so it has few conflicts of its own; how many DynamoDB would have on one hot item, and what retrying
makes of them, tells `tests/bench/contention.py` (its last line). Times are this machine's.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import compile_mail
import compile_pages

from local import LocalStack, seeding
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.ledger import Ledger
from order_processing.adapters.recording import AccountBusy
from order_processing.catalogue import catalogue_items
from order_processing.catalogue_files import read_catalogue
from order_processing.inventory import StockCount
from order_processing.order import Customer, Line
from tests.aws.shop import SEED, TABLES, Shop
from tests.orders import an_order

HOME = Path(__file__).parents[2] / ".local" / "account"
SKU = "MANY-AT-ONCE"
PRICE = 15260


class Batch(NamedTuple):
    """The orders that one process places, on the stack that runs under a folder."""

    home: Path
    email: str
    numbers: range


def orders_of_one_customer(home: Path, email: str, *, orders: int, processes: int) -> list[tuple[str, str]]:
    """(customer id, order id) of orders that were recorded at once, on the stack that runs under a folder."""
    shop = _shop_on(home)
    add_product(shop, SKU)
    count = StockCount(document=f"COUNT-{email}", sku=SKU, location="louisville", on_hand=orders, buckets=8)
    shop.inventory.count(count)
    batches = [Batch(home, email, range(first, orders, processes)) for first in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("forkserver")) as clients:
        return [recorded for batch in clients.map(record_batch, batches) for recorded in batch]


def record_batch(batch: Batch) -> list[tuple[str, str]]:
    """Places, verifies, promises, confirms and records each order as the state machine would."""
    shop = _shop_on(batch.home)
    return [_record(shop, batch.email, number) for number in batch.numbers]


def _shop_on(home: Path) -> Shop:
    running = LocalStack.running(home)
    if running is None:
        raise RuntimeError(f"no stack runs under {home}")
    return Shop(
        client=running.client,
        tables={use: running.outputs[f"{use.title()}Table"] for use in TABLES},
        bucket=running.outputs["DocumentsBucket"],
        configuration_set=running.outputs["MailConfiguration"],
    )


def add_product(shop: Shop, sku: str) -> None:
    """A product of the seed catalogue once more, under a SKU that nothing else orders."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in SEED.iterdir() if path.is_file()}
    products = read_catalogue(texts, today=date(2026, 11, 24)).products
    like = next(product for product in products if product.sku == "TEST-123")
    product = like.model_copy(update={"sku": sku, "aliases": (), "gtin": ""})
    shop.catalogue.put(catalogue_items([product], guest_id=shop.guest_id))


def _record(shop: Shop, email: str, number: int) -> tuple[str, str]:
    line = Line(line_id="1", sku=SKU, quantity=1, unit_price=PRICE)
    customer = Customer(email=email, name="Ada Bell")
    order_id = shop.place(an_order(f"{email}-{number}", lines=(line,), total=PRICE, customer=customer))
    for stage in shop.stages[:4]:
        _retried(stage, order_id)
    verified = shop.orders.load(order_id).verified
    if verified is None:
        raise RuntimeError(f"order {order_id} was not verified")
    return verified.customer_id, order_id


def _retried(stage: Callable[[str], object], order_id: str) -> None:
    """Run a stage, and again, as the state machine's Retry does, where its customer's other orders came first."""
    for pause in (1, 2, 4, 8, 16):
        try:
            stage(order_id)
            return
        except AccountBusy:
            time.sleep(random.uniform(0, pause))  # noqa: S311 - jitter
    stage(order_id)


def main() -> int:
    """See the module's text."""
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    compile_mail.compile_if_stale()
    compile_pages.compile_if_stale()
    stack = LocalStack.start(HOME).deploy()
    try:
        seeding.load(stack)
        began = time.monotonic()
        recorded = orders_of_one_customer(HOME, "many@example.com", orders=orders, processes=processes)
        took = time.monotonic() - began
        dynamodb, customer_id = stack.client("dynamodb"), recorded[0][0]
        counted, amount = DynamoAccounts(dynamodb, stack.outputs["AccountsTable"]).totals(customer_id, "USD")
        ledger = Ledger(dynamodb, stack.outputs["OrdersTable"], stack.outputs["AccountsTable"])
        told = [difference.message for _, differences in ledger.compare() for difference in differences]
    finally:
        stack.stop()
    print(f"{orders} orders of one customer by {processes} processes in {took:.0f} s")
    print(f"totals: {counted} orders, {amount / 100:.2f} USD; expected {orders}, {orders * PRICE / 100:.2f} USD")
    print(f"differences between accounts and orders: {len(told)}", *told, sep="\n")
    return 0 if (counted, amount, told) == (orders, orders * PRICE, []) else 1


if __name__ == "__main__":
    sys.exit(main())
