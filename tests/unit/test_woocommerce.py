"""WooCommerce's orders, read."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from order_processing.stores import NotAnOrder, OrderChanged, OrderDeleted, OrderPlaced, Unreadable, platform

PAYLOADS = Path(__file__).parents[2] / "events" / "webhooks"
WOO = platform("woocommerce")
HEADERS = {"X-WC-Webhook-Topic": "order.created", "X-WC-Webhook-Source": "https://Shop.example.com/"}


def payload(name):
    return next(PAYLOADS.glob(f"{name}-*.json")).read_bytes()


def read(body):
    return WOO.read(HEADERS, body if isinstance(body, bytes) else json.dumps(body, default=float).encode()).order


def sum_of(order):
    """The sum that an order's total must be."""
    lines = sum(line.net for line in order.lines)
    return lines + order.shipping.price - order.shipping.discount + sum(f.amount for f in order.fees) + order.tax_total


@pytest.fixture
def order():
    """A small order: 3 of one item for 10.00 in all, 1.00 off, shipping 4.00, tax 1.30, total 14.30."""
    return {
        "id": 9,
        "number": "9",
        "status": "processing",
        "currency": "EUR",
        "date_created_gmt": "2026-05-04T13:00:00",
        "date_modified_gmt": "2026-05-04T13:00:05",
        "date_paid_gmt": "2026-05-04T13:00:05",
        "total": "14.30",
        "total_tax": "1.30",
        "discount_total": "1.00",
        "shipping_total": "4.00",
        "shipping_tax": "0.40",
        "prices_include_tax": True,
        "customer_id": 4,
        "customer_note": "",
        "billing": {"first_name": "Ada", "last_name": "Quill", "email": "ada@example.com", "country": "DE"},
        "shipping": {"first_name": "Ada", "last_name": "Quill", "address_1": "Weg 1", "city": "Bonn", "country": "DE"},
        "line_items": [
            {
                "id": 1,
                "name": "Tea &amp; <b>honey</b>",
                "product_id": 5,
                "variation_id": 0,
                "quantity": 3,
                "subtotal": "10.00",
                "total": "9.00",
                "total_tax": "0.90",
                "taxes": [{"id": 7, "total": "0.9000", "subtotal": "1"}],
                "meta_data": [
                    {"key": "_reduced_stock", "value": "3"},
                    {"key": "pa_size", "value": "l", "display_key": "Size", "display_value": "Large &gt; M"},
                    {"key": "addon", "value": {"a": 1}},
                ],
            }
        ],
        "tax_lines": [
            {"rate_id": 7, "label": "VAT", "tax_total": "0.90", "shipping_tax_total": "0.40", "rate_percent": 10}
        ],
        "shipping_lines": [{"method_id": "flat_rate", "method_title": "Flat rate", "total": "4.00"}],
        "fee_lines": [],
        "coupon_lines": [{"code": "ten", "discount": "1.00", "discount_type": "percent", "nominal_amount": 10}],
        "refunds": [],
    }


def test_an_order_is_read_whole(order):
    found = read(order)
    assert found.origin == "woocommerce\nshop.example.com\n9"
    assert found.placed_at == datetime(2026, 5, 4, 13, tzinfo=UTC)
    assert found.store_version == "2026-05-04T13:00:05.000000Z"
    assert found.lines[0].title == "Tea & honey"
    assert [(o.name, o.value) for o in found.lines[0].options] == [("Size", "Large > M")]
    assert found.lines[0].store_variant_id == "5"
    assert found.lines[0].tax_rate == "0.1"
    assert (found.taxes[0].rate, found.taxes[0].amount) == ("0.1", 130)
    assert (found.discounts[0].kind, found.discounts[0].value, found.discounts[0].amount) == ("percentage", "10", 100)
    assert found.customer.store_customer_id == "4"
    assert not found.prices_include_tax
    assert sum_of(found) == found.total == 1430


def test_a_sum_that_does_not_divide_becomes_two_lines(order):
    lines = read(order).lines
    assert [(line.line_id, line.quantity, line.unit_price) for line in lines] == [("1", 2, 333), ("1-2", 1, 334)]
    assert sum(line.gross for line in lines) == 1000
    assert sum(line.discount for line in lines) == 100
    assert sum(line.tax for line in lines) == 90


@pytest.mark.parametrize("name", ["woo-1", "woo-2", "woo-4", "woo-5"])
def test_real_payloads_add_up(name):
    found = read(payload(name))
    assert sum_of(found) == found.total
    assert not any(fee.title == "Rounding" for fee in found.fees)


@pytest.mark.parametrize(
    ("name", "paid", "closed"),
    [
        ("woo-1", True, None),
        ("woo-2", True, "already fulfilled in the store"),
        ("woo-4", False, None),
        ("woo-5", True, None),
    ],
)
def test_real_payloads_payment_and_closing(name, paid, closed):
    found = read(payload(name))
    assert (found.paid, found.closed_reason) == (paid, closed)


def test_a_variation_and_an_entity_in_its_name():
    line = read(payload("woo-1")).lines[1]
    assert (line.sku, line.store_variant_id) == ("Bar3", "23")
    assert line.title == "Ship Your Idea – Color: Black, Size: M Test"


def test_an_address_that_only_names_a_country_is_none():
    found = read(payload("woo-4"))
    assert found.shipping_address is None
    assert found.currency == "AUD"
    assert found.lines[1].unit_price == 1105


def test_long_fractions_are_rounded_and_the_total_still_met(order):
    """A shop with prices that include 20 % tax: 3 items at 9.99, each 8.325 before tax."""
    item = {"product_id": 1, "quantity": 1, "subtotal": "8.325", "total": "8.325", "total_tax": "1.665", "name": "T"}
    order["line_items"] = [{"id": i, **item} for i in range(3)]
    order |= {"shipping_total": "0", "total_tax": "5.00", "total": "29.97", "coupon_lines": []}
    found = read(order)
    assert [line.net for line in found.lines] == [833, 833, 833]
    assert [(fee.title, fee.amount) for fee in found.fees] == [("Rounding", -2)]
    assert sum_of(found) == found.total == 2997


def test_a_total_that_is_really_off_is_left_as_it_is(order):
    order["total"] = "20.00"
    found = read(order)
    assert (found.total, sum_of(found), found.fees) == (2000, 1430, ())


def test_fees_and_a_negative_one(order):
    order["fee_lines"] = [
        {"name": "Gift wrap", "total": "2.00", "total_tax": "0.20"},
        {"name": "Loyalty", "total": "-1.00", "total_tax": "-0.10"},
    ]
    order |= {"total": "15.40", "total_tax": "1.40"}
    found = read(order)
    assert [(fee.title, fee.amount, fee.tax) for fee in found.fees] == [("Gift wrap", 200, 20), ("Loyalty", -100, -10)]
    assert sum_of(found) == found.total


def test_a_line_dearer_than_its_subtotal_has_no_discount(order):
    order["line_items"][0] |= {"subtotal": "9.00", "total": "12.00"}
    order |= {"total": "17.30"}
    found = read(order)
    assert (found.lines[0].unit_price, found.lines[0].discount) == (400, 0)
    assert sum_of(found) == found.total


@pytest.mark.parametrize(("currency", "amount", "minor"), [("JPY", "1200", 1200), ("KWD", "1.250", 1250)])
def test_currencies_without_or_with_three_decimals(order, currency, amount, minor):
    order["line_items"][0] |= {"quantity": 1, "subtotal": amount, "total": amount, "total_tax": "0"}
    order |= {"currency": currency, "total": amount, "total_tax": "0", "shipping_total": "0", "coupon_lines": []}
    order |= {"discount_total": "0", "shipping_lines": [], "tax_lines": [], "shipping_tax": "0"}
    found = read(order)
    assert sum_of(found) == found.total == minor


@pytest.mark.parametrize(
    ("status", "date_paid", "paid", "closed"),
    [
        ("processing", None, True, None),
        ("wc-processing", None, True, None),
        ("on-hold", None, False, None),
        ("pending", None, False, None),
        ("pending", "2026-05-04T13:00:00", True, None),
        ("completed", None, True, "already fulfilled in the store"),
        ("cancelled", None, False, "cancelled in the store"),
        ("refunded", None, False, "refunded in the store"),
        ("failed", None, False, "the payment failed"),
        ("trash", None, False, "deleted in the store"),
        ("checkout-draft", None, False, "a draft: the customer has not finished the checkout"),
        ("awaiting-pickup", "2026-05-04T13:00:00", True, None),
        ("awaiting-deposit", None, False, None),
    ],
)
def test_statuses(order, status, date_paid, paid, closed):
    found = read({**order, "status": status, "date_paid_gmt": date_paid})
    assert (found.paid, found.closed_reason) == (paid, closed)


def test_an_order_refunded_whole_is_closed(order):
    order["refunds"] = [{"id": 1, "total": "-10.30"}, {"id": 2, "total": "-4.00"}]
    assert read(order).closed_reason == "refunded in the store"


def test_a_digital_order(order):
    order |= {"needs_processing": False, "shipping_lines": [], "shipping": []}
    found = read(order)
    assert not any(line.requires_shipping for line in found.lines)
    assert found.shipping_address is None


def test_a_tax_number_is_found_where_extensions_keep_it(order):
    order["meta_data"] = [{"key": "_billing_vat_number", "value": "DE123456789"}]
    assert read(order).customer.tax_number == "DE123456789"


@pytest.mark.parametrize("body", [b"webhook_id=12", b" webhook_id=12\n"])
def test_a_ping_is_no_order(body):
    assert isinstance(WOO.ping({}, body), NotAnOrder)
    assert isinstance(WOO.read({}, body), NotAnOrder)


@pytest.mark.parametrize("body", [b"webhook_id=", b"webhook_id=1&order=2", b"{}", b"webhook_id=12" + b" " * 100])
def test_what_only_looks_like_a_ping_is_none(body):
    assert WOO.ping({}, body) is None


def test_topics(order):
    body = json.dumps(order).encode()

    def read_as(topic):
        return WOO.read({"x-wc-webhook-topic": topic}, body)

    assert isinstance(read_as("order.created"), OrderPlaced)
    assert read_as("order.updated").change == "updated"
    assert isinstance(read_as("order.restored"), OrderChanged)
    assert read_as("order.deleted") == OrderDeleted(store="", store_order_id="9")
    assert isinstance(read_as("product.updated"), NotAnOrder)
    assert isinstance(read_as("action.woocommerce_add_to_cart"), NotAnOrder)
    with pytest.raises(Unreadable, match="X-WC-Webhook-Topic"):
        read_as("")


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://Shop.example.com/", "shop.example.com"),
        ("http://shop.example.com", "shop.example.com"),
        ("https://shop.example.com:443/", "shop.example.com"),
        ("http://localhost:8080/", "localhost:8080"),
        ("https://example.com/Shop/", "example.com/Shop"),
        ("https://user:secret@example.com/", "example.com"),
        ("https://example.com:port/", ""),
        ("https://[broken/", ""),
        ("", ""),
    ],
)
def test_the_store_is_its_sites_address(url, site):
    assert WOO.store_of({"x-wc-webhook-source": url}) == site


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"quantity": 1.5}, r"line_items\[0\].quantity: found 1.5, expected a whole number"),
        ({"quantity": -2}, r"line_items\[0\].quantity: found -2, expected a whole number"),
        ({"quantity": 0}, r"line_items\[0\].quantity: found 0, expected a whole number"),
        ({"total": "-3.00"}, r"line_items\[0\].total: found -3.00, expected an amount of 0 or more"),
        ({"total": "1,00"}, r"line_items\[0\].total: found 1,00, expected an amount in EUR"),
        ({"id": None}, r"line_items\[0\].id: found nothing, expected an id"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(order, change, message):
    order["line_items"][0] |= change
    with pytest.raises(Unreadable, match=message):
        read(order)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"total": "14.305"}, "total: found 14.305, expected at most 2 decimals in EUR"),
        ({"currency": "XBT"}, "currency: found XBT"),
        ({"date_created_gmt": None}, "date_created_gmt: found nothing, expected a time"),
        ({"line_items": None}, "line_items: found nothing, expected a list"),
        ({"id": True}, "id: found true, expected an id"),
        ({"billing": "x"}, "billing: found text, expected an object"),
    ],
)
def test_an_order_that_cannot_be_read_is_named(order, change, message):
    with pytest.raises(Unreadable, match=message):
        read({**order, **change})


def test_a_message_never_repeats_what_is_in_a_personal_field(order):
    order["billing"]["email"] = ["ada@example.com"]
    with pytest.raises(Unreadable) as caught:
        read(order)
    assert "ada" not in str(caught.value)


def test_amounts_written_as_numbers(order):
    order["line_items"][0]["total"] = Decimal("9.0")
    order["total"] = Decimal("14.3")
    assert read(order).total == 1430
