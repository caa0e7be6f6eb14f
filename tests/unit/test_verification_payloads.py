"""Real stores' orders: what verification finds in each, against what was written down from reading them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from order_processing import settings
from order_processing.stores.platform import NeedsFetch, OrderPlaced, platform
from order_processing.verification.verify import verify
from tests.unit.seed_catalogue import guest_id, seed_facts

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
EXPECTED = json.loads((Path(__file__).parent / "data" / "expected_discrepancies.json").read_text(encoding="utf-8"))
PAYLOADS = Path(__file__).parents[2] / "events" / "webhooks"
SOURCES = {
    "shopify": "shopify",
    "woo": "woocommerce",
    "magento": "adobe-commerce",
    "bigcommerce": "bigcommerce",
    "squarespace": "squarespace",
    "stripe": "stripe",
}
HEADERS = {
    "X-Shopify-Topic": "orders/create",
    "X-Shopify-Shop-Domain": "northgate.myshopify.example",
    "X-WC-Webhook-Topic": "order.created",
    "X-WC-Webhook-Source": "https://store.example.com/",
}
# The notices that these platforms send; the payload is what they answer when the order is fetched.
NOTICES = {
    "bigcommerce": {"producer": "stores/er6we2l3gw", "scope": "store/order/created", "data": {"id": 218}},
    "squarespace": {"websiteId": "w1", "topic": "order.create", "data": {"orderId": "585d498fdee9f31a60284a37"}},
}


def placed(name):
    raw = (PAYLOADS / f"{name}.json").read_bytes()
    source = SOURCES[name.partition("-")[0]]
    notice = json.dumps(NOTICES[source]).encode() if source in NOTICES else raw
    delivery = platform(source).read(HEADERS, notice)
    if isinstance(delivery, NeedsFetch):
        answers = dict(zip(delivery.urls, _answers(source, raw), strict=True))
        delivery = platform(source).read_fetched(delivery, answers)
    assert isinstance(delivery, OrderPlaced)
    return delivery.order


def _answers(source, raw):
    """The order itself, and what the payload only links to: items that add up to what it says of them."""
    if source == "squarespace":
        return [raw]
    if source == "stripe":
        session = json.loads(raw)["data"]["object"]
        price = {"id": "price_1", "product": {"id": "prod_1", "name": "Ticket"}}
        item = {"id": "li_1", "description": "Ticket", "quantity": 1, "price": price, "amount_subtotal": 3000}
        answers = [session | {"created": 1648319900}, {"object": "list", "has_more": False, "data": [item]}]
    else:
        item = {
            "quantity": 1,
            "type": "physical",
            "price_inc_tax": "16.9600",
            "price_ex_tax": "15.6698",
            "total_inc_tax": "16.9600",
            "total_ex_tax": "15.6698",
            "total_tax": "1.1000",
        }
        items = [item | {"id": i, "variant_id": i, "name": f"Item {i}", "sku": f"ITEM-{i}"} for i in range(1, 5)]
        answers = [json.loads(raw), items, [], []]
    return [json.dumps(answer).encode() if answer else b"" for answer in answers]


def verified(order):
    return verify(order, seed_facts(order), settings.current(), now=NOW, guest_id=guest_id)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_order_has_the_discrepancies_that_reading_it_shows(name):
    result = verified(placed(name))
    assert [[d.resolution, d.code, d.path] for d in result.discrepancies] == EXPECTED[name]["discrepancies"]
    assert (result.verified is not None) == EXPECTED[name]["verified"]


@pytest.mark.parametrize("name", [name for name in EXPECTED if EXPECTED[name]["verified"]])
def test_verifying_a_verified_order_changes_nothing(name):
    once = verified(placed(name)).verified
    again = verified(once.order)
    assert again.verified.order == once.order
    assert again.verified.items == once.items
    assert not [d for d in again.discrepancies if d.resolution == "corrected"]


def test_an_entity_in_a_products_name_is_resolved():
    order = placed("woo-1-docs-variation-tax")
    assert verified(order).verified.order.lines[1].title == "Ship Your Idea – Color: Black, Size: M Test"


def test_a_customer_of_the_store_is_known_and_a_guest_gets_a_keyed_id():
    assert verified(placed("shopify-3-full-note-attributes-refund")).verified.customer_id == "C-1001"
    assert verified(placed("woo-1-docs-variation-tax")).verified.customer_id == "guest:john.doe@example.com"
