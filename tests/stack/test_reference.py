"""The reference as the deployed stack serves it, and what every answer of the API has."""

from __future__ import annotations

import json

import pytest

from local.reference.document import document
from order_processing.gateway import API_VERSION


def test_the_document_and_its_page_are_served_to_everybody(stack):
    served = stack.request("GET", "/openapi.json")
    assert (served.status, served.headers["content-type"]) == (200, "application/json")
    assert served.json() == document()
    page = stack.request("GET", "/docs")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'none';")


def test_what_a_client_has_is_not_sent_again(stack):
    etag = stack.request("GET", "/openapi.json").headers["etag"]
    again = stack.request("GET", "/openapi.json", {"If-None-Match": etag})
    assert (again.status, again.body) == (304, b"")


def test_every_answer_names_its_request_and_version(stack):
    named = stack.request("GET", "/orders/nothing", {"X-Request-Id": "mine.7"})
    assert (named.headers["x-request-id"], named.headers["api-version"]) == ("mine.7", API_VERSION)
    assert stack.request("GET", "/docs").headers["x-request-id"]
    assert any(json.loads(line).get("client_request_id") == "mine.7" for line in stack.logs() if line.startswith("{"))


def test_a_front_end_in_a_browser_may_ask_and_read_what_it_needs(stack):
    origin = "https://store.example.com"
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "if-match"}
    allowed = stack.request("OPTIONS", "/orders", asked)
    assert allowed.headers["access-control-allow-origin"] == origin
    assert "if-match" in allowed.headers["access-control-allow-headers"]
    answer = stack.request("GET", "/openapi.json", {"Origin": origin})
    assert "etag" in answer.headers["access-control-expose-headers"]
    stranger = stack.request("GET", "/openapi.json", {"Origin": "https://stranger.example"})
    assert "access-control-allow-origin" not in stranger.headers


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/inventory/broken-promises", "GET"),
        ("TRACE", "/my/orders", "GET, HEAD"),
        ("DELETE", "/orders", "GET, POST"),
        ("GET", "/orders/quote", "POST"),
    ],
)
def test_a_method_that_a_path_does_not_have_is_405_and_says_which_it_has(stack, method, path, allowed):
    answer = stack.request(method, path)
    assert (answer.status, answer.headers["allow"], answer.json()["code"]) == (405, allowed, "METHOD_NOT_ALLOWED")
