"""The console's pages of stock and of a day's shipments, on the real adapters: who holds what, a parcel's way out."""

from __future__ import annotations

import re

import boto3
import pytest

from order_processing.adapters.bins import DynamoBins
from order_processing.adapters.dispatch import DynamoDispatch
from order_processing.adapters.order_queries import DynamoOrderQueries
from order_processing.adapters.receipts import Receipts
from order_processing.cancellation import BY_STAFF, cancel
from order_processing.console import shipments, stock
from order_processing.console.batches import PATH as BATCHES
from order_processing.console.batches import BatchPages
from order_processing.console.shipments import ShipmentPages
from order_processing.console.staff import Group
from order_processing.console.stock import StockPage
from order_processing.documents.joined import joined
from order_processing.order_number import display
from order_processing.order_parts import Reason
from order_processing.settings import current
from order_processing.status import Status
from order_processing.warehouse.batches import print_batch
from tests.aws.test_mail_reports import mails, simple_order
from tests.aws.test_offers import offered, shop
from tests.console_desk import Desk

__all__ = ["shop"]
SKU = simple_order().lines[0].sku


class Printer:
    """The port Printer, which remembers what it was to print."""

    def __init__(self) -> None:
        self.started: list[str] = []

    def start(self, batch_id: str) -> None:
        self.started.append(batch_id)


def desk(shop, *groups: Group) -> Desk:
    dynamodb = boto3.client("dynamodb")
    pages = ShipmentPages(
        dispatch=DynamoDispatch(dynamodb, "orders"),
        orders=shop.orders,
        link=shop.documents.link,
        post=shop.post,
        status_url=shop.status_url,
        settings=current(),
    )
    queries = DynamoOrderQueries(dynamodb, "orders", "accounts")
    of_stock = StockPage(shop.inventory, Receipts(dynamodb, "inventory"), queries, shop.orders, current())
    printer = Printer()
    of_batches = BatchPages(
        DynamoDispatch(dynamodb, "orders"), DynamoBins(dynamodb, "inventory"), printer, shop.documents.link, current()
    )
    at = Desk((*pages.routes(), *of_stock.routes(), *of_batches.routes()), *(groups or (Group.WAREHOUSE,)))
    at.now = shop.now
    at.sign_in()
    at.printer = printer
    return at


@pytest.fixture
def ready(shop):
    stored = shop.run(shop.place(simple_order("ready")))
    assert stored.status is Status.READY_TO_SHIP
    return stored


def place_of(stored) -> str:
    (shipment,) = stored.delivery.shipments
    return f"{shipments.PATH}?location={shipment.location}&day={shipment.ship_date}"


def test_a_parcel_is_printed_packed_and_handed_over_once(shop, ready):
    at, where = desk(shop), place_of(ready)
    (shipment,) = ready.delivery.shipments
    sscc, order_id = shipment.parcels[0].sscc, ready.order_id
    form = {"sscc": sscc, "order_id": order_id, "location": shipment.location, "day": str(shipment.ship_date)}
    page = at.send("GET", where).body
    assert sscc in page
    assert "to print" in page
    assert at.post(shipments.PATH, do="packed", **form).status == 409, "nothing is packed that was not printed"
    unprinted = at.send("GET", f"{shipments.PATH}/{order_id}/papers").body
    assert "label-1.pdf?" not in unprinted, "an open label is as good as a printed one"
    assert "packing-slip.pdf?" in unprinted
    printed = at.post(shipments.PATH, do="print", **form)
    assert printed.headers["Location"] == f"{shipments.PATH}/{order_id}/papers"
    assert "label-1.pdf?" in at.send("GET", printed.headers["Location"]).body
    for do, state in (("packed", "packed"), ("handed_over", "handed over"), ("handed_over", "handed over")):
        moved = at.post(shipments.PATH, do=do, **form)
        assert moved.headers["Location"] == where
        assert re.search(rf'data-label="Stands">{state}<', at.send("GET", where).body)
    stored = shop.orders.load(order_id)
    assert stored.handling.handed_over_at == shop.now
    assert [stock.reserved for stock in shop.inventory.read([SKU])[0]] == [0] * len(shop.inventory.read([SKU])[0])
    assert len(mails()) == (2 if current().notices.shipped else 1)


def test_what_cannot_be_done_says_why(shop, ready):
    at = desk(shop)
    for form, status in (
        ({"do": "packed", "sscc": "1"}, 409),
        ({"do": "print", "order_id": "nothing"}, 404),
        ({"do": "print", "order_id": "7K3M9QXB4"}, 404),
        ({"do": "burn"}, 400),
    ):
        assert at.post(shipments.PATH, **form).status == status
    for query in ("location=nowhere", "day=today"):
        assert at.send("GET", f"{shipments.PATH}?{query}").status == 400
    assert desk(shop, Group.APPROVERS).send("GET", shipments.PATH).status == 403
    assert shop.orders.load(ready.order_id).handling == ready.handling


def numbers(page: str, label: str) -> list[str]:
    return re.findall(rf'data-label="{label}">(\d+)', page)


def test_stock_says_who_holds_it_and_all_that_is_held_is_accounted_for(shop, ready):
    held = sum(each.quantity for each in ready.promise.allocations if each.sku == SKU)
    page = desk(shop).send("GET", f"{stock.PATH}?sku={SKU}").body
    assert display(ready.order_id) in page
    assert numbers(page, "Pieces") == [str(held)]
    assert sum(map(int, numbers(page, "Held"))) == held
    assert "by the orders below" not in page
    assert "Nobody." in desk(shop).send("GET", f"{stock.PATH}?sku=NO-SUCH").body
    assert "<script" not in desk(shop).send("GET", f"{stock.PATH}?sku=%3Cscript%3E").body


def test_an_offer_holds_stock_and_supply(shop):
    order_id = offered(shop).order_id
    page = desk(shop).send("GET", f"{stock.PATH}?sku=MUG-BLUE").body
    assert display(order_id) in page
    assert "supply MO-3105" in page
    assert sum(map(int, numbers(page, "Held"))) == sum(map(int, numbers(page, "Pieces")))
    assert "by the orders below" not in page


def test_a_day_is_printed_at_once_and_once(shop, ready):
    other = shop.run(shop.place(simple_order("other")))
    at, where = desk(shop), place_of(ready)
    page = at.send("GET", where).body
    assert "Print all 2 that are to print" in page
    form = dict(re.findall(r'name="(location|day|key)" value="([^"]+)"', page))
    progress = at.post(BATCHES, do="print", **form).headers["Location"]
    assert at.post(BATCHES, do="print", **form).headers["Location"] == progress, "sent twice, it is one batch"
    assert set(at.printer.started) == {progress.removeprefix(BATCHES + "/").partition("?")[0]}
    answer = at.send("GET", progress)
    assert "Of 2 orders: 0 printed, still at it." in answer.body
    assert answer.headers["Refresh"] == "3"
    still = at.send("GET", progress.partition("?")[0])
    assert "Refresh" not in still.headers
    assert at.post(progress.partition("?")[0], do="go on").headers["Location"] == progress

    cancel(other.order_id, orders=shop.orders, executions=shop, reason=Reason(code=BY_STAFF, text=""), now=shop.now)
    print_batch(
        at.printer.started[0],
        dispatch=DynamoDispatch(boto3.client("dynamodb"), "orders"),
        orders=shop.orders,
        bins=DynamoBins(boto3.client("dynamodb"), "inventory"),
        shelf=shop.documents,
        settings=current(),
        join=joined,
        clock=lambda: shop.now,
    )
    done = at.send("GET", progress)
    assert "Refresh" not in done.headers
    for text in ("Of 2 orders: 1 printed, 1 left out.", display(other.order_id), "documents.pdf?", "pick-list.pdf?"):
        assert text in done.body, text
    assert shop.orders.load(ready.order_id).handling.printed_at == shop.now
    again = at.post(BATCHES, do="print", **form | {"key": "later"})
    assert again.status == 409
    assert "is printed or cancelled" in again.body
    for odd in ({"day": "x"}, {"location": "nowhere"}):
        assert at.post(BATCHES, do="print", **form | odd).status == 400
    assert at.send("GET", BATCHES + "/none").status == 404
    assert desk(shop, Group.APPROVERS).post(BATCHES, do="print", **form).status == 403
