"""Comparing a store's list with what came in: what was missed comes in once, and the time moves on only at the end."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from order_processing.fetching import StoreAnswer, StoreRefused, StoreUnreachable
from order_processing.reconciliation import Reconciled, reconcile
from order_processing.stores.listing import StoreAccess
from tests.unit.test_fetching import Kept

NOW = datetime(2026, 5, 4, 13, tzinfo=UTC)
SHOP = "northgate.myshopify.com"
NEXT = f"https://{SHOP}/admin/api/2026-07/orders.json?page_info=two"
ORDER = json.loads(next((Path(__file__).parents[2] / "events" / "webhooks").glob("shopify-3-*.json")).read_bytes())


def order(number: int) -> dict[str, Any]:
    return {**ORDER, "id": number, "admin_graphql_api_id": f"gid://shopify/Order/{number}"}


class Shop:
    """A shop's list of orders in two pages."""

    def __init__(self, *pages: list[Any], fails_at: int = -1) -> None:
        self.pages, self.fails_at = pages, fails_at
        self.asked: list[str] = []

    def get(self, url: str, headers: Any) -> StoreAnswer:
        number = len(self.asked)
        self.asked.append(url)
        if number == self.fails_at:
            raise StoreUnreachable("busy")
        more = {"link": f'<{NEXT}{number}>; rel="next"'} if number + 1 < len(self.pages) else {}
        return StoreAnswer(status=200, headers=more, body=json.dumps({"orders": self.pages[number]}).encode())


class Memory:
    """Comparisons, in memory."""

    def __init__(self) -> None:
        self.kept: list[Reconciled] = []

    def last(self, source: str, store: str) -> Reconciled | None:
        return self.kept[-1] if self.kept else None

    def keep(self, reconciled: Reconciled) -> None:
        self.kept.append(reconciled)


def compare(shop: Shop, kept: Kept, memory: Memory, now: datetime = NOW) -> Reconciled:
    access = [StoreAccess(token="t")]
    return reconcile("shopify", SHOP, access, http=shop, deliveries=kept.deliveries, reconciliations=memory, now=now)


def test_what_was_missed_is_taken_in_once_and_reported():
    kept, memory = Kept(), Memory()
    first = compare(Shop([order(1)], [order(2), order(3)]), kept, memory)
    assert (first.looked_at, len(first.missed), first.until) == (3, 3, NOW - timedelta(minutes=10))
    later = compare(Shop([order(3), order(4)]), kept, memory, NOW + timedelta(hours=1))
    assert (later.looked_at, len(later.missed)) == (2, 1)
    assert len(kept.placed) == 4


def test_the_next_look_begins_before_the_last_one_ended():
    kept, memory, shop = Kept(), Memory(), Shop([])
    compare(shop, kept, memory)
    compare(again := Shop([]), kept, memory, NOW + timedelta(hours=1))
    times = [parse_qs(urlsplit(s.asked[0]).query) for s in (shop, again)]
    assert times[0]["updated_at_max"] == ["2026-05-04T12:50:00Z"]
    assert times[1]["updated_at_min"] == ["2026-05-04T12:20:00Z"]


def test_a_list_that_breaks_off_is_read_again_from_the_same_time():
    kept, memory = Kept(), Memory()
    with pytest.raises(StoreUnreachable):
        compare(Shop([order(1)], [order(2)], fails_at=1), kept, memory)
    assert memory.kept == []
    whole = compare(Shop([order(1)], [order(2)]), kept, memory)
    assert (whole.looked_at, len(whole.missed)) == (2, 1)
    assert len(kept.placed) == 2


def test_an_order_that_cannot_be_read_is_set_aside_and_the_others_come_in():
    kept, memory = Kept(), Memory()
    found = compare(Shop([{**order(1), "line_items": "none"}, order(2)]), kept, memory)
    assert (len(found.missed), len(found.set_aside)) == (1, 1)
    ((aside, raw),) = kept.aside.values()
    assert aside.headers["x-shopify-shop-domain"] == SHOP
    assert json.loads(raw)["id"] == 1


def test_a_list_without_end_is_given_up():
    class Circle(Shop):
        def get(self, url: str, headers: Any) -> StoreAnswer:
            return StoreAnswer(status=200, headers={"link": f'<{NEXT}>; rel="next"'}, body=b'{"orders": []}')

    with pytest.raises(StoreRefused, match="does not end"):
        compare(Circle(), Kept(), Memory())
