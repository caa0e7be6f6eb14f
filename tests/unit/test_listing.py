"""Asking stores' own APIs: addresses, pages, and that each order is read from the bytes that the store sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from order_processing.stores.listing import PAGE, StoreAccess, first_page, host_of, read_page
from order_processing.stores.platform import NeedsFetch, NotAnOrder, OrderChanged, Unreadable

PAYLOADS = Path(__file__).parents[2] / "events" / "webhooks"
SINCE, UNTIL = datetime(2026, 5, 4, 10, tzinfo=UTC), datetime(2026, 5, 4, 13, tzinfo=UTC)
OWN_HOST = StoreAccess(url="https://shop.example.com/rest/", user="ck", token="cs")
STORES = {
    "shopify": "northgate.myshopify.com",
    "woocommerce": "shop.example.com",
    "bigcommerce": "er6we2l3gw",
    "squarespace": "site1",
    "stripe": "acct_1",
    "adobe-commerce": "tenant.env/1",
}


def payload(name: str) -> str:
    return next(PAYLOADS.glob(f"{name}-*.json")).read_text(encoding="utf-8")


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def access(source: str) -> StoreAccess:
    return OWN_HOST if source == "adobe-commerce" else StoreAccess(user="ck", token="cs")


@pytest.mark.parametrize("source", STORES)
def test_every_list_is_asked_for_by_time_on_the_stores_own_host(source):
    url = first_page(source, STORES[source], [access(source)], SINCE, UNTIL)
    assert urlsplit(url).scheme == "https"
    assert urlsplit(url).netloc == host_of(source, STORES[source], access(source))
    said = " ".join(value for values in query(url).values() for value in values)
    times = {"stripe": ("1777888800", "1777899600"), "adobe-commerce": ("2026-05-04 10:00:00", "2026-05-04 13:00:00")}
    for time in times.get(source, ("2026-05-04T10:00:00", "2026-05-04T13:00:00")):
        assert time in said


def test_a_platform_without_a_list_is_refused():
    with pytest.raises(LookupError, match="no list of orders"):
        first_page("standardwebhooks", "erp", [StoreAccess(token="t")], SINCE, UNTIL)


@pytest.mark.parametrize(
    ("source", "header", "value"),
    [
        ("shopify", "X-Shopify-Access-Token", "cs"),
        ("bigcommerce", "X-Auth-Token", "cs"),
        ("woocommerce", "Authorization", "Basic Y2s6Y3M="),
        ("squarespace", "Authorization", "Bearer cs"),
        ("stripe", "Authorization", "Bearer cs"),
        ("adobe-commerce", "Authorization", "Bearer cs"),
    ],
)
def test_each_platform_gets_its_own_kind_of_credentials(source, header, value):
    assert access(source).headers(source)[header] == value


def test_each_order_of_a_list_is_read_from_its_own_bytes():
    one, two = payload("shopify-3").strip(), payload("shopify-6").strip()
    raw = f'{{ "more": {{"orders": [1]}}, "orders" : [ {one} ,\n{two} ] }}'.encode()
    page = read_page("shopify", STORES["shopify"], "https://x/", raw, {})
    assert [found.raw.decode() for found in page.orders] == [one, two]
    read = [found.read() for found in page.orders]
    assert all(isinstance(delivery, OrderChanged) for delivery in read)
    assert read[0].order.source == "shopify"
    assert page.next_url == ""


def test_woocommerce_and_shopify_follow_the_link_header():
    link = '<https://shop.example.com/a?page=1>; rel="prev", <https://shop.example.com/a?page=3>; rel="next"'
    page = read_page("woocommerce", "shop.example.com", "https://x/", f"[{payload('woo-1')}]".encode(), {"link": link})
    assert page.next_url == "https://shop.example.com/a?page=3"
    assert isinstance(page.orders[0].read(), OrderChanged)
    assert page.orders[0].read().order.origin.startswith("woocommerce")


def test_squarespace_lists_whole_orders_and_says_where_the_next_page_is():
    body = (
        f'{{"result": [{payload("squarespace-1")}], "pagination": {{"nextPageUrl": "https://api.squarespace.com/n"}}}}'
    )
    page = read_page("squarespace", "site1", "https://x/", body.encode(), {})
    assert page.next_url == "https://api.squarespace.com/n"
    assert isinstance(page.orders[0].read(), OrderChanged)


def test_bigcommerce_and_stripe_lists_lead_to_notices():
    url = first_page("bigcommerce", "er6we2l3gw", [access("bigcommerce")], SINCE, UNTIL)
    orders = [{"id": number} for number in range(PAGE)]
    page = read_page("bigcommerce", "er6we2l3gw", url, json.dumps(orders).encode(), {})
    assert query(page.next_url)["page"] == ["2"]
    notice = page.orders[7].read()
    assert isinstance(notice, NeedsFetch)
    assert (notice.store, notice.store_order_id) == ("er6we2l3gw", "7")
    assert read_page("bigcommerce", "er6we2l3gw", page.next_url, b"", {}).orders == ()

    url = first_page("stripe", "acct_1", [access("stripe")], SINCE, UNTIL)
    sessions = [{"id": "cs_live_a", "mode": "payment"}, {"id": "cs_live_b", "mode": "setup"}]
    page = read_page("stripe", "acct_1", url, json.dumps({"data": sessions, "has_more": True}).encode(), {})
    assert query(page.next_url)["starting_after"] == ["cs_live_b"]
    following = read_page("stripe", "acct_1", page.next_url, json.dumps({"data": sessions[:1]}).encode(), {})
    assert following.next_url == ""
    assert isinstance(page.orders[0].read(), NeedsFetch)
    assert type(page.orders[1].read()) is NotAnOrder


def test_adobe_commerce_orders_are_read_as_their_events_are():
    event = json.loads(payload("magento-1"))
    value = event["event"]["data"]["value"] if "event" in event else event["data"]["value"]
    url = first_page("adobe-commerce", STORES["adobe-commerce"], [OWN_HOST], SINCE, UNTIL)
    raw = json.dumps({"items": [value] * PAGE}).encode()
    page = read_page("adobe-commerce", STORES["adobe-commerce"], url, raw, {})
    assert query(page.next_url)["searchCriteria[currentPage]"] == ["2"]
    assert page.orders[0].read().order.source == "adobe-commerce"


@pytest.mark.parametrize("raw", [b"{}", b'{"orders": 1}', b'{"orders"', b"[]", b'"x"'])
def test_what_is_no_list_is_unreadable(raw):
    with pytest.raises(Unreadable):
        read_page("shopify", STORES["shopify"], "https://x/", raw, {})
