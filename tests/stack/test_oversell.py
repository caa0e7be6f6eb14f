"""Many orders at once for the last pieces of one product: all pieces go, and none goes twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from local import LocalStack
from order_processing.catalogue import catalogue_items
from order_processing.catalogue_files import read_catalogue
from order_processing.errors import OfferNeeded
from order_processing.inventory import OutOfStock, StockCount
from order_processing.order import Line
from order_processing.stored_order import Status
from tests.aws.shop import SEED, TABLES, Shop
from tests.orders import an_order

SKU = "LAST-PIECES"
PRICE = 15260
ORDERS, PIECES, BUCKETS, PROCESSES = 300, 120, 8, 8
_RETRIES = 6


@dataclass(frozen=True)
class Batch:
    """The orders that one process places, on the stack that runs under a folder."""

    home: Path
    numbers: range


def test_of_more_orders_than_pieces_as_many_are_reserved_as_there_are_pieces(stack):
    shop = shop_on(stack)
    add_product(shop, SKU)
    shop.inventory.count(StockCount(document="RUSH-1", sku=SKU, location="louisville", on_hand=PIECES, buckets=BUCKETS))
    batches = [Batch(stack.emulator.home, range(first, ORDERS, PROCESSES)) for first in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("forkserver")) as clients:
        order_ids = [order_id for placed in clients.map(place_batch, batches) for order_id in placed]

    orders = [shop.orders.load(order_id) for order_id in order_ids]
    counted = Counter(order.status for order in orders)
    assert counted == {Status.RESERVED: PIECES, Status.OFFER_PENDING: ORDERS - PIECES}
    assert {order.reason.code for order in orders if order.status is Status.OFFER_PENDING} == {"SHORTAGE"}
    promised = Counter(a.bucket for order in orders if order.promise for a in order.promise.allocations)
    stock, _ = shop.inventory.read([SKU])
    assert {held.bucket: held.reserved for held in stock} == promised
    assert sum(promised.values()) == PIECES
    assert {held.available for held in stock} == {0}


def place_batch(batch: Batch) -> list[str]:
    """Places, verifies and checks each order as the state machine would; the orders' ids."""
    running = LocalStack.running(batch.home)
    assert running
    shop = shop_on(running)
    return [_place(shop, number) for number in batch.numbers]


def _place(shop: Shop, number: int) -> str:
    line = Line(line_id="1", sku=SKU, title=SKU, quantity=1, unit_price=PRICE)
    order_id = shop.place(an_order(f"rush-{number}", lines=(line,), total=PRICE))
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
    """A product of the seed catalogue once more, under a SKU that no other test orders."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in SEED.iterdir() if path.is_file()}
    products = read_catalogue(texts, today=date(2026, 11, 24)).products
    like = next(product for product in products if product.sku == "TEST-123")
    product = like.model_copy(update={"sku": sku, "aliases": (), "gtin": ""})
    shop.catalogue.put(catalogue_items([product], guest_id=shop.guest_id))
