"""An order is found by whatever is known of it, by keys where there are any."""

from __future__ import annotations

import re
from datetime import timedelta

import boto3
import pytest

from operating.orders import searched
from order_processing.adapters.customer_master import CustomerMaster
from order_processing.adapters.order_queries import DynamoOrderQueries
from order_processing.adapters.parcel_numbers import ParcelNumbers
from order_processing.adapters.personal_data import PersonalData
from order_processing.console.order_find import PATH, FindPage
from order_processing.console.staff import Group
from order_processing.order_number import display
from order_processing.order_queries import QueryError
from order_processing.order_search import OrderSearch
from order_processing.settings import current
from tests.aws.shop import BUCKET, Shop
from tests.aws.test_stages import simple_order
from tests.console_desk import Desk


@pytest.fixture
def search(shop: Shop) -> OrderSearch:
    dynamodb = boto3.client("dynamodb")
    master = CustomerMaster(
        dynamodb,
        orders_table="orders",
        catalogue_table="catalogue",
        accounts_table="accounts",
        hashed=shop.guest_id,
        listed=shop.address_hash,
    )
    return OrderSearch(
        shop.orders,
        DynamoOrderQueries(dynamodb, "orders", "accounts"),
        ParcelNumbers(dynamodb, "orders"),
        account_of=master.account_of,
        stores=lambda: [("shopify", "elsewhere"), ("api", "front end")],
    )


def desk_of(shop: Shop, search: OrderSearch) -> Desk:
    desk = Desk(FindPage(search, shop.orders).routes(), Group.OPERATIONS)
    desk.now = shop.now
    desk.sign_in()
    return desk


def ids(search: OrderSearch, shop: Shop, what: str) -> tuple[str, set[str]]:
    found = search.find(what, shop.now.date())
    return found.how, {hit.order_id for hit in found.hits}


def test_every_way_to_an_order(shop, search):
    order = simple_order("1001").model_copy(update={"store_order_number": "#2044"})
    ready = shop.run(shop.place(order))
    asked = shop.run(shop.place(simple_order("1002", quantity=2_000)))
    (parcel,) = ready.delivery.shipments[0].parcels
    one, both = {ready.order_id}, {ready.order_id, asked.order_id}
    email, sku = order.customer.email, ready.verified.items[0].sku
    for what, found in {
        display(ready.order_id): ("number", one),
        f" {ready.order_id.lower()} ": ("number", one),
        parcel.sscc: ("parcel", one),
        f"(00){parcel.sscc}": ("parcel", one),
        "1001": ("store's id", one),
        "#2044": ("store's number", one),
        "2044": ("store's number", one),
        email.upper(): ("e-mail", both),
        sku.lower(): ("SKU", both),
    }.items():
        assert ids(search, shop, what) == found, what
    for nothing in ("", "nobody@example.com", "NO-SUCH", "7K3M-9QXB-4", "0" * 18):
        assert ids(search, shop, nothing)[1] == set(), nothing


def test_a_carriers_number_leads_to_the_order_until_it_is_erased(shop, search):
    order_id = shop.place(simple_order("tracked"))
    for stage in shop.stages[:-1]:
        stage(order_id)
    stored = shop.orders.load(order_id)
    made = shop.run(shop.place(simple_order("model"))).delivery
    (shipment,) = made.shipments
    parcel = shipment.parcels[0].model_copy(update={"tracking_number": "1Z 999"})
    tracked = made.model_copy(update={"shipments": (shipment.model_copy(update={"parcels": (parcel,)}),)})
    shop.orders.ready(stored, tracked, at=shop.now)
    assert ids(search, shop, "1z 999") == ("parcel", {order_id})
    assert ParcelNumbers(boto3.client("dynamodb"), "orders").order_of("1z 999") == order_id
    data = PersonalData(boto3.client("dynamodb"), boto3.client("s3"), orders_table="orders", bucket=BUCKET)
    data.erase(order_id, current(), shop.now)
    assert ParcelNumbers(boto3.client("dynamodb"), "orders").order_of("1z 999") is None


def test_the_operators_command_finds_too(shop, search):
    ready = shop.run(shop.place(simple_order("1001")))
    today = shop.now.date()
    (line,) = searched("1001", search, today)
    assert line == f"{display(ready.order_id)}  by store's id"
    assert list(searched("nothing", search, today)) == []


def test_what_came_long_ago_is_found_further_back(shop, search, capsys):
    old = shop.run(shop.place(simple_order("1001"))).order_id
    sku = shop.orders.load(old).verified.items[0].sku
    came = shop.now.date()
    shop.now += timedelta(days=20)
    new = shop.run(shop.place(simple_order("1002"))).order_id
    today = shop.now.date()
    first = search.find(sku, today)
    assert ({hit.order_id for hit in first.hits}, first.until, first.since) == ({new}, today, today - timedelta(13))
    second = search.find(sku, today, first.on)
    assert ({hit.order_id for hit in second.hits}, second.until) == ({old}, today - timedelta(14))
    assert {hit.order_id for hit in search.find(sku, came).hits} == {old}
    with pytest.raises(QueryError):
        search.find(sku, today, "yesterday")

    assert [line[:11] for line in searched(sku, search, today)] == [display(new)]
    assert f"looked for in the orders of {today - timedelta(13)} to {today}" in capsys.readouterr().err
    assert [line[:11] for line in searched(sku, search, today, came)] == [display(new), display(old)]
    assert [line[:11] for line in searched(sku, search, came + timedelta(1))] == [display(old)]

    desk = desk_of(shop, search)
    page = desk.post(PATH, do="search", what=sku).body
    assert display(new) in page
    assert display(old) not in page
    assert f"in the orders of {first.since} to {today}" in page
    on = re.search(r'name="on" value="([^"]+)"', page)[1]
    page = desk.post(PATH, do="further back", what=sku, on=on).body
    assert display(old) in page
    assert display(new) not in page
    assert display(old) in desk.post(PATH, do="search", what=sku, until=str(came)).body
    for odd in ({"until": "yesterday"}, {"on": "yesterday"}, {"on": f"{today}~%%%"}):
        assert desk.post(PATH, do="search", what=sku, **odd).status == 400


def test_no_order_of_a_day_is_left_out_however_many_there_are(shop, search, monkeypatch):
    monkeypatch.setattr("order_processing.order_search._PAGE", 2)
    monkeypatch.setattr("order_processing.order_search.LOOKED_AT", 4)
    placed = {shop.place(simple_order(f"many-{n}")) for n in range(7)}
    for order_id in placed:
        shop.stages[0](order_id)
    sku = shop.orders.load(next(iter(placed))).verified.items[0].sku
    seen, on, spans = [], "", []
    while len(seen) < 7 and len(spans) < 9:
        found = search.find(sku, shop.now.date(), on)
        seen += [hit.order_id for hit in found.hits]
        on = found.on
        spans.append(found.whole)
    assert sorted(seen) == sorted(placed), "each once"
    assert spans[0] is False, "and the page says that the day is not looked through to its end"


def test_the_page_finds_by_post_and_goes_to_the_one_order(shop, search):
    ready = shop.run(shop.place(simple_order("1001")))
    desk = desk_of(shop, search)
    assert "What you know of the order" in desk.send("GET", PATH).body
    moved = desk.post(PATH, do="search", what=display(ready.order_id))
    assert (moved.status, moved.headers["Location"]) == (303, f"/staff/orders/{ready.order_id}")
    page = desk.post(PATH, do="search", what=ready.placed.customer.email).body
    assert f'href="/staff/orders/{ready.order_id}"' in page
    assert "Nothing was found" in desk.post(PATH, do="search", what="<script>").body
