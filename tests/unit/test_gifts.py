"""Gifts as stores' apps write them into free fields."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from order_processing.stores import gifts
from order_processing.stores.platform import OrderPlaced, platform

PAYLOADS = Path(__file__).parents[2] / "events" / "webhooks"


@pytest.mark.parametrize(
    ("fields", "gift", "message"),
    [
        ([("Gift Message", " Enjoy! ")], True, "Enjoy!"),
        ([("gift-note", "A"), ("gift_message", "B")], True, "A"),
        ([("is_gift", "Yes")], True, ""),
        ([("gift", "false"), ("Gift message", "")], False, ""),
        ([("gift card number", "123"), ("note", "a gift")], False, ""),
        ([("_gift_message", "x" * 900)], True, "x" * 500),
    ],
)
def test_a_gift_is_read_from_its_fields(fields: list[tuple[str, str]], gift: bool, message: str) -> None:
    assert gifts.read(fields) == (gift, message)


def order(source: str, name: str, headers: dict[str, str], **changes: Any) -> Any:
    payload = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8")) | changes
    delivery = platform(source).read(headers, json.dumps(payload).encode())
    assert isinstance(delivery, OrderPlaced)
    return delivery.order


def test_shopifys_cart_attributes_say_that_it_is_a_gift_and_leave_the_note() -> None:
    headers = {"x-shopify-topic": "orders/create", "x-shopify-shop-domain": "shop.example.com"}
    attributes = [{"name": "Gift message", "value": "For you"}, {"name": "colour", "value": "red"}]
    read = order("shopify", "shopify-6-percent-code-paid-ca", headers, note_attributes=attributes)
    assert (read.gift, read.gift_message) == (True, "For you")
    assert "colour: red" in read.note
    assert "For you" not in read.note


def test_woocommerces_meta_data_says_that_it_is_a_gift() -> None:
    headers = {"x-wc-webhook-topic": "order.created", "x-wc-webhook-source": "https://shop.example.com/"}
    meta = [{"id": 1, "key": "_gift_message", "value": "Tea &amp; love"}]
    read = order("woocommerce", "woo-1-docs-variation-tax", headers, meta_data=meta)
    assert (read.gift, read.gift_message) == (True, "Tea & love")
