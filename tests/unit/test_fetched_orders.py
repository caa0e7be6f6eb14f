"""Platforms whose notices bring an id alone: BigCommerce, Squarespace and Stripe Checkout."""

import copy
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from order_processing.stores import (
    NeedsFetch,
    NotAnOrder,
    OrderChanged,
    OrderDeleted,
    OrderPlaced,
    Unreadable,
    platform,
)
from order_processing.stores.platform import SignatureError

PAYLOADS = Path(__file__).parents[2] / "events" / "webhooks"
NOW = datetime(2026, 5, 4, 13, tzinfo=UTC)
BIG, SQUARE, STRIPE = platform("bigcommerce"), platform("squarespace"), platform("stripe")


def payload(name):
    return json.loads(next(PAYLOADS.glob(f"{name}-*.json")).read_bytes())


def encoded(body):
    return json.dumps(body).encode()


def sum_of(order):
    """The sum that an order's total must be."""
    parts = sum(line.net for line in order.lines) + order.shipping.price - order.shipping.discount
    return parts + sum(fee.amount for fee in order.fees) + (0 if order.prices_include_tax else order.tax_total)


# BigCommerce

NOTICE = {
    "store_id": "1001",
    "producer": "stores/er6we2l3gw",
    "scope": "store/order/created",
    "data": {"type": "order", "id": 218},
    "hash": "x",
}


def product(number, inc, ex, quantity=1, **more):
    return {
        "id": number,
        "product_id": 70 + number,
        "variant_id": 90 + number,
        "name": f"Product {number}",
        "sku": f"P{number}",
        "type": "physical",
        "quantity": quantity,
        "base_price": inc,
        "price_inc_tax": inc,
        "price_ex_tax": ex,
        "total_inc_tax": inc,
        "total_ex_tax": ex,
        "total_tax": "1.1000",
        "applied_discounts": [],
        "product_options": [{"display_name": "Colour", "display_value": "Red"}],
        **more,
    }


@pytest.fixture
def products():
    """The four items behind order 218: 67.84 with tax in all."""
    return [product(i, inc, "15.0000") for i, inc in enumerate(("16.9600", "16.9600", "16.9600", "16.9600"), 1)]


def fetched_big(order, products, addresses=(), coupons=(), scope="store/order/created"):
    notice = BIG.read({}, encoded({**NOTICE, "scope": scope}))
    address = {"first_name": "Jane", "street_1": "555 East Street", "zip": 78108, "shipping_method": "Flat Rate"}
    bodies = [order, products, addresses or [address], coupons]
    answers = {url: encoded(body) if body else b"" for url, body in zip(notice.urls, bodies, strict=True)}
    return BIG.read_fetched(notice, answers)


def test_a_bigcommerce_notice_says_what_to_fetch():
    notice = BIG.read({}, encoded(NOTICE))
    assert isinstance(notice, NeedsFetch)
    assert (notice.store, notice.store_order_id, notice.change) == ("er6we2l3gw", "218", None)
    assert notice.urls[0] == "https://api.bigcommerce.com/stores/er6we2l3gw/v2/orders/218"
    assert all(url.startswith("https://api.bigcommerce.com/stores/er6we2l3gw/v2/orders/218") for url in notice.urls)


def test_bigcommerce_scopes():
    assert BIG.read({}, encoded({**NOTICE, "scope": "store/order/statusUpdated"})).change == "updated"
    deleted = BIG.read({}, encoded({**NOTICE, "scope": "store/order/archived"}))
    assert deleted == OrderDeleted(store="er6we2l3gw", store_order_id="218")
    for scope, data in (
        ("store/channel/1/order/updated", {"order_id": 218}),
        ("store/order/transaction/created", {"type": "transaction", "order_id": 218, "transaction_id": "17"}),
        ("store/order/refund/created", {"type": "order", "id": 218, "refund": {"refund_id": 3}}),
    ):
        found = BIG.read({}, encoded({**NOTICE, "scope": scope, "data": data}))
        assert (found.store_order_id, found.change) == ("218", "updated")
    found = BIG.read({}, encoded({**NOTICE, "scope": "store/product/updated"}))
    assert type(found) is NotAnOrder


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"producer": "stores/../../evil"}, "producer"),
        ({"producer": "https://evil.example.com"}, "producer"),
        ({"data": {"id": "218/../1"}}, "data.id"),
        ({"data": {}}, "data.id"),
        ({"scope": ""}, "scope"),
    ],
)
def test_a_bigcommerce_notice_cannot_lead_elsewhere(change, field):
    with pytest.raises(Unreadable, match=field):
        BIG.read({}, encoded({**NOTICE, **change}))


def test_a_bigcommerce_order_with_tax_in_its_prices(products):
    found = fetched_big(payload("bigcommerce-1"), products)
    assert isinstance(found, OrderPlaced)
    order = found.order
    assert order.prices_include_tax
    assert (order.currency, order.total, order.discount_total) == ("USD", 6984, 1000)
    assert sum_of(order) == order.total
    assert order.placed_at == datetime(2019, 3, 5, 21, 40, 11, tzinfo=UTC)
    assert (order.shipping_address.postal_code, order.customer.phone) == ("78108", "1234567890")
    assert (order.lines[0].sku, order.lines[0].store_variant_id) == ("P1", "91")
    assert order.paid
    assert order.shipping.service == "Flat Rate"


def test_a_bigcommerce_order_with_tax_on_top():
    order = payload("bigcommerce-1") | {
        "total_inc_tax": "21.3200",
        "total_tax": "1.3200",
        "shipping_cost_ex_tax": "4.0000",
        "shipping_cost_tax": "0.0000",
        "discount_amount": "0",
        "coupon_discount": "2.0000",
    }
    items = [product(1, "19.3200", "18.0000", 3, base_price="6.0000", applied_discounts=[{"amount": "2.0000"}])]
    found = fetched_big(
        order, items, coupons=[{"code": "TWO", "type": 2, "discount": "2.0000", "amount": "2.0000"}]
    ).order
    assert not found.prices_include_tax
    assert [(line.quantity, line.unit_price, line.discount) for line in found.lines] == [(3, 600, 200)]
    assert (found.discounts[0].code, found.discounts[0].amount) == ("TWO", 200)
    assert sum_of(found) == found.total == 2132


@pytest.mark.parametrize(
    ("status", "payment", "paid", "closed"),
    [
        (11, "captured", True, None),
        (11, "", True, None),
        (7, "", False, None),
        (1, "", False, None),
        (12, "", False, None),
        (0, "", False, "the customer has not finished the checkout"),
        (2, "captured", True, "already fulfilled in the store"),
        (4, "refunded", True, "refunded in the store"),
        (5, "", False, "cancelled in the store"),
        (6, "", False, "declined in the store"),
        (13, "captured", True, "the payment is disputed"),
        (11, "void", True, "the payment was void"),
    ],
)
def test_bigcommerce_statuses(products, status, payment, paid, closed):
    order = payload("bigcommerce-1") | {"status_id": status, "payment_status": payment}
    found = fetched_big(order, products).order
    assert (found.paid or found.closed_reason is not None, found.closed_reason) == (paid or closed is not None, closed)
    assert closed is not None or found.paid is paid


def test_a_bigcommerce_order_to_two_addresses_is_refused_by_name(products):
    with pytest.raises(Unreadable, match="shipping_addresses: found 2 addresses, expected one"):
        fetched_big(payload("bigcommerce-1"), products, addresses=[{"zip": "1"}, {"zip": "2"}])


def test_another_order_than_was_asked_for_is_refused(products):
    with pytest.raises(Unreadable, match="id: found 219, expected 218"):
        fetched_big(payload("bigcommerce-1") | {"id": 219}, products)


def test_a_bigcommerce_change(products):
    found = fetched_big(payload("bigcommerce-1"), products, scope="store/order/updated")
    assert isinstance(found, OrderChanged)
    assert found.order.store_version == "2019-03-11T15:17:25.000000Z"


# Squarespace

SQUARE_NOTICE = {
    "id": "n1",
    "websiteId": "w1",
    "subscriptionId": "s1",
    "topic": "order.create",
    "data": {"orderId": "585d498fdee9f31a60284a37"},
}


def fetched_square(order, topic="order.create"):
    notice = SQUARE.read({}, encoded({**SQUARE_NOTICE, "topic": topic}))
    return SQUARE.read_fetched(notice, {notice.urls[0]: encoded(order)})


def test_a_squarespace_order():
    found = fetched_square(payload("squarespace-1")).order
    assert (found.store, found.store_order_number, found.currency) == ("w1", "3", "USD")
    line = found.lines[0]
    assert (line.sku, line.quantity, line.unit_price, line.discount) == ("SQ3381024", 1, 5500, 100)
    assert [(o.name, o.value) for o in line.options] == [
        ("Size", "Large"),
        ("Color", "Black"),
        ("Shirt Emblem Location", "Middle Chest"),
    ]
    assert (found.discounts[0].code, found.discounts[0].amount) == ("FALLSALE", 100)
    assert found.note == "How did you hear about us?: Facebook"
    assert found.closed_reason == "a test order"
    assert sum_of(found) == found.total == 5770


def test_a_squarespace_order_with_tax_in_its_prices():
    order = payload("squarespace-1") | {"grandTotal": {"value": "55.00", "currency": "USD"}, "testmode": False}
    found = fetched_square(order, "order.update")
    assert isinstance(found, OrderChanged)
    assert found.order.prices_include_tax
    assert sum_of(found.order) == found.order.total == 5500


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"fulfillmentStatus": "CANCELED"}, "cancelled in the store"),
        ({"fulfillmentStatus": "FULFILLED"}, "already fulfilled in the store"),
        ({"refundedTotal": {"value": "57.70", "currency": "USD"}}, "refunded in the store"),
        ({}, None),
    ],
)
def test_squarespace_orders_that_must_not_be_delivered_say_why(change, reason):
    assert fetched_square(payload("squarespace-1") | {"testmode": False} | change).order.closed_reason == reason


def test_squarespace_amounts_in_two_currencies_are_refused():
    order = payload("squarespace-1") | {"taxTotal": {"value": "1.00", "currency": "EUR"}}
    with pytest.raises(Unreadable, match=r"taxTotal.currency: found EUR, expected USD"):
        fetched_square(order)


def test_squarespace_topics_and_ids():
    assert type(SQUARE.read({}, encoded({**SQUARE_NOTICE, "topic": "extension.uninstall"}))) is NotAnOrder
    with pytest.raises(Unreadable, match=r"data\.orderId"):
        SQUARE.read({}, encoded({**SQUARE_NOTICE, "data": {"orderId": "../x"}}))


def test_squarespace_signatures():
    body, secret = encoded(SQUARE_NOTICE), "4a" * 32
    signed = hmac.new(bytes.fromhex(secret), body, hashlib.sha256).hexdigest()
    SQUARE.verify({"squarespace-signature": signed}, body, ["00" * 32, secret], NOW)
    for headers, secrets in [({}, [secret]), ({"squarespace-signature": "zz"}, [secret])]:
        with pytest.raises(SignatureError):
            SQUARE.verify(headers, body, secrets, NOW)
    with pytest.raises(SignatureError, match="does not fit"):
        SQUARE.verify({"squarespace-signature": signed}, body + b" ", [secret], NOW)
    with pytest.raises(SignatureError, match="the store's secret is not hexadecimal"):
        SQUARE.verify({"squarespace-signature": signed}, body, ["plain"], NOW)


# Stripe Checkout


@pytest.fixture
def event():
    return payload("stripe-1")


@pytest.fixture
def session(event):
    """The session of the event, fetched: created, with an address and shipping 5.00 and tax 2.00."""
    return event["data"]["object"] | {
        "created": 1648319900,
        "livemode": True,
        "amount_subtotal": 3000,
        "amount_total": 3700,
        "total_details": {"amount_discount": 0, "amount_shipping": 500, "amount_tax": 200},
        "shipping_cost": {
            "amount_subtotal": 500,
            "amount_tax": 0,
            "shipping_rate": {"id": "shr_1", "display_name": "Express"},
        },
        "collected_information": {
            "shipping_details": {"name": "Ada Quill", "address": {"line1": "Weg 1", "city": "Bonn", "country": "DE"}}
        },
    }


@pytest.fixture
def items():
    price = {"id": "price_1", "product": {"id": "prod_1", "name": "Tea", "metadata": {"sku": "TEA"}, "shippable": True}}
    line = {"id": "li_1", "description": "Tea", "quantity": 3, "price": price, "currency": "usd"}
    return {"object": "list", "has_more": False, "data": [line | {"amount_subtotal": 3000, "amount_tax": 200}]}


def fetched_stripe(event, session, items):
    notice = STRIPE.read({}, encoded(event))
    return STRIPE.read_fetched(notice, dict(zip(notice.urls, (encoded(session), encoded(items)), strict=True)))


def test_a_stripe_event_says_what_to_fetch(event):
    event["data"]["object"]["id"] = "cs_test_a1"
    notice = STRIPE.read({}, encoded(event))
    assert isinstance(notice, NeedsFetch)
    assert notice.store_order_id == "cs_test_a1"
    assert notice.version == "2022-03-26T18:39:19.000000Z"
    assert notice.urls[1].startswith("https://api.stripe.com/v1/checkout/sessions/cs_test_a1/line_items?limit=100")


def test_a_stripe_order(event, session, items):
    order = fetched_stripe(event, session, items).order
    line = order.lines[0]
    assert (line.sku, line.quantity, line.unit_price, line.tax) == ("TEA", 3, 1000, 200)
    assert (order.shipping.title, order.shipping.price) == ("Express", 500)
    assert order.shipping_address.line1 == "Weg 1"
    assert order.customer.email == "stripe@example.com"
    assert (order.paid, order.closed_reason, order.prices_include_tax) == (True, None, False)
    assert sum_of(order) == order.total == 3700


def test_stripe_tax_within_the_prices(event, session, items):
    order = fetched_stripe(event, session | {"amount_total": 3500}, items).order
    assert order.prices_include_tax
    assert sum_of(order) == order.total == 3500


def test_a_stripe_session_that_holds_its_lines_is_an_order_at_once(event, session, items):
    event["data"]["object"] = session | {"line_items": items}
    assert isinstance(STRIPE.read({}, encoded(event)), OrderPlaced)


@pytest.mark.parametrize(
    ("kind", "status", "change", "paid", "closed"),
    [
        ("checkout.session.completed", "unpaid", None, False, None),
        ("checkout.session.async_payment_succeeded", "paid", "paid", True, None),
        ("checkout.session.async_payment_failed", "unpaid", "cancelled", False, "the payment failed"),
    ],
)
def test_stripe_delayed_payments(event, session, items, kind, status, change, paid, closed):
    found = fetched_stripe(event | {"type": kind}, session | {"payment_status": status}, items)
    assert getattr(found, "change", None) == change
    assert (found.order.paid, found.order.closed_reason) == (paid, closed)


def test_a_stripe_test_payment_is_recognised(event, session, items):
    assert fetched_stripe(event, session | {"livemode": False}, items).order.closed_reason == "a test order"


@pytest.mark.parametrize(
    ("currency", "stripes", "ours"),
    [("jpy", 3000, 3000), ("ugx", 300000, 3000), ("mga", 30, 3000), ("kwd", 3000, 3000)],
)
def test_stripes_minor_units_that_are_not_iso_4217s(event, session, items, currency, stripes, ours):
    items["data"][0] |= {"quantity": 1, "amount_subtotal": stripes, "amount_tax": 0}
    session |= {"currency": currency, "amount_total": stripes, "shipping_cost": None, "total_details": {}}
    order = fetched_stripe(event, session, items).order
    assert sum_of(order) == order.total == ours


def test_stripe_events_that_bring_no_order(event):
    for kind in ("checkout.session.expired", "payment_intent.succeeded"):
        assert type(STRIPE.read({}, encoded(event | {"type": kind}))) is NotAnOrder
    setup = copy.deepcopy(event)
    setup["data"]["object"]["mode"] = "setup"
    assert "setup" in STRIPE.read({}, encoded(setup)).reason


def test_a_stripe_order_with_more_lines_than_were_fetched_is_refused(event, session, items):
    with pytest.raises(Unreadable, match="has_more"):
        fetched_stripe(event, session, items | {"has_more": True})


def stripe_signature(body, at, *secrets):
    sent = str(int(at.timestamp()))
    hashes = [hmac.new(s.encode(), f"{sent}.".encode() + body, hashlib.sha256).hexdigest() for s in secrets]
    return {"stripe-signature": ",".join([f"t={sent}", *(f"v1={h}" for h in hashes), "v0=00"])}


def test_stripe_signatures():
    body = b'{"id": "evt_1"}'
    STRIPE.verify(stripe_signature(body, NOW, "whsec_a"), body, ["whsec_a"], NOW)
    STRIPE.verify(stripe_signature(body, NOW, "whsec_b", "whsec_a"), body, ["whsec_a"], NOW)
    STRIPE.verify(stripe_signature(body, NOW, "whsec_old"), body, ["whsec_a", "whsec_old"], NOW)


@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24])
def test_late_and_early_stripe_deliveries_are_refused(minutes):
    body = b"{}"
    with pytest.raises(SignatureError, match="5 minutes"):
        STRIPE.verify(stripe_signature(body, NOW + timedelta(minutes=minutes), "whsec_a"), body, ["whsec_a"], NOW)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "missing"),
        ("v1=aa", "missing"),
        ("t=now,v1=aa", "no time in seconds"),
        (f"t={int(NOW.timestamp())}", "no signature of version v1"),
        (f"t={int(NOW.timestamp())},v1=zz", "not hexadecimal"),
        (f"t={int(NOW.timestamp())},v1=aa", "does not fit"),
        (f"t={int(NOW.timestamp())},t=1,v1=aa", "missing"),
    ],
)
def test_malformed_stripe_signatures_are_refused(header, message):
    with pytest.raises(SignatureError, match=message):
        STRIPE.verify({"Stripe-Signature": header}, b"{}", ["whsec_a"], NOW)


def test_a_stripe_charge_that_was_given_back_closes_its_session(event, session, items):
    refund = event | {"type": "charge.refunded", "data": {"object": {"refunded": True, "payment_intent": "pi_1"}}}
    notice = STRIPE.read({}, encoded(refund))
    (url,) = notice.urls
    assert url.startswith("https://api.stripe.com/v1/checkout/sessions?payment_intent=pi_1&limit=1")
    charged = session | {"payment_intent": {"id": "pi_1", "latest_charge": {"refunded": True}}, "line_items": items}
    found = STRIPE.read_fetched(notice, {url: encoded({"data": [charged]})})
    assert (found.change, found.order.store_order_id) == ("updated", session["id"])
    assert found.order.closed_reason == "refunded in the store"
    assert fetched_stripe(event, charged, items).order.closed_reason == "refunded in the store"
    assert type(STRIPE.read_fetched(notice, {url: encoded({"data": []})})) is NotAnOrder


@pytest.mark.parametrize("charge", [{"refunded": False, "payment_intent": "pi_1"}, {"refunded": True}])
def test_a_stripe_charge_that_no_order_follows_from(event, charge):
    found = STRIPE.read({}, encoded(event | {"type": "charge.refunded", "data": {"object": charge}}))
    assert type(found) is NotAnOrder
