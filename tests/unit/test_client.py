"""The Python client: what it sends, what it sends again, and what it makes of answers."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest

from clients.python.order_processing_client import API_VERSION, Client, Problem, Seen, Unreachable
from order_processing import gateway


class Scripted(Client):
    """A client whose answers are the test's: (status, headers, body), or an error to raise."""

    def answers(self, *script: Any) -> Scripted:
        self.script, self.sent, self.waited = list(script), [], []
        self.sleep = self.waited.append
        return self

    def _send(self, *request: Any) -> Any:
        self.sent.append(request)
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(*script: Any) -> Scripted:
    return Scripted("https://orders.example.com", "key").answers(*script)


def said(body: Any, status: int = 200, **headers: str) -> Any:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(body).encode()


def test_it_is_of_the_version_that_is_served():
    assert API_VERSION == gateway.API_VERSION


def test_an_order_that_got_no_answer_is_sent_again_with_the_same_key():
    api = client(ConnectionResetError(), http.client.RemoteDisconnected(), said({"id": "A"}, 202))
    assert api.place({"total": "1.00"}, idempotency_key="cart-1")["id"] == "A"
    assert len(api.sent) == 3
    assert {sent[3]["Idempotency-Key"] for sent in api.sent} == {"cart-1"}
    assert len({sent[2] for sent in api.sent}) == 1
    assert 0.5 <= api.waited[0] <= 1 <= api.waited[1] <= 2


def test_it_waits_as_long_as_it_is_told():
    api = client(said({"message": "slow down"}, 429), said({}, 503, retry_after="7"), said({"id": "A"}))
    api.read("A")
    assert api.waited[1] == 7


def test_it_gives_up_in_the_end():
    with pytest.raises(Unreachable, match="POST /orders: TimeoutError"):
        client(*[TimeoutError()] * 5).place({}, idempotency_key="k")
    with pytest.raises(Problem, match="503 BUSY"):
        client(*[said({"code": "BUSY"}, 503)] * 5).read("A")


def test_a_mistake_is_told_and_not_sent_again():
    body = {"code": "ORDER_INVALID", "detail": "no", "errors": [{"path": "total", "message": "missing"}]}
    api = client(said(body, 400, x_request_id="r-1"))
    with pytest.raises(Problem) as refused:
        api.place({}, idempotency_key="k")
    problem = refused.value
    assert (problem.status, problem.code, problem.errors[0]["path"], problem.request_id) == (
        400,
        "ORDER_INVALID",
        "total",
        "r-1",
    )
    assert api.waited == []


def test_what_was_seen_goes_with_what_depends_on_it():
    api = client(said({"id": "A"}, etag='"1"'), (304, {"etag": '"1"'}, b""), said({"id": "A"}, etag='"2"'))
    seen = api.read("A")
    assert api.news(seen) is None
    api.cancel("A", seen=seen)
    assert api.sent[1][3]["If-None-Match"] == api.sent[2][3]["If-Match"] == '"1"'


def test_a_list_goes_on_until_there_is_no_more():
    api = client(
        said({"orders": [1], "cursor": "a b"}),
        said({"orders": [], "cursor": "c"}),
        said({"orders": [2], "cursor": None}),
    )
    assert list(api.orders(from_="2026-11-01", to="2026-11-02")) == [1, 2]
    assert api.sent[1][1] == "/orders?from=2026-11-01&to=2026-11-02&cursor=a+b"


def test_its_secret_is_not_shown():
    assert "key" not in repr(client()).replace("idempotency_key", "")
    assert isinstance(Seen({"id": "A"}), dict)
