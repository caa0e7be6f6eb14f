"""The doors of the deployed stack: bad input, repeats, forgeries."""

from __future__ import annotations

import json

import pytest

from local.senders import API_KEY, FRONT_END, SHOPIFY_SECRET, SHOPIFY_SHOP
from order_processing import order_number
from tests.stack.senders import api_order, place, read_payload, send_shopify, send_woocommerce, signature, status


def stored_orders(stack):
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs["OrdersTable"])
    return {item["order_id"]["S"] for page in pages for item in page["Items"] if item["part"]["S"] == "placed"}


def api(stack, body, key="bad-input"):
    headers = {"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": key, "Content-Type": "application/json"}
    return stack.request("POST", "/orders", headers, body)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"{not json", "body"),
        (json.dumps(api_order("n") | {"surprise": 1}), "surprise"),
        (json.dumps(api_order("n", quantity=-1)), "lines[0].quantity"),
        (json.dumps(api_order("n", quantity=1.5)), "lines[0].quantity"),
        (json.dumps(api_order("n", currency="XXX")), "currency"),
    ],
)
def test_bad_input_is_refused_with_field_value_and_expectation_and_nothing_is_stored(stack, body, path):
    answer = api(stack, body, key=f"bad-{path}")
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert path in [error["path"] for error in answer.json()["errors"]]
    assert order_number.derive(f"api\n{FRONT_END}\nbad-{path}") not in stored_orders(stack)


def test_a_body_over_the_limit_is_413(stack):
    answer = api(stack, json.dumps(api_order("large") | {"note": "x" * (1024 * 1024 + 1)}))
    assert (answer.status, answer.json()["code"]) == (413, "BODY_TOO_LARGE")


def test_a_request_without_a_key_of_its_own_is_refused(stack):
    answer = stack.request("POST", "/orders", {"Authorization": f"Bearer {API_KEY}"}, json.dumps(api_order("nokey")))
    assert (answer.status, answer.json()["code"]) == (400, "IDEMPOTENCY_KEY_MISSING")


def test_a_repeated_request_gets_the_same_answer_and_is_one_order(stack):
    first, again = (place(stack, api_order("repeated")) for _ in range(2))
    assert (first.status, again.status) == (202, 202)
    assert first.json() == again.json()


def test_the_same_key_with_another_body_is_refused(stack):
    place(stack, api_order("reused"))
    other = place(stack, api_order("reused", quantity=2))
    assert (other.status, other.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")


def test_a_stores_order_that_is_there_already_is_200_and_one_order(stack):
    raw = json.dumps(json.loads(read_payload("woo-5-onhold-zero-tax-line")) | {"id": 64001, "number": "64001"}).encode()
    first, again = send_woocommerce(stack, raw), send_woocommerce(stack, raw)
    assert (first.status, again.status) == (202, 200)
    assert first.json() == again.json()


@pytest.mark.parametrize("forged", ["", "AAAA", signature("another secret", b"{}"), signature(SHOPIFY_SECRET, b"{} ")])
def test_a_wrong_signature_is_401_and_nothing_is_stored(stack, forged):
    raw = json.dumps({"id": 4711, "forged": forged}).encode()
    answer = send_shopify(stack, raw, **{"X-Shopify-Hmac-Sha256": forged})
    assert (answer.status, answer.json()["code"]) == (401, "SIGNATURE_INVALID")
    assert order_number.derive(f"shopify\n{SHOPIFY_SHOP}\n4711") not in stored_orders(stack)
    assert SHOPIFY_SECRET not in answer.body.decode()


def test_a_shop_that_is_not_connected_is_401(stack):
    answer = send_shopify(stack, b"{}", **{"X-Shopify-Shop-Domain": "stranger.myshopify.example"})
    assert answer.status == 401


def test_an_order_is_shown_to_whoever_holds_its_token_and_to_no_one_else(stack):
    mine, other = (place(stack, api_order(name)).json() for name in ("mine", "other"))
    assert status(stack, mine).status == 200
    token = other["status_url"].partition("token=")[2]
    for path in (f"/orders/{mine['id']}", f"/orders/{mine['id']}?token={token}", "/orders/BRSJV48JX?token=x"):
        assert stack.request("GET", path).status == 404
    assert stack.request("POST", f"/orders/{mine['id']}/cancel?token={token}").status == 404


def test_what_is_no_route_is_a_problem_too(stack):
    answer = stack.request("GET", "/orders/x/y/z")
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
