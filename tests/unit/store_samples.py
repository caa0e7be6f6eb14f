"""Bodies of each platform that between them hold what its reader asks for, and how to read them.

Published payloads, with what they lack added, and without what hides another field.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from order_processing.stores import platform

PAYLOADS = Path(__file__).parents[2] / "events" / "webhooks"

Reader = Callable[[Any], Any]


def fields(value: Any, path: str = "") -> Iterator[str]:
    """The path of every field in a body, `[]` for any place in a list."""
    if isinstance(value, dict):
        for name, inner in value.items():
            here = f"{path}.{name}".lstrip(".")
            yield here
            yield from fields(inner, here)
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner, f"{path}[]")


def _load(name: str) -> Any:
    return json.loads(next(PAYLOADS.glob(f"{name}-*.json")).read_bytes())


def _in_euros(value: Any) -> Any:
    """A Shopify order as another customer saw it, in a currency of her own."""
    if isinstance(value, list):
        return [_in_euros(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {name: _in_euros(item) for name, item in value.items()}
    if "presentment_money" in found:
        found["presentment_money"] = {**found["presentment_money"], "currency_code": "EUR"}
    return {**found, "presentment_currency": "EUR"} if "presentment_currency" in found else found


def _without(value: Any, names: set[str]) -> Any:
    """A body without some of its fields, wherever they are: what takes their place is read then."""
    if isinstance(value, list):
        return [_without(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _without(item, names) for name, item in value.items() if name not in names}


_SHOPIFY_FIRST = {
    "admin_graphql_api_id",
    "processed_at",
    "email",
    "name",
    "country_code",
    "province_code",
    "variant_id",
}


def _shopify_samples() -> list[Any]:
    test, refunded, euros, discounted = (_load(f"shopify-{number}") for number in (1, 3, 4, 6))
    test |= {"test": False, "cancelled_at": "2026-05-04T13:00:00Z", "financial_status": "paid"}
    line = refunded["line_items"][1] | {"id": 9, "quantity": 2, "current_quantity": 1, "admin_graphql_api_id": None}
    refund = {"line_item_id": 9, "quantity": 1, "subtotal": "195.67", "total_tax": "1.99"}
    adjustment = {"kind": "shipping_refund", "amount": "-1.00", "tax_amount": "0.00"}
    refunded["line_items"].append(line)
    refunded["refunds"].append({"refund_line_items": [refund], "order_adjustments": [adjustment]})
    refunded["shipping_lines"][0] |= {"price": "9.00", "discounted_price": "9.00"}
    refunded["shipping_lines"][0]["tax_lines"] = [{"title": "Tax", "rate": 0.1, "price": "0.90"}]
    free = {"amount": "2.00", "discount_application_index": 0}
    euros["shipping_lines"] = [
        {"title": "Fast", "price": "9.00", "discounted_price": "7.00", "discount_allocations": [free]}
    ]
    sets = {name for name in fields_of(refunded) if name.endswith("_set")}
    bare = _without(refunded, sets)
    contact = _without(discounted, _SHOPIFY_FIRST | sets | {"discount_allocations"}) | {
        "customer": {"id": 4, "email": "c@example.com"}
    }
    contact["line_items"][0]["title"] = "Title"
    return [test, refunded, euros, discounted, bare, contact | {"discount_applications": []}, _in_euros(discounted)]


def fields_of(value: Any) -> set[str]:
    """The name of every field in a body."""
    return {path.rsplit(".", 1)[-1] for path in fields(value)}


def _products() -> list[Any]:
    amounts = {"base_price": "16.96", "price_inc_tax": "16.96", "price_ex_tax": "15.00", "total_inc_tax": "16.96"}
    option = {"display_name": "Colour", "display_value": "Red"}
    product = {"product_id": 7, "variant_id": 0, "sku": "P", "name": "Product", "type": "physical", "quantity": 1}
    product |= {**amounts, "total_ex_tax": "15.00", "total_tax": "1.10", "product_options": [option], "upc": ""}
    return [{"id": i, **product, "applied_discounts": [{"amount": "1.00"}]} for i in range(4)]


def _stripe_session() -> list[Any]:
    event = _load("stripe-1")
    price = {"id": "price_1", "metadata": {"sku": ""}, "product": {"name": "Tea", "metadata": {"sku": "TEA"}}}
    item = {"id": "li_1", "description": "Tea", "quantity": 3, "amount_subtotal": 3000, "amount_tax": 0, "price": price}
    session = event["data"]["object"] | {"created": 1648319900, "livemode": True, "status": "complete"}
    place = {"line1": "Weg 1", "city": "Bonn", "country": "DE"}
    session |= {"shipping_details": {"name": "Ada Quill", "address": place}, "total_details": {"amount_discount": 0}}
    session["customer_details"] |= {"name": "Ada Quill", "address": place, "tax_ids": [{"value": "DE1"}]}
    session["payment_intent"] = {"id": "pi_1", "latest_charge": {"id": "ch_1", "refunded": False}}
    session["custom_fields"] = [{"key": "a", "label": {"custom": "Size"}, "type": "text", "text": {"value": "L"}}]
    older = session | {"shipping": session["shipping_details"], "customer_email": "ada@example.com"}
    older = _without(older, {"shipping_details", "email", "description", "custom"})
    return [
        event | {"data": {"object": found | {"line_items": {"has_more": False, "data": [lines]}}}}
        for found, lines in ((session, item), (older, _without(item, {"description"})))
    ]


def _direct(source: str, headers: dict[str, str]) -> Reader:
    return lambda body: platform(source).read(headers, json.dumps(body).encode())


def _fetched(source: str, notice: Any) -> Reader:
    store: Any = platform(source)
    found = store.read({}, json.dumps(notice).encode())

    def read(body: Any) -> Any:
        answers = [body, *(body[name] for name in _LISTS)] if source == "bigcommerce" else [body]
        return store.read_fetched(found, {u: json.dumps(a).encode() for u, a in zip(found.urls, answers, strict=True)})

    return read


# BigCommerce's answers beside the order itself; in its own answer these are links to them.
_LISTS = ("products", "shipping_addresses", "coupons")


def samples() -> dict[str, tuple[Reader, list[Any]]]:
    """By platform: how to read a body, and bodies that between them hold what the reader asks for."""
    address = {"first_name": "Jane", "street_1": "555 East Street", "zip": 78108, "shipping_method": "Flat Rate"}
    coupon = {"code": "FIVE", "type": 2, "amount": "5.00", "discount": "5.00"}
    big = _load("bigcommerce-1") | dict(zip(_LISTS, (_products(), [address], [coupon]), strict=True))
    off = big | {"payment_status": "", "total_inc_tax": "99.0000"}
    square = _load("squarespace-1") | {"testmode": False}
    big_notice = {"producer": "stores/abc", "scope": "store/order/created", "data": {"id": 218}}
    square_notice = {"websiteId": "w1", "topic": "order.create", "data": {"orderId": square["id"]}}
    woo = [_load(f"woo-{number}") for number in (1, 4, 5)]
    woo[0]["coupon_lines"] = [{"code": "a", "discount": "0.00", "discount_type": "percent", "nominal_amount": 5}]
    woo[0]["fee_lines"] = [{"name": "Wrap", "total": "0.00", "total_tax": "0.00"}]
    woo.append(_without(woo[1], {name for name in fields_of(woo[1]) if name.endswith("_gmt")} | {"shipping_total"}))
    woo[0]["meta_data"] = [{"key": "vat_number", "value": "DE1"}]
    woo[1]["billing"] |= {"address_1": "Weg 1"}
    adobe = _load("magento-1")
    older = copy.deepcopy(adobe)
    addresses = older["data"]["value"].pop("addresses")
    older["data"]["value"] |= {"shipping_address": addresses[0], "billing_address": addresses[1], "state": "new"}
    del older["data"]["value"]["customer_email"]
    older["data"]["value"]["customer_firstname"] = older["data"]["value"]["customer_lastname"] = ""
    return {
        "shopify": (_direct("shopify", {"X-Shopify-Topic": "orders/create"}), _shopify_samples()),
        "woocommerce": (_direct("woocommerce", {"X-WC-Webhook-Topic": "order.created"}), woo),
        "bigcommerce": (_fetched("bigcommerce", big_notice), [big, off]),
        "adobe-commerce": (_direct("adobe-commerce", {}), [adobe, older]),
        "squarespace": (
            _fetched("squarespace", square_notice),
            [square, square | {"grandTotal": {"value": "99.00", "currency": "USD"}}],
        ),
        "stripe": (_direct("stripe", {}), _stripe_session()),
    }
