"""Shopify's orders, read."""

import copy
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from order_processing.order import Order
from order_processing.stores import NotAnOrder, OrderChanged, OrderDeleted, OrderPlaced, Unreadable, platform

PAYLOADS = Path(__file__).parents[2] / "events" / "webhooks"
SHOPIFY = platform("shopify")
HEADERS = {"X-Shopify-Topic": "orders/create", "X-Shopify-Shop-Domain": "Northgate.myshopify.com"}


def payload(name):
    return json.loads(next(PAYLOADS.glob(f"{name}-*.json")).read_bytes(), parse_float=Decimal)


def encoded(body):
    return json.dumps(body, default=float).encode()


def read(body, **headers) -> Order:
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    return SHOPIFY.read({**HEADERS, **named}, body if isinstance(body, bytes) else encoded(body)).order


def money(amount, customers=None, currency="USD", customers_currency="EUR"):
    shop = {"amount": amount, "currency_code": currency}
    customers = {"amount": customers, "currency_code": customers_currency} if customers else dict(shop)
    return {"shop_money": shop, "presentment_money": customers}


def sum_of(order):
    """The sum that an order's total must be."""
    lines = sum(line.net for line in order.lines)
    tax = 0 if order.prices_include_tax else order.tax_total
    return lines + order.shipping.price - order.shipping.discount + sum(fee.amount for fee in order.fees) + tax


@pytest.fixture
def order():
    """A small order: 2 lines (2 x 10.00 with 1.50 off, 1 x 5.50), shipping 4.00, tax 2.00, total 30.00."""
    return {
        "id": 1,
        "admin_graphql_api_id": "gid://shopify/Order/1",
        "name": "#7",
        "created_at": "2026-05-04T09:00:00-04:00",
        "updated_at": "2026-05-04T09:00:05-04:00",
        "currency": "USD",
        "presentment_currency": "USD",
        "total_price": "30.00",
        "total_tax": "2.00",
        "total_discounts": "1.50",
        "taxes_included": False,
        "financial_status": "paid",
        "fulfillment_status": None,
        "discount_codes": [{"code": "SPRING", "amount": "1.50", "type": "fixed_amount"}],
        "discount_applications": [
            {"type": "discount_code", "code": "SPRING", "value": "1.5", "value_type": "fixed_amount"}
        ],
        "tax_lines": [{"title": "VAT", "rate": 0.08, "price": "2.00"}],
        "line_items": [
            {
                "id": 11,
                "sku": "A",
                "variant_id": 101,
                "name": "Apple",
                "quantity": 2,
                "current_quantity": 2,
                "price": "10.00",
                "tax_lines": [{"title": "VAT", "rate": 0.08, "price": "1.52"}],
                "discount_allocations": [{"amount": "1.50", "discount_application_index": 0}],
            },
            {
                "id": 12,
                "sku": None,
                "variant_id": 102,
                "name": "Pear",
                "quantity": 1,
                "current_quantity": 1,
                "price": "5.50",
                "tax_lines": [{"title": "VAT", "rate": 0.08, "price": "0.48"}],
                "discount_allocations": [],
            },
        ],
        "shipping_lines": [{"code": "STD", "title": "Standard", "price": "4.00", "discounted_price": "4.00"}],
        "customer": {"id": 5, "first_name": "Ada", "last_name": "Quill", "email": "ada@example.com", "phone": None},
        "email": "order@example.com",
    }


def test_an_order_is_read_whole(order):
    found = read(order)
    assert found.origin == "shopify\nnorthgate.myshopify.com\n1"
    assert found.store_order_number == "#7"
    assert found.placed_at == datetime(2026, 5, 4, 13, tzinfo=UTC)
    assert found.store_version == "2026-05-04T13:00:05.000000Z"
    assert [(line.sku, line.quantity, line.gross, line.discount, line.tax) for line in found.lines] == [
        ("A", 2, 2000, 150, 152),
        ("", 1, 550, 0, 48),
    ]
    assert found.lines[1].store_variant_id == "102"
    assert found.lines[0].tax_rate == "0.08"
    assert (found.discounts[0].code, found.discounts[0].amount) == ("SPRING", 150)
    assert (found.shipping.service, found.shipping.price) == ("STD", 400)
    assert sum_of(found) == found.total == 3000
    assert found.paid
    assert found.closed_reason is None


def test_a_partly_refunded_order_is_what_is_left_of_it():
    found = read(payload("shopify-3"))
    line = found.lines[0]
    assert len(found.lines) == 1
    assert (line.sku, line.quantity, line.unit_price, line.discount, line.tax) == ("IPOD2008RED", 1, 19900, 333, 398)
    assert (found.discount_total, found.tax_total, found.total) == (333, 398, 19965)
    assert sum_of(found) == 19965
    assert found.taxes[0].amount == 398
    assert found.closed_reason is None
    assert "colour: green" in found.note


def test_the_platforms_test_delivery_is_recognised_and_its_id_is_whole():
    found = read(payload("shopify-1"))
    assert found.store_order_id == "820982911946154508"
    assert found.closed_reason == "a test order"
    assert not found.paid
    assert sum_of(found) == found.total == 38800
    assert [line.discount for line in found.lines] == [1000, 1000]


@pytest.mark.parametrize("name", ["shopify-1", "shopify-3", "shopify-4", "shopify-6"])
def test_real_payloads_add_up(name):
    found = read(payload(name))
    assert sum_of(found) == found.total


def test_an_order_without_email_customer_and_address():
    found = read(payload("shopify-4"))
    assert (found.customer.email, found.customer.store_customer_id, found.shipping_address) == ("", None, None)
    assert (found.lines[0].sku, found.lines[0].quantity, found.currency) == ("", 3, "EUR")


def test_a_line_cut_down_by_a_refund_keeps_its_part(order):
    order["line_items"][0]["current_quantity"] = 1
    order["refunds"] = [
        {"refund_line_items": [{"line_item_id": 11, "quantity": 1, "subtotal": Decimal("9.25"), "total_tax": 0.76}]}
    ]
    order |= {"current_total_price": "19.99", "current_total_tax": "1.24", "current_total_discounts": "0.75"}
    found = read(order)
    line = found.lines[0]
    assert (line.quantity, line.gross, line.discount, line.tax) == (1, 1000, 75, 76)
    assert sum_of(found) == found.total == 1999
    assert found.discounts[0].amount == 75


def test_without_current_quantity_refunds_are_counted(order):
    del order["line_items"][0]["current_quantity"]
    order["refunds"] = [
        {"refund_line_items": [{"line_item_id": 11, "quantity": 2, "subtotal": "18.50", "total_tax": "1.52"}]}
    ]
    found = read(order)
    assert [line.title for line in found.lines] == ["Pear"]


def test_refunded_shipping_is_taken_off(order):
    order["refunds"] = [{"order_adjustments": [{"kind": "shipping_refund", "amount": "-4.00", "tax_amount": "0.00"}]}]
    order |= {"current_total_price": "26.00", "current_total_tax": "2.00", "current_total_discounts": "1.50"}
    found = read(order)
    assert (found.shipping.price, found.shipping.discount) == (400, 400)
    assert sum_of(found) == found.total == 2600


def test_an_order_of_which_nothing_is_left_is_closed(order):
    for line in order["line_items"]:
        line["current_quantity"] = 0
    order |= {"current_total_price": "0.00", "current_total_tax": "0.00", "current_total_discounts": "0.00"}
    assert read(order).closed_reason == "no line is left"


def test_the_customers_currency_is_read_for_every_amount(order):
    order["presentment_currency"] = "EUR"
    for name, shop, customers in (("total_price", "30.00", "27.00"), ("total_tax", "2.00", "1.80")):
        order[f"{name}_set"] = money(shop, customers)
    order["total_discounts_set"] = money("1.50", "1.35")
    for line, (shop, customers) in zip(order["line_items"], (("10.00", "9.00"), ("5.50", "4.95")), strict=True):
        line["price_set"] = money(shop, customers)
        for tax in line["tax_lines"]:
            tax["price_set"] = money(tax["price"], str(Decimal(tax["price"]) * 9 / 10)[:4])
    order["line_items"][0]["discount_allocations"][0]["amount_set"] = money("1.50", "1.35")
    order["tax_lines"][0]["price_set"] = money("2.00", "1.80")
    order["shipping_lines"][0] |= {"price_set": money("4.00", "3.60"), "discounted_price_set": money("4.00", "3.60")}
    found = read(order)
    assert (found.currency, found.total, found.lines[0].unit_price) == ("EUR", 2700, 900)
    assert sum_of(found) == 2700


def test_an_amount_in_the_shops_currency_alone_makes_the_whole_order_so(order):
    order["presentment_currency"] = "EUR"
    order["total_price_set"] = money("30.00", "27.00")
    found = read(order)
    assert (found.currency, found.total) == ("USD", 3000)
    assert sum_of(found) == 3000


def test_a_set_in_the_wrong_currency_is_refused(order):
    order["total_price_set"] = money("30.00", currency="CAD")
    with pytest.raises(Unreadable, match=r"total_price_set.shop_money.currency_code: found CAD, expected USD"):
        read(order)


@pytest.mark.parametrize(("currency", "price", "total"), [("JPY", "1200", 1200), ("KWD", "1.250", 1250)])
def test_currencies_without_or_with_three_decimals(order, currency, price, total):
    order |= {"currency": currency, "presentment_currency": currency, "total_tax": "0", "total_discounts": "0"}
    order |= {"total_price": price, "tax_lines": [], "shipping_lines": [], "discount_codes": []}
    order["line_items"] = [{"id": 1, "quantity": 1, "price": price, "name": "Tea"}]
    found = read(order)
    assert sum_of(found) == found.total == total


def test_tax_included_in_prices_is_not_added(order):
    order |= {"taxes_included": True, "total_price": "28.00"}
    found = read(order)
    assert found.prices_include_tax
    assert sum_of(found) == found.total == 2800


def test_a_tip_is_a_fee_and_no_line(order):
    order["line_items"].append(
        {"id": 13, "name": "Tip", "quantity": 1, "price": "3.00", "tip_payment_gateway": "shopify_payments"}
    )
    order |= {"total_price": "33.00", "total_tip_received": "3.00"}
    found = read(order)
    assert len(found.lines) == 2
    assert [(fee.title, fee.amount) for fee in found.fees] == [("Tip", 300)]
    assert sum_of(found) == found.total


def test_a_tip_without_a_line_and_duties(order):
    order |= {"total_price": "37.00", "total_tip_received": "3.00", "original_total_duties_set": money("4.00")}
    found = read(order)
    assert {fee.title: fee.amount for fee in found.fees} == {"Tip": 300, "Duties": 400}
    assert sum_of(found) == found.total


def test_free_shipping_is_a_discount_on_the_shipping(order):
    order["discount_applications"].append(
        {"type": "discount_code", "code": "SHIP", "target_type": "shipping_line", "value_type": "percentage"}
    )
    order["shipping_lines"][0] |= {
        "discounted_price": "0.00",
        "discount_allocations": [{"amount": "4.00", "discount_application_index": 1}],
    }
    order |= {"total_price": "26.00", "total_discounts": "5.50"}
    found = read(order)
    assert (found.shipping.discount, found.discounts[1].kind, found.discounts[1].amount) == (400, "shipping", 400)
    assert sum_of(found) == found.total


def test_an_old_order_with_a_discount_on_no_line_has_it_spread(order):
    order["line_items"][0]["discount_allocations"] = []
    order["discount_applications"] = []
    found = read(order)
    assert [line.discount for line in found.lines] == [118, 32]
    assert [(d.code, d.amount) for d in found.discounts] == [("SPRING", 150)]
    assert sum_of(found) == found.total


def test_numbers_that_do_not_add_up_are_left_as_they_are(order):
    order["total_price"] = "99.99"
    found = read(order)
    assert (found.total, sum_of(found)) == (9999, 3000)


def test_properties_are_options_and_hidden_ones_are_not(order):
    order["line_items"][0]["properties"] = [
        {"name": "Engraving", "value": "For\nAda"},
        {"name": "_app", "value": "x"},
        {"name": "Empty", "value": ""},
    ]
    order["line_items"][1]["properties"] = {"Wrapping": 2, "_hidden": 1}
    lines = read(order).lines
    assert [(o.name, o.value) for o in lines[0].options] == [("Engraving", "For Ada")]
    assert [(o.name, o.value) for o in lines[1].options] == [("Wrapping", "2")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cancelled_at": "2026-05-05T00:00:00Z", "cancel_reason": "fraud"}, "cancelled in the store (fraud)"),
        ({"financial_status": "voided"}, "the payment was voided"),
        ({"financial_status": "refunded"}, "refunded in the store"),
        ({"financial_status": "expired"}, "the payment expired"),
        ({"fulfillment_status": "fulfilled"}, "already fulfilled in the store"),
        ({"fulfillment_status": "partial"}, "partly fulfilled in the store already"),
        ({"test": True}, "a test order"),
        ({"closed_at": "2026-05-05T00:00:00Z"}, "archived in the store"),
    ],
)
def test_orders_that_must_not_be_delivered_say_why(order, change, reason):
    assert read({**order, **change}).closed_reason == reason


@pytest.mark.parametrize(
    ("status", "paid"),
    [("paid", True), ("authorized", True), ("partially_refunded", True), ("pending", False), ("partially_paid", False)],
)
def test_payment(order, status, paid):
    found = read({**order, "financial_status": status})
    assert (found.paid, found.closed_reason) == (paid, None)


def test_the_header_marks_a_test_delivery(order):
    assert read(order, X_Shopify_Test="true").closed_reason == "a test order"


@pytest.mark.parametrize(
    ("email", "contact", "expected"),
    [
        ("a@example.com", "b@example.com", "a@example.com"),
        ("", "b@example.com", "b@example.com"),
        ("", None, "ada@example.com"),
    ],
)
def test_the_email_is_the_orders_then_the_contacts_then_the_customers(order, email, contact, expected):
    assert read({**order, "email": email, "contact_email": contact}).customer.email == expected


@pytest.mark.parametrize("wrap", [lambda o: {"order": o}, lambda o: {"orders": [o]}, lambda o: [o]])
def test_wrapped_bodies(order, wrap):
    assert read(wrap(order)).total == 3000


@pytest.mark.parametrize(
    ("topic", "change"),
    [
        ("orders/updated", "updated"),
        ("orders/paid", "paid"),
        ("orders/cancelled", "cancelled"),
        ("ORDERS/PAID", "paid"),
    ],
)
def test_changes(order, topic, change):
    found = SHOPIFY.read({**HEADERS, "X-Shopify-Topic": topic}, encoded(order))
    assert isinstance(found, OrderChanged)
    assert (found.change, found.order.total) == (change, 3000)


@pytest.mark.parametrize("topic", ["orders/edited", "draft_orders/create", "products/update", "app/uninstalled"])
def test_other_topics_bring_no_order_and_their_body_is_not_read(topic):
    assert isinstance(SHOPIFY.read({**HEADERS, "X-Shopify-Topic": topic}, b"not json"), NotAnOrder)


def test_a_deleted_order():
    found = SHOPIFY.read({**HEADERS, "X-Shopify-Topic": "orders/delete"}, b'{"id": 820982911946154508}')
    assert found == OrderDeleted(store=SHOPIFY.store_of(HEADERS), store_order_id="820982911946154508")


def test_a_new_order_is_placed(order):
    assert isinstance(SHOPIFY.read(HEADERS, encoded(order)), OrderPlaced)


def test_unknown_fields_and_versions_are_let_pass(order):
    order["a_field_of_2031"] = {"x": [1.5]}
    assert read(order, X_Shopify_API_Version="2031-07").total == 3000


def without(*path):
    def change(order):
        for step in path[:-1]:
            order = order[step]
        del order[path[-1]]

    return change


def with_(value, *path):
    def change(order):
        for step in path[:-1]:
            order = order[step]
        order[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (with_(1.5, "line_items", 0, "quantity"), r"line_items\[0\].quantity: found 1.5, expected a whole number"),
        (with_(-1, "line_items", 0, "quantity"), r"line_items\[0\].quantity: found -1, expected a whole number"),
        (with_("many", "line_items", 0, "quantity"), r"line_items\[0\].quantity: found many"),
        (
            with_("10.001", "line_items", 1, "price"),
            r"line_items\[1\].price: found 10.001, expected at most 2 decimals",
        ),
        (
            with_("-1.00", "line_items", 1, "price"),
            r"line_items\[1\].price: found -1.00, expected an amount of 0 or more",
        ),
        (with_("ten", "total_price"), r"total_price: found ten, expected an amount in USD"),
        (with_("BTC", "currency"), r"currency: found BTC, expected a currency code of ISO 4217"),
        (with_("yesterday", "created_at"), r"created_at: found yesterday, expected a time"),
        (with_([1], "note"), r"note: found a list, expected text"),
        (with_({"a": 1}, "line_items"), r"line_items\[0\]: found the number 1, expected an object"),
        (without("currency"), r"currency: found nothing"),
        (without("total_price"), r"total_price: found nothing, expected an amount"),
        (without("created_at"), r"created_at: found nothing, expected a time"),
        (without("line_items"), r"line_items: found nothing, expected a list"),
        (without("line_items", 0, "quantity"), r"line_items\[0\].quantity: found nothing"),
        (without("line_items", 0, "price"), r"line_items\[0\].price: found nothing"),
    ],
)
def test_what_cannot_be_read_is_named(order, change, message):
    broken = copy.deepcopy(order)
    change(broken)
    with pytest.raises(Unreadable, match=message):
        read(broken)


def test_no_id_at_all(order):
    del order["id"], order["admin_graphql_api_id"]
    with pytest.raises(Unreadable, match="id: found nothing, expected an id"):
        read(order)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not JSON"),
        (b'{"id": 1', "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b'{"total_price": NaN}', "not JSON"),
        (b'{"total_price": 1e999999999}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"null", "found nothing, expected an object"),
        (b'{"orders": []}', "found a list of 0, expected exactly one order"),
        (b'{"orders": [{"id": 1}, {"id": 2}]}', "found a list of 2, expected exactly one order"),
    ],
)
def test_bodies_that_hold_no_order(body, message):
    with pytest.raises(Unreadable, match=message):
        read(body)


def test_a_delivery_without_topic_is_refused(order):
    with pytest.raises(Unreadable, match="X-Shopify-Topic: found nothing"):
        SHOPIFY.read({}, encoded(order))


def test_two_lines_with_one_id_are_told_apart(order):
    order["line_items"][1]["id"] = 11
    assert [line.line_id for line in read(order).lines] == ["11", "11-2"]


def test_long_texts_are_cut_and_control_characters_go(order):
    order["note"] = "Leave it\r\nat the door\x00" + "!" * 2000
    order["email"] = "ada@example.com\r\nBcc: all@example.com"
    found = read(order)
    assert found.note.startswith("Leave it\nat the door!")
    assert len(found.note) == 500
    assert "\n" not in found.customer.email
