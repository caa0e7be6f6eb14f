"""Fetching what a notice names: the credentials go to the store alone, and every answer has its meaning."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from order_processing.deliveries import Deliveries, SetAside
from order_processing.fetching import Queued, StoreAnswer, StoreRefused, StoreUnreachable, accesses_of, fetch, get
from order_processing.orders import Placed
from order_processing.stores.listing import StoreAccess
from order_processing.stores.platform import platform

NOW = datetime(2026, 5, 4, 13, tzinfo=UTC)
SQUARE = (Path(__file__).parents[2] / "events" / "webhooks" / "squarespace-1-docs-order.json").read_bytes()
ACCESS = [StoreAccess(token="new"), StoreAccess(token="old")]


class Http:
    """A store's API as a table of answers by address."""

    def __init__(self, answers: dict[str, list[StoreAnswer]] | None = None, default: int = 200) -> None:
        self.answers = answers or {}
        self.default = default
        self.asked: list[tuple[str, str]] = []

    def get(self, url: str, headers: Any) -> StoreAnswer:
        self.asked.append((url, headers["Authorization"]))
        waiting = self.answers.get(url)
        return waiting.pop(0) if waiting else StoreAnswer(status=self.default, body=SQUARE)


class Kept:
    """Orders, executions, quarantine and notices, in memory."""

    def __init__(self) -> None:
        self.placed: dict[str, bytes] = {}
        self.aside: dict[str, tuple[SetAside, bytes]] = {}
        self.queued: list[Any] = []

    def place(self, order: Any, raw: bytes, fingerprint: str, at: datetime) -> Placed:
        new = order.origin not in self.placed
        self.placed.setdefault(order.origin, raw)
        return Placed(order_id=order.origin, new=new)

    def start(self, order_id: str, run: int = 1) -> None:
        assert order_id in self.placed

    def put(self, *given: Any) -> None:
        if isinstance(given[0], SetAside):
            self.aside[given[0].id] = given
        else:
            self.queued.append(given)

    @property
    def deliveries(self) -> Deliveries:
        return Deliveries(orders=self, changes=lambda: self, executions=self, quarantine=self, notices=self)

    def find(self, *_: str) -> None:
        """None of these tests tells more of an order that is known."""


def notice(order_id: str = "585d498fdee9f31a60284a37") -> Queued:
    body = {"topic": "order.create", "websiteId": "site1", "data": {"orderId": order_id}}
    return Queued(source="squarespace", notice=platform("squarespace").read({}, json.dumps(body).encode()))


def test_a_fetched_order_is_taken_in_with_the_stores_answers_as_its_raw_body():
    kept, http = Kept(), Http()
    taken = fetch(notice(json.loads(SQUARE)["id"]), ACCESS, http=http, deliveries=kept.deliveries, now=NOW)
    assert taken.new
    (raw,) = kept.placed.values()
    assert json.loads(raw)["answers"] == {http.asked[0][0]: SQUARE.decode()}
    again = fetch(notice(json.loads(SQUARE)["id"]), ACCESS, http=Http(), deliveries=kept.deliveries, now=NOW)
    assert (again.new, again.order_id) == (False, taken.order_id)


def test_the_second_access_is_tried_when_the_first_is_refused():
    url = notice().notice.urls[0]
    http = Http({url: [StoreAnswer(status=401), StoreAnswer(status=200, body=b"{}")]})
    assert get(url, "squarespace", "site1", ACCESS, http).status == 200
    assert [authorization for _, authorization in http.asked] == ["Bearer new", "Bearer old"]


@pytest.mark.parametrize(
    ("status", "raises", "says"),
    [(429, StoreUnreachable, "429"), (503, StoreUnreachable, "503"), (403, StoreRefused, "secret of stores")],
)
def test_what_is_not_answered_stays_in_the_queue(status, raises, says):
    kept = Kept()
    with pytest.raises(raises, match=says):
        fetch(notice(), ACCESS, http=Http(default=status), deliveries=kept.deliveries, now=NOW)
    assert not kept.placed
    assert not kept.aside


def test_a_store_without_access_says_what_to_do():
    with pytest.raises(StoreRefused, match="squarespace site1: no access"):
        fetch(notice(), [], http=Http(), deliveries=Kept().deliveries, now=NOW)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.squarespace.com/1.0/commerce/orders/1",
        "https://evil.example.com/1",
        "https://api.squarespace.com@evil.example.com/1",
        "https://api.squarespace.com.evil.example.com/1",
        "https://169.254.169.254/latest",
    ],
)
def test_the_credentials_go_to_no_other_host(url):
    http = Http()
    with pytest.raises(StoreRefused, match="nothing was sent"):
        get(url, "squarespace", "site1", ACCESS, http)
    assert http.asked == []


def test_an_order_that_is_gone_brings_nothing():
    kept = Kept()
    taken = fetch(notice(), ACCESS, http=Http(default=404), deliveries=kept.deliveries, now=NOW)
    assert (taken.order_id, "no longer" in taken.reason) == ("", True)


def test_a_fetched_order_that_cannot_be_read_is_set_aside_once():
    kept = Kept()
    for _ in range(2):  # its id is not the one of the notice
        taken = fetch(notice("another"), ACCESS, http=Http(), deliveries=kept.deliveries, now=NOW)
        assert taken.quarantined
        assert taken.path == "id"
    ((aside, raw),) = kept.aside.values()
    assert aside.source == "squarespace"
    assert json.loads(raw)["notice"]["store_order_id"] == "another"


def test_accesses_are_found_by_kind_and_store():
    stores = {"bigcommerce": {"abc": [{"token": "1"}, {"token": "2"}]}}
    assert [access.token for access in accesses_of(stores, "bigcommerce", "abc")] == ["1", "2"]
    assert accesses_of(stores, "stripe", "abc") == []
