"""Signatures of stores' deliveries, and telling the platforms apart."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.stores import SignatureError, UnknownPlatform, platform, sources

SECRETS = ("new",)
NOW = datetime(2026, 5, 4, tzinfo=UTC)
HEADER = {"shopify": "X-Shopify-Hmac-Sha256", "woocommerce": "X-WC-Webhook-Signature"}
SIGNED = sorted(HEADER)
BODY = b'{"id": 1, "total": "10.00"}'


def signature(body, secret=SECRETS[0]):
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def verify(source, signed, body=BODY, secrets=("new",)):
    platform(source).verify({HEADER[source]: signed} if signed is not None else {}, body, secrets, NOW)


@pytest.mark.parametrize("source", SIGNED)
def test_a_true_signature_is_accepted_whatever_the_headers_case(source):
    verify(source, signature(BODY))
    platform(source).verify({HEADER[source].lower(): signature(BODY)}, BODY, ["new"], NOW)


@pytest.mark.parametrize("source", SIGNED)
def test_two_secrets_are_valid_at_once_and_a_withdrawn_one_is_not(source):
    for secret in ("old", "new"):
        verify(source, signature(BODY, secret), secrets=("new", "old"))
    with pytest.raises(SignatureError, match="does not fit"):
        verify(source, signature(BODY, "older"), secrets=("new", "old"))


@pytest.mark.parametrize("source", SIGNED)
@pytest.mark.parametrize(
    "body",
    [
        BODY[:-1],
        BODY + b" ",
        b"",
        json.dumps(json.loads(BODY), separators=(",", ":")).encode(),
        BODY.decode().encode("utf-16"),
        BODY.replace(b"10.00", b"01.00"),
    ],
)
def test_tampered_truncated_and_re_encoded_bodies_are_refused(source, body):
    with pytest.raises(SignatureError, match="does not fit"):
        verify(source, signature(BODY), body)


@pytest.mark.parametrize("source", SIGNED)
@pytest.mark.parametrize(
    ("given_signature", "message"),
    [
        (None, "the header is missing"),
        ("", "the header is missing"),
        ("not base64!", "not base64"),
        ("é", "not base64"),
        ("AAAA", "does not fit"),
        (hmac.digest(b"new", BODY, "sha256").hex(), "does not fit"),
        (f"{signature(BODY)},{signature(BODY)}", "not base64"),
    ],
)
def test_missing_and_malformed_signatures_are_refused(source, given_signature, message):
    with pytest.raises(SignatureError, match=message):
        verify(source, given_signature)


@pytest.mark.parametrize("source", SIGNED)
@pytest.mark.parametrize("secrets", [(), ("",)])
def test_without_a_secret_nothing_is_accepted_not_even_what_an_empty_one_signs(source, secrets):
    with pytest.raises(SignatureError, match="no secret is set"):
        verify(source, signature(BODY, ""), secrets=secrets)


@given(body=st.binary(max_size=200), place=st.integers(0, 199), bit=st.integers(0, 7))
def test_one_flipped_bit_is_seen(body, place, bit):
    signed = signature(body)
    verify("shopify", signed, body)
    if body:
        changed = bytearray(body)
        changed[place % len(body)] ^= 1 << bit
        with pytest.raises(SignatureError):
            verify("shopify", signed, bytes(changed))


def test_an_unknown_platform_is_named_with_those_there_are():
    with pytest.raises(UnknownPlatform, match="'opencart' is not one of shopify, woocommerce"):
        platform("opencart")
    assert {"shopify", "woocommerce"} <= set(sources())


def test_stores_and_delivery_ids():
    shopify, woo = platform("shopify"), platform("woocommerce")
    assert shopify.store_of({"x-shopify-shop-domain": "A.MyShopify.com"}) == "a.myshopify.com"
    assert shopify.store_of({"x-shopify-shop-domain": "a/../b"}) == ""
    assert shopify.store_of({}) == ""
    assert shopify.delivery_id({"X-SHOPIFY-WEBHOOK-ID": "b54557e4"}) == "b54557e4"
    assert woo.delivery_id({"x-wc-webhook-id": "7", "X-WC-Webhook-Delivery-ID": "abc"}) == "7:abc"
    assert woo.delivery_id({}) == ""
