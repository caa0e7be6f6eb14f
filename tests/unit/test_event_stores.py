"""Adobe Commerce's CloudEvents, and any sender of Standard Webhooks."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from order_processing.stores import (
    NotAnOrder,
    OrderChanged,
    OrderDeleted,
    OrderPlaced,
    SignatureError,
    Unreadable,
    platform,
)

PAYLOADS = Path(__file__).parents[2] / "events" / "webhooks"
NOW = datetime(2026, 5, 4, 13, tzinfo=UTC)
ADOBE, STANDARD, BIG = platform("adobe-commerce"), platform("standardwebhooks"), platform("bigcommerce")


def encoded(body):
    return json.dumps(body).encode()


def sum_of(order):
    """The sum that an order's total must be."""
    parts = sum(line.net for line in order.lines) + order.shipping.price - order.shipping.discount
    return parts + sum(fee.amount for fee in order.fees) + (0 if order.prices_include_tax else order.tax_total)


@pytest.fixture
def event():
    return json.loads(next(PAYLOADS.glob("magento-1-*.json")).read_bytes())


@pytest.fixture
def value(event):
    return event["data"]["value"]


# Adobe Commerce


def test_an_adobe_commerce_order(event):
    found = ADOBE.read({}, encoded(event))
    assert isinstance(found, OrderPlaced)
    order = found.order
    assert (order.store, order.store_order_id) == ("tenanta_7rqtwti_ch6qlx6kkvx3a.tenanta/1", "000000617")
    line = order.lines[0]
    assert (line.sku, line.quantity, line.unit_price, line.discount) == ("Adobe_Pro_12", 1, 50575, 10115)
    assert (order.shipping.service, order.shipping.price) == ("flatrate_flatrate", 500)
    address = order.shipping_address
    assert (address.line1, address.line2) == ("29,Stadium Plaza", "Motera Stadium road, Sabarmati")
    assert (address.country, address.region) == ("IN", "Gujarat")
    assert order.customer.store_customer_id is None
    assert (order.paid, order.closed_reason) == (True, None)
    assert sum_of(order) == order.total == 40960


def test_a_later_state_of_an_adobe_commerce_order_is_a_change(event, value):
    value["updated_at"] = "2023-08-16 09:00:00"
    found = ADOBE.read({}, encoded(event))
    assert isinstance(found, OrderChanged)
    assert found.order.store_version == "2023-08-16T09:00:00.000000Z"


def test_an_adobe_commerce_catalogue_with_tax_in_its_prices(event, value):
    """12.00 with 20 % tax, 1.20 off with tax: 10.00 - 1.00 + 1.80 = 10.80."""
    value["items"][0] |= {"row_total": 10, "discount_amount": 1.2, "tax_amount": 1.8, "tax_percent": 20}
    value["items"][0]["discount_tax_compensation_amount"] = 0.2
    value |= {"grand_total": 10.8, "tax_amount": 1.8, "shipping_amount": 0, "discount_amount": -1.2}
    order = ADOBE.read({}, encoded(event)).order
    assert (order.lines[0].discount, order.lines[0].tax_rate) == (100, "0.2")
    assert sum_of(order) == order.total == 1080


def test_of_a_configurable_product_the_parent_is_the_line(event, value):
    child = value["items"][0] | {"item_id": "999", "parent_item_id": "998", "row_total": 0, "qty_ordered": 1}
    value["items"][0]["product_options"]["attributes_info"] = [{"label": "Size", "value": "L"}]
    value["items"].append(child)
    order = ADOBE.read({}, encoded(event)).order
    assert [line.line_id for line in order.lines] == ["998"]
    assert [(o.name, o.value) for o in order.lines[0].options] == [("Size", "L")]


def test_a_bundles_discount_may_stand_on_its_parts(event, value):
    parent = value["items"][0]
    children = [
        parent | {"item_id": str(i), "parent_item_id": "998", "discount_amount": d} for i, d in ((1, 1), (2, 2.5))
    ]
    parent["discount_amount"] = 0
    value["items"] += children
    assert ADOBE.read({}, encoded(event)).order.lines[0].discount == 350


@pytest.mark.parametrize(
    ("state", "authorized", "paid", "closed"),
    [
        ("processing", 0, True, None),
        ("new", 0, False, None),
        ("new", 409.6, True, None),
        ("pending_payment", 0, False, None),
        ("holded", 0, False, None),
        ("complete", 0, True, "already fulfilled in the store"),
        ("closed", 0, False, "refunded in the store"),
        ("canceled", 0, False, "cancelled in the store"),
    ],
)
def test_adobe_commerce_states(event, value, state, authorized, paid, closed):
    value |= {"state": state}
    value["payment"]["amount_authorized"] = authorized
    order = ADOBE.read({}, encoded(event)).order
    assert (order.paid, order.closed_reason) == (paid, closed)


@pytest.mark.parametrize("wrap", [lambda e: [e], lambda e: {"event": e}])
def test_wrapped_events(event, wrap):
    assert ADOBE.read({}, encoded(wrap(event))).order.total == 40960


def test_other_events_and_a_fractional_quantity(event, value):
    assert isinstance(
        ADOBE.read({}, encoded(event | {"type": "com.adobe.commerce.observer.customer_save"})), NotAnOrder
    )
    value["items"][0]["qty_ordered"] = 1.5
    with pytest.raises(Unreadable, match=r"data.value.items\[0\].qty_ordered: found 1.5"):
        ADOBE.read({}, encoded(event))


@pytest.fixture(scope="module")
def keys():
    return [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]


def pem(key):
    public = key.public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def rsa_signature(key, body):
    return base64.b64encode(key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()


def test_adobes_signatures_are_checked_under_either_key_for_our_client_id_alone(event, keys):
    body, client = encoded(event), event["recipient_client_id"]
    headers = {"x-adobe-digital-signature-1": rsa_signature(keys[0], body)}
    both = headers | {"x-adobe-digital-signature-2": rsa_signature(keys[1], body)}
    ADOBE.verify(headers, body, [f"{client}\n{pem(keys[0])}"], NOW)
    ADOBE.verify(both, body, [f"{client}\n{pem(keys[1])}"], NOW)
    for given, signed, secret in [
        (headers, body, f"somebody-else\n{pem(keys[0])}"),
        (headers, body, f"\n{pem(keys[0])}"),
        (headers, body, f"{client}\n{pem(keys[1])}"),
        (headers, body + b" ", f"{client}\n{pem(keys[0])}"),
    ]:
        with pytest.raises(SignatureError, match="no signature fits"):
            ADOBE.verify(given, signed, [secret], NOW)
    with pytest.raises(SignatureError):
        ADOBE.verify({}, body, [f"{client}\n{pem(keys[0])}"], NOW)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (rsa.generate_private_key(public_exponent=65537, key_size=1024), "fewer than 2048 bits"),  # noqa: S505
        (ec.generate_private_key(ec.SECP256R1()), "not a key for RSA"),
    ],
)
def test_weak_and_other_keys_are_refused(key, message):
    with pytest.raises(SignatureError, match=message):
        ADOBE.verify({"x-adobe-digital-signature-1": "AAAA"}, b"{}", [f"c\n{pem(key)}"], NOW)


@pytest.mark.parametrize("cut", [40, 200, 300])
def test_a_key_that_was_cut_off_is_refused(keys, cut):
    lines = pem(keys[0]).splitlines()
    text = "\n".join([lines[0], "".join(lines[1:-1])[:cut], lines[-1]])
    with pytest.raises(SignatureError):
        ADOBE.verify({"x-adobe-digital-signature-1": "AAAA"}, b"{}", [f"c\n{text}"], NOW)


def test_adobes_older_signature():
    signed = base64.b64encode(hmac.digest(b"client-secret", b"{}", "sha256")).decode()
    ADOBE.verify({"x-adobe-signature": signed}, b"{}", ["client-secret"], NOW)
    with pytest.raises(SignatureError, match="does not fit"):
        ADOBE.verify({"x-adobe-signature": signed}, b"{} ", ["client-secret"], NOW)


# Standard Webhooks

ORDER = {
    "id": "A-77",
    "placed_at": "2026-05-04T12:00:00Z",
    "updated_at": "2026-05-04T12:30:00Z",
    "currency": "EUR",
    "customer": {"email": "ada@example.com", "name": "Ada Quill"},
    "shipping_address": {"line1": "Weg 1", "city": "Bonn", "country": "DE"},
    "lines": [{"sku": "TEA", "quantity": 2, "unit_price": "4.50"}],
    "total": "9.00",
}
SECRET = "whsec_" + base64.b64encode(b"a key of thirty-two bytes, always").decode()


def message(kind="order.created", **data):
    return encoded({"type": kind, "timestamp": "2026-05-04T12:30:01Z", "data": {**ORDER, **data}})


def signed(body, secret=SECRET, at=NOW, number="msg_1"):
    sent = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{number}.{sent}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": number,
        "webhook-timestamp": sent,
        "webhook-signature": f"v1a,xx v1,{base64.b64encode(digest).decode()}",
    }


def test_an_order_by_standard_webhooks():
    found = STANDARD.read({"X-Webhook-Source": "shop-1"}, message())
    assert isinstance(found, OrderPlaced)
    order = found.order
    assert order.origin == "standardwebhooks\nshop-1\nA-77"
    assert (order.store_version, order.placed_at.hour) == ("2026-05-04T12:30:00.000000Z", 12)
    assert (order.lines[0].sku, order.lines[0].gross, order.paid) == ("TEA", 900, True)
    assert sum_of(order) == order.total == 900


@pytest.mark.parametrize(
    ("kind", "data", "change", "closed"),
    [
        ("order.updated", {}, "updated", None),
        ("order.paid", {}, "paid", None),
        ("order.cancelled", {}, "cancelled", "cancelled in the store"),
        ("order.canceled", {"closed_reason": "out of stock"}, "cancelled", "out of stock"),
    ],
)
def test_changes_by_standard_webhooks(kind, data, change, closed):
    found = STANDARD.read({}, message(kind, **data))
    assert (found.change, found.order.closed_reason) == (change, closed)


def test_other_standard_webhooks():
    assert isinstance(STANDARD.read({}, message("invoice.paid")), NotAnOrder)
    assert STANDARD.read({}, message("order.deleted")) == OrderDeleted(store="", store_order_id="A-77")
    assert STANDARD.read({}, message(paid=False)).order.paid is False


@pytest.mark.parametrize(
    ("data", "match"),
    [
        ({"total": "9.001"}, "data.total"),
        ({"lines": [{"sku": "TEA", "quantity": 1.5, "unit_price": "1"}]}, r"data.lines\[0\].quantity"),
        ({"currency": "EURO"}, "data.currency"),
        ({"surprise": 1}, "data.surprise"),
        ({"id": None}, "data.id: found nothing, expected an id"),
    ],
)
def test_standard_webhooks_that_cannot_be_read(data, match):
    with pytest.raises(Unreadable, match=match):
        STANDARD.read({}, message(**data))


def test_standard_webhooks_signatures():
    body = message()
    STANDARD.verify(signed(body), body, [SECRET], NOW)
    STANDARD.verify(signed(body), body, ["whsec_" + base64.b64encode(b"new").decode(), SECRET], NOW)
    for headers, raw, text in [
        (signed(body), body + b" ", "does not fit"),
        (signed(body) | {"webhook-id": "msg_2"}, body, "does not fit"),
        (signed(body) | {"webhook-id": ""}, body, "webhook-id: the header is missing"),
        (signed(body) | {"webhook-timestamp": ""}, body, "no time in seconds"),
        (signed(body) | {"webhook-signature": ""}, body, "no signature of version v1"),
        (signed(body) | {"webhook-signature": "v1,?"}, body, "not base64"),
        (signed(body, at=NOW - timedelta(minutes=6)), body, "5 minutes"),
        (signed(body, at=NOW + timedelta(minutes=6)), body, "5 minutes"),
    ]:
        with pytest.raises(SignatureError, match=text):
            STANDARD.verify(headers, raw, [SECRET], NOW)
    with pytest.raises(SignatureError, match="not whsec_"):
        STANDARD.verify(signed(body), body, ["whsec_?"], NOW)


def test_the_schemes_published_example():
    """From the specification's libraries: the message that every implementation is tried with."""
    body = b'{"test": 2432232314}'
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    STANDARD.verify(headers, body, secrets, datetime.fromtimestamp(1614265330, UTC))


def test_bigcommerce_signs_with_the_client_secret_itself():
    body = b"{}"
    headers = signed(body, secret=base64.b64encode(b"client-secret").decode())
    BIG.verify(headers, body, ["client-secret"], NOW)
    assert BIG.delivery_id(headers) == STANDARD.delivery_id(headers) == "msg_1"
