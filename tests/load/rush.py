"""Many orders at once for the last pieces of a few products: `make rush`.

16 processes place 5,000 orders for 3 SKUs of which there are 4,000 pieces, on the tables of a fresh local stack. Each
order is placed, verified and checked by the stages themselves, as the state machine would run them, and a stage
that fails is tried again as often. Ends with status 1 unless every piece is reserved once, none is reserved twice,
and every other order was offered something. The time it takes is this machine's, not AWS's.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

from local import LocalStack, seeding
from order_processing.catalogue import catalogue_items
from order_processing.catalogue_files import read_catalogue
from order_processing.errors import OfferNeeded
from order_processing.inventory import OutOfStock, PlannedSupply, StockCount
from order_processing.order import Line
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from tests.aws.shop import NOW, SEED, TABLES, Shop
from tests.orders import an_order

PRICE = 15260
HOME = Path(__file__).parents[2] / ".local" / "rush"
_RETRIES = 6  # as the state machine's
_LOCATION = "louisville"


@dataclass(frozen=True)
class Rush:
    """How many orders of one piece each, from how many processes, for how many pieces of each SKU.

    later: pieces that come of each SKU, too late to be promised without asking.
    """

    orders: int
    processes: int
    pieces: dict[str, int]
    buckets: int
    later: int = 0

    @property
    def skus(self) -> tuple[str, ...]:
        return tuple(self.pieces)


@dataclass(frozen=True)
class Batch:
    """The orders that one process places, on the stack that runs under a folder."""

    home: Path
    skus: tuple[str, ...]
    numbers: range


def run(stack: LocalStack, rush: Rush) -> list[StoredOrder]:
    """Stock up, place the orders, and read them back."""
    shop = shop_on(stack)
    for sku, pieces in rush.pieces.items():
        add_product(shop, sku)
        count = StockCount(document="RUSH", sku=sku, location=_LOCATION, on_hand=pieces, buckets=rush.buckets)
        shop.inventory.count(count)
        if rush.later:
            due_on = NOW.date() + timedelta(days=60)
            shop.inventory.plan_supply(
                PlannedSupply(document="RUSH", sku=sku, location=_LOCATION, due_on=due_on, quantity=rush.later)
            )
    batches = [
        Batch(stack.emulator.home, rush.skus, range(first, rush.orders, rush.processes))
        for first in range(rush.processes)
    ]
    with ProcessPoolExecutor(rush.processes, mp_context=get_context("forkserver")) as clients:
        order_ids = [order_id for placed in clients.map(place_batch, batches) for order_id in placed]
    return [shop.orders.load(order_id) for order_id in order_ids]


def check(stack: LocalStack, rush: Rush, orders: list[StoredOrder]) -> None:
    """Raise AssertionError unless every piece went to one order, and every other order was offered something."""
    pieces = sum(rush.pieces.values())
    counted = Counter(order.status for order in orders)
    expect(counted == {Status.RESERVED: pieces, Status.OFFER_PENDING: rush.orders - pieces}, f"statuses: {counted}")
    expect(len({order.order_id for order in orders}) == rush.orders, "each order once")
    promised = Counter((a.sku, a.bucket) for order in orders if order.promise for a in order.promise.allocations)
    stock, supply = shop_on(stack).inventory.read(rush.skus)
    expect({(held.sku, held.bucket): held.reserved for held in stock} == promised, "reserved is what is promised")
    expect(sum(promised.values()) == pieces, f"{sum(promised.values())} promised, expected {pieces}")
    expect({held.available for held in stock} == {0}, "nothing is left")
    for order in orders:
        if order.status is Status.OFFER_PENDING:
            offered = {choice.key for choice in order.offer.alternatives} if order.offer else set()
            expect("cancel" in offered, f"{order.order_id} is offered {offered}")
    expect(all(coming.available >= 0 for coming in supply), "no supply is oversold")


def expect(holds: bool, what: str) -> None:
    """An assertion that optimised Python keeps too."""
    if not holds:
        raise AssertionError(what)


def place_batch(batch: Batch) -> list[str]:
    """Places, verifies and checks each order; the orders' ids."""
    running = LocalStack.running(batch.home)
    if running is None:
        raise RuntimeError(f"no stack runs under {batch.home}")
    shop = shop_on(running)
    return [_place(shop, batch.skus[number % len(batch.skus)], number) for number in batch.numbers]


def _place(shop: Shop, sku: str, number: int) -> str:
    line = Line(line_id="1", sku=sku, title=sku, quantity=1, unit_price=PRICE)
    order_id = shop.place(an_order(f"rush-{sku}-{number}", lines=(line,), total=PRICE))
    shop.verify(order_id)
    for attempt in range(_RETRIES):
        try:
            shop.check(order_id)
        except OfferNeeded:
            pass
        except OutOfStock:
            if attempt == _RETRIES - 1:
                raise
            continue
        break
    return order_id


def shop_on(stack: LocalStack) -> Shop:
    """The stages in this process, on the tables of the stack."""
    tables = {use: stack.outputs[f"{use.title()}Table"] for use in TABLES}
    return Shop(client=stack.client, tables=tables, bucket=stack.outputs["DocumentsBucket"])


def add_product(shop: Shop, sku: str) -> None:
    """A product of the seed catalogue once more, under a SKU of its own."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in SEED.iterdir() if path.is_file()}
    products = read_catalogue(texts, today=date(2026, 11, 24)).products
    like = next(product for product in products if product.sku == "TEST-123")
    product = like.model_copy(update={"sku": sku, "aliases": (), "gtin": ""})
    shop.catalogue.put(catalogue_items([product], guest_id=shop.guest_id))


def main() -> None:
    """See the module's text."""
    rush = Rush(
        orders=5000, processes=16, pieces={"RUSH-1": 1334, "RUSH-2": 1333, "RUSH-3": 1333}, buckets=8, later=100
    )
    stack = LocalStack.start(HOME).deploy()
    try:
        seeding.load(stack)
        print(f"{rush.orders} orders from {rush.processes} processes for {rush.pieces}, {rush.buckets} buckets each")
        began = time.monotonic()
        orders = run(stack, rush)
        took = time.monotonic() - began
        for (status, sku), count in sorted(Counter((o.status.value, o.placed.lines[0].sku) for o in orders).items()):
            print(f"{status:14} {sku}: {count}")
        print(f"{took:.0f} s, {rush.orders / took:.0f} orders a second on this machine")
        check(stack, rush, orders)
        print("every piece is reserved once, none twice, and every other order was offered something")
    except AssertionError as error:
        sys.exit(f"NOT SO: {error}")
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
