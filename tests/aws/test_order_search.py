"""An order is found by whatever is known of it, by keys where there are any."""

from __future__ import annotations

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
    (line,) = searched("1001", search)
    assert line == f"{display(ready.order_id)}  by store's id"
    assert list(searched("nothing", search)) == []


def test_the_page_finds_by_post_and_goes_to_the_one_order(shop, search):
    ready = shop.run(shop.place(simple_order("1001")))
    desk = Desk(FindPage(search, shop.orders).routes(), Group.OPERATIONS)
    desk.now = shop.now
    desk.sign_in()
    assert "What you know of the order" in desk.send("GET", PATH).body
    moved = desk.post(PATH, do="search", what=display(ready.order_id))
    assert (moved.status, moved.headers["Location"]) == (303, f"/staff/orders/{ready.order_id}")
    page = desk.post(PATH, do="search", what=ready.placed.customer.email).body
    assert f'href="/staff/orders/{ready.order_id}"' in page
    assert "Nothing was found" in desk.post(PATH, do="search", what="<script>").body
