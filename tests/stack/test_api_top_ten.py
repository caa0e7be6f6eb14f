"""OWASP's ten risks of an API (2023), tried on the deployed stack; docs/security.md says what else answers each.

Who may call which route stands in the matrix of roles; here are the ways around it.
"""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from local import LocalStack, Response
from local.senders import API_KEY, STAFF_KEY
from tests.stack.senders import api_order, place

JSON = {"Content-Type": "application/json"}
FRONT_END = {**JSON, "Authorization": f"Bearer {API_KEY}"}
# What only our own code or AWS's would say.
TOLD_TOO_MUCH = ("Traceback", "botocore", "pydantic", "order_processing/", "arn:aws", "DynamoDB", "Lambda", "/var/task")


@pytest.fixture(scope="module")
def two(stack: LocalStack) -> list[dict[str, str]]:
    """The receipts of two customers' orders."""
    return [place(stack, api_order(f"top-ten-{n}")).json() for n in range(2)]


def link_of(receipt: dict[str, str]) -> tuple[str, str]:
    """An order's path, and the token that opens it."""
    path, _, query = receipt["status_url"].partition("/orders/")[2].partition("?token=")
    return path, query


def says_nothing_of_us(answer: Response) -> None:
    text = answer.body.decode("utf-8", "replace")
    assert [word for word in TOLD_TOO_MUCH if word in text] == []


# API1:2023 Broken object level authorization


@pytest.mark.parametrize(
    "way",
    [
        "GET /orders/{id}?token={token}",
        "POST /orders/{id}/cancel?token={token}",
        "GET /my/orders/{id}?token={token}",
        "POST /my/orders/{id}?token={token}",
        "GET /decide/{id}?token={token}",
        "POST /decide/{id}?token={token}",
    ],
)
def test_1_a_token_opens_its_own_order_and_no_other_and_no_part_of_it_opens_any(stack, two, way):
    (own, token), (other, others) = map(link_of, two)
    method, path = way.split(" ")
    wrong = [
        others,
        token[:-1],
        token + "A",
        token.swapcase(),
        "",
        "null",
        "undefined",
        f"{token}.{others}",
        "%00",
        "*",
    ]
    for given in wrong:
        answer = stack.request(method, path.format(id=own, token=given), FRONT_END | {"Authorization": ""}, b"{}")
        assert answer.status in (400, 401, 403, 404), (given, answer.status)
        says_nothing_of_us(answer)
    for name in (f"{own}/../{other}", f"{other}%2f..%2f{own}", f"{own}%00", f"../orders/{own}"):
        assert stack.request(method, path.format(id=name, token=others)).status in (400, 401, 403, 404, 405)


def test_1_a_number_can_be_guessed_and_tells_nothing(stack, two):
    """Unknown, malformed and another's: the answer is one and the same but for the number in it."""
    own, _ = link_of(two[0])
    answers = [stack.request("GET", f"/orders/{name}?token=guess") for name in (own, "7K3M9QXB4", "BCDFGHJK2")]
    assert {a.status for a in answers} == {answers[0].status}
    bodies = {
        json.dumps({k: v for k, v in a.json().items() if k not in ("instance", "detail", "request_id")})
        for a in answers
    }
    assert len(bodies) == 1


# API2:2023 Broken authentication


@pytest.mark.parametrize("given", [
    API_KEY, f"Basic {base64.b64encode(f'api:{API_KEY}'.encode()).decode()}", f"Bearer {API_KEY[:-1]}",
    f"Bearer {API_KEY}x",     f"Bearer {API_KEY.upper()}", "Bearer ", "Bearer",
    "Bearer null", f"Bearer {API_KEY}, Bearer x", "Bearer *",
    "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIiwic2NvcGUiOiJvcmRlcnMvc3RhZmYifQ.",
])  # fmt: skip
def test_2_what_is_nearly_a_key_is_none(stack, given):
    for method, path in (("POST", "/orders"), ("GET", "/orders")):
        answer = stack.request(method, path, {**JSON, "Authorization": given, "Idempotency-Key": "k"}, b"{}")
        assert answer.status in (401, 403), answer.body
        assert "www-authenticate" in answer.headers or answer.status == 403
        says_nothing_of_us(answer)


def test_2_a_key_in_the_address_is_no_key(stack):
    """Addresses end up in logs."""
    for name in ("api_key", "access_token", "key", "token", "Authorization"):
        assert stack.request("GET", f"/orders?{name}={STAFF_KEY}").status in (401, 403, 404)


@pytest.mark.parametrize(
    "cookie", ["__Host-session=", "__Host-session=x", "session=admin", "__Host-session=" + "a" * 43]
)
def test_2_a_made_up_session_opens_no_console(stack, cookie):
    answer = stack.request("GET", "/staff/orders", {"Cookie": cookie})
    assert answer.status in (302, 303, 401, 403)
    assert "Orders" not in answer.body.decode()


# API3:2023 Broken object property level authorization


@pytest.mark.parametrize("change", [
    {"id": "7K3M9QXB4"}, {"order_id": "7K3M9QXB4"}, {"status": "CONFIRMED"}, {"version": 9}, {"source": "shopify"},
    {"store": "another"}, {"approved": True}, {"approvals": [{"code": "X"}]}, {"closed_reason": "x"}, {"__proto__": {}},
    {"received_at": "2020-01-01T00:00:00Z"}, {"verified": {}}, {"promise": {}}, {"received_day": "x"},
])  # fmt: skip
def test_3_nobody_sets_what_is_ours_to_set(stack, change):
    answer = place(
        stack, {**api_order(f"top-ten-3-{next(iter(change))}"), **change}, key=f"top-ten-3-{next(iter(change))}"
    )
    assert 400 <= answer.status < 500, answer.body
    assert next(iter(change)) in answer.body.decode()


def test_3_the_status_shows_what_a_customer_may_know_and_nothing_else(stack, two):
    own, token = link_of(two[0])
    shown = stack.request("GET", f"/orders/{own}?token={token}")
    text = shown.body.decode()
    for kept in ("fingerprint", "task_token", "raw", "origin", "customer_id", "schema", "bought", "approval", "fraud"):
        assert f'"{kept}"' not in text
    assert "no-store" in shown.headers["cache-control"]


# API4:2023 Unrestricted resource consumption


def costly() -> dict[str, bytes]:
    order: dict[str, Any] = api_order("top-ten-4")
    line = order["lines"][0]
    return {
        "large": b'{"note": "' + b"x" * 4_000_000 + b'"}',
        "deep": b'{"lines":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "many lines": json.dumps({**order, "lines": [line] * 5_000}).encode(),
        "many fields": json.dumps({f"f{n}": n for n in range(50_000)}).encode(),
        "huge number": json.dumps(order).replace('"quantity": 1', '"quantity": ' + "9" * 5_000).encode(),
        "huge exponent": json.dumps(order).replace(f'"{order["total"]}"', '"1e999999999"').encode(),
        "long text": json.dumps({**order, "order_number": "x" * 100_000}).encode(),
    }


@pytest.mark.parametrize("kind", costly())
def test_4_what_is_too_large_is_refused_soon(stack, kind):
    began = time.monotonic()
    answer = stack.request("POST", "/orders", {**FRONT_END, "Idempotency-Key": f"top-ten-4-{kind}"}, costly()[kind])
    assert 400 <= answer.status < 500, answer.body[:300]
    says_nothing_of_us(answer)
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("limit", ["100000000", "-1", "0", "1e9", "NaN", "x", "9" * 400])
def test_4_a_list_is_never_longer_than_its_page(stack, limit):
    headers = {"Authorization": f"Bearer {STAFF_KEY}"}
    answer = stack.request("GET", f"/orders?limit={limit}&from=2000-01-01&to=2100-01-01", headers)
    assert 400 <= answer.status < 500 or len(answer.json()["orders"]) <= 500
    says_nothing_of_us(answer)


# API5:2023 Broken function level authorization


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-Original-URL", "X-Rewrite-URL"])
def test_5_no_header_turns_a_request_into_another(stack, two, header):
    own, token = link_of(two[1])
    for value in ("POST", "DELETE", f"/orders/{own}/cancel"):
        assert stack.request("GET", f"/orders/{own}?token={token}", {header: value}).status == 200
    assert stack.request("GET", f"/orders/{own}?token={token}").json()["status"] not in ("CANCELLED", "REJECTED")


def test_5_claims_about_oneself_in_headers_count_for_nothing(stack):
    mine = {"Authorization": f"Bearer {API_KEY}", "X-Role": "staff", "X-Forwarded-User": "admin", "X-Groups": "admins"}
    for path in ("/inventory/stock", "/shipments?location=louisville&day=2026-11-26", "/staff"):
        assert stack.request("GET", path, mine).status in (302, 303, 401, 403, 404, 405)


# API6:2023 Unrestricted access to sensitive business flows


def test_6_the_same_key_with_another_order_is_refused_and_buys_nothing_more(stack):
    first = place(stack, api_order("top-ten-6"), key="top-ten-6")
    again = place(stack, api_order("top-ten-6"), key="top-ten-6")
    other = place(stack, api_order("top-ten-6", quantity=9), key="top-ten-6")
    assert first.json()["id"] == again.json()["id"]
    assert (other.status, 200 <= again.status < 300) == (422, True)


# API8:2023 Security misconfiguration


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://store.example.com.evil.example", "http://store.example.com"]
)
def test_8_no_other_site_may_read_answers_in_a_browser(stack, origin):
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answers = [
        stack.request("OPTIONS", "/orders", asked),
        stack.request("GET", "/orders", {**FRONT_END, "Origin": origin}),
    ]
    for answer in answers:
        assert answer.headers.get("access-control-allow-origin") in (None, "https://store.example.com")
        assert answer.headers.get("access-control-allow-credentials") != "true"


def test_8_pages_say_how_a_browser_is_to_guard_them(stack, two):
    own, token = link_of(two[0])
    pages = [
        stack.request("GET", f"/my/orders/{own}?token={token}"),
        stack.request("GET", f"/decide/{own}?token=x"),
        stack.request("GET", "/staff/signed-out"),
    ]
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-eval" not in policy
        assert "script-src 'unsafe-inline'" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] in ("no-referrer", "same-origin")
        assert "no-store" in page.headers["cache-control"]
        assert not {"server", "x-powered-by"} & {n for n in page.headers if "order" in page.headers[n].lower()}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a": NaN}', b'"x"', b"{}" * 9, b'{"a":1,"a":2}']
)
@pytest.mark.parametrize("kind", ["application/json", "text/xml", "multipart/form-data; boundary=x", ""])
def test_8_a_body_that_cannot_be_read_is_told_as_a_problem_and_not_as_a_fault(stack, body, kind):
    answer = stack.request("POST", "/orders", {**FRONT_END, "Content-Type": kind, "Idempotency-Key": "top-ten-8"}, body)
    assert 400 <= answer.status < 500, answer.body
    assert answer.headers["content-type"].startswith("application/problem+json")
    says_nothing_of_us(answer)
