"""The warehouse's steps while somebody else writes the same order, and done twice: nothing is lost or repeated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest

from order_processing import sscc
from order_processing.adapters.orders import DynamoOrders
from order_processing.settings import current
from order_processing.stored_order import StoredOrder
from order_processing.warehouse.hand_over import tell_shipped
from tests.aws.shop import Shop
from tests.aws.test_stages import simple_order
from tests.aws.test_warehouse import CARRIER, Warehouse, parcels_on_mails, ready, said, ssccs
from tests.clients import Meanwhile


def written(order_id: str) -> Callable[[], None]:
    """Somebody else writes the order."""

    def write() -> None:
        orders = Shop().orders
        orders.note_purchases(orders.load(order_id), ())

    return write


def disturbed(order_id: str) -> Warehouse:
    """A warehouse before whose first write of the order somebody else writes it."""
    shop = Shop()
    client = Meanwhile(boto3.client("dynamodb"), written(order_id), "#version")
    shop.orders = DynamoOrders(client, "orders", inventory_table="inventory", accounts_table="accounts")
    return Warehouse(shop)


def printed(shop: Shop, key: str = "1") -> StoredOrder:
    stored = ready(shop, key)
    Warehouse(shop).printed(key=key)
    return shop.orders.load(stored.order_id)


def version(shop: Shop, stored: StoredOrder) -> int:
    return shop.orders.load(stored.order_id).version


def test_each_step_is_kept_although_the_order_is_written_meanwhile(shop):
    stored = ready(shop, "1")
    (number,) = ssccs(stored)
    disturbed(stored.order_id).printed()
    assert disturbed(stored.order_id).door.packed(number, Warehouse(shop).request()).status == 200
    assert disturbed(stored.order_id).hand_over(number).status == 200
    closed = said(disturbed(stored.order_id).close("evening"))
    handling = shop.orders.load(stored.order_id).handling
    assert handling.printed_at
    assert handling.packed_at
    assert (bool(handling.handed_over_at), handling.manifest) == (True, closed["number"])


def test_a_step_that_was_made_is_not_written_again(shop):
    stored = printed(shop)
    (number,) = ssccs(stored)
    warehouse = Warehouse(shop)
    warehouse.door.packed(number, warehouse.request())
    before = version(shop, stored)
    warehouse.door.packed(number, warehouse.request())
    assert version(shop, stored) == before


def test_a_manifest_that_was_cut_tells_no_order_again(shop, monkeypatch):
    stored = printed(shop)
    warehouse = Warehouse(shop)
    warehouse.hand_over(ssccs(stored)[0])
    with monkeypatch.context() as patched:
        patched.setattr(shop.documents, "put", cut)
        with pytest.raises(ConnectionError):
            warehouse.close("evening")
    before = version(shop, stored)
    assert said(warehouse.close("evening"))["state"] == "closed"
    assert version(shop, stored) == before
    assert shop.dispatch.leaving("louisville", CARRIER) == []


def cut(*_: Any) -> None:
    raise ConnectionError("cut")


def test_a_batch_that_is_finished_stays_as_it_is(shop):
    stored = ready(shop, "1")
    warehouse = Warehouse(shop)
    batch_id = said(warehouse.print(orders=[stored.order_id]))["batch"]
    warehouse.work()
    before = shop.dispatch.batch(batch_id)
    warehouse.now += timedelta(hours=1)
    warehouse.started = [batch_id]
    warehouse.work()
    assert shop.dispatch.batch(batch_id) == before


def test_a_mail_that_another_run_begins_at_the_same_moment_is_left_to_it(shop):
    stored = printed(shop)
    orders = disturbed(stored.order_id).shop.orders
    before = parcels_on_mails()
    assert tell(shop, stored, orders).handling.told is None
    assert parcels_on_mails() == before


def test_that_a_mail_was_sent_is_kept_although_the_order_is_written_meanwhile(shop, monkeypatch):
    stored = printed(shop)
    send = shop.post.send

    def sent(*message: Any, **to: Any) -> str:
        written(stored.order_id)()
        return send(*message, **to)

    monkeypatch.setattr(shop.post, "send", sent)
    tell(shop, stored, shop.orders)
    assert shop.orders.load(stored.order_id).handling.told.sent_at


def tell(shop: Shop, stored: StoredOrder, orders: Any) -> StoredOrder:
    return tell_shipped(
        stored, orders=orders, post=shop.post, settings=current(), status_url=shop.status_url, now=shop.now
    )


def test_a_return_has_a_number_that_no_other_parcel_has_and_nothing_comes_back_before_it_is_ready(shop):
    warehouse = Warehouse(shop)
    early = shop.place(simple_order("early"))
    answer = warehouse.door.return_label(early, warehouse.request(parcel="1"))
    assert (answer.status, said(answer)["code"]) == (409, "NOT_READY")
    stored = ready(shop, "1")
    taken = sscc.candidate(current().gs1_company_prefix, f"{stored.order_id}/return", 1, 0)
    assert shop.orders.claim_sscc(taken, "OTHER/1")
    made = said(warehouse.door.return_label(stored.order_id, warehouse.request(parcel="1")))
    assert made["sscc"] != taken
