"""Every published example of every platform comes in its own way: signed, through the door, fetched if it must be."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from order_processing.adapters.store_changes import DynamoStoreChanges
from order_processing.deliveries import Deliveries
from order_processing.doors import Doors
from order_processing.fetching import Queued, StoreAnswer, fetch
from order_processing.http import Request
from order_processing.stores import sources
from order_processing.stores.listing import StoreAccess
from tests.aws.shop import Shop
from tests.signing import SECRETS, headers_of, sign
from tests.unit.store_samples import samples

ROOT = Path(__file__).parents[2]
PAYLOADS = ROOT / "events" / "webhooks"
TOPICS = {"shopify": "orders/create", "woocommerce": "order.created"}
NAMES = {"magento": "adobe-commerce", "woo": "woocommerce"}
EXAMPLES = sorted(path.name for path in PAYLOADS.glob("*.json"))


class Way:
    """The door, the queue behind it, and a store's API that answers with an example."""

    def __init__(self, shop: Shop, source: str, store: str) -> None:
        changes = DynamoStoreChanges(shop.client("dynamodb"), shop.tables["orders"])
        self.queued: list[Queued] = []
        self.orders = shop.orders
        self.deliveries = Deliveries(
            orders=shop.orders, changes=lambda: changes, executions=shop, quarantine=self, notices=self
        )
        nothing: Any = None
        self.doors = Doors(
            orders=nothing,
            accounts=nothing,
            queries=nothing,
            executions=nothing,
            links=self,
            senders=self,
            deliveries=self.deliveries,
        )
        self.known = {source: {store: [SECRETS[source][0]]}}

    def read(self, *, seconds: float | None = None) -> dict[str, Any]:
        return self.known

    def status_url(self, order_id: str) -> str:
        return order_id

    def put(self, *given: Any) -> None:
        source, notice = given
        assert isinstance(source, str), f"set aside: {source}"
        self.queued.append(Queued(source=source, notice=notice))

    def send(self, source: str, store: str, raw: bytes) -> tuple[int, dict[str, Any]]:
        signed = sign(source, SECRETS[source][0], raw, datetime.now(UTC))
        headers = headers_of(source, store, signed, TOPICS.get(source, ""))
        answer = self.doors.webhook(source, Request(headers=headers, body=raw.decode()))
        return answer.status, json.loads(answer.body)


class Api:
    """A store's API whose answers are known by the end of their addresses."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        self._answers = answers

    def get(self, url: str, headers: Any) -> StoreAnswer:
        path = url.partition("?")[0]
        return StoreAnswer(status=200, body=next(body for end, body in self._answers.items() if path.endswith(end)))


def notice(source: str, example: Any) -> tuple[str, Any, dict[str, bytes]]:
    """The store's name, the notice that names the example, and the API's answers."""
    if source == "bigcommerce":
        _, (whole, *_) = samples()[source]
        lists = {f"/{name}": json.dumps(whole[name]).encode() for name in ("products", "shipping_addresses", "coupons")}
        body = {"scope": "store/order/created", "producer": "stores/abc123", "data": {"id": example["id"]}}
        return "abc123", body, {f"/{example['id']}": json.dumps(example).encode(), **lists}
    if source == "squarespace":
        body = {"topic": "order.create", "websiteId": "w1", "data": {"orderId": example["id"]}}
        return "w1", body, {f"/{example['id']}": json.dumps(example).encode()}
    session = example["data"]["object"] | {"created": example["created"]}
    item = {"id": "li_1", "description": "Tea", "quantity": 1, "amount_subtotal": 3000, "price": {"id": "price_1"}}
    lines = {"has_more": False, "data": [item]}
    answers = {"/line_items": json.dumps(lines).encode(), f"/{session['id']}": json.dumps(session).encode()}
    return "", example, answers


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_platforms_example_is_taken_in(shop, name):
    family = name.partition("-")[0]
    source = NAMES.get(family, family)
    example = json.loads((PAYLOADS / name).read_bytes())
    if source in ("bigcommerce", "squarespace", "stripe"):
        store, body, answers = notice(source, example)
        way = Way(shop, source, store)
        status, said = way.send(source, store, json.dumps(body).encode())
        assert (status, said["taken"]) == (202, False)
        (queued,) = way.queued
        taken = fetch(
            queued, [StoreAccess(token="t")], http=Api(answers), deliveries=way.deliveries, now=datetime.now(UTC)
        )
        assert taken.new
        order_id = taken.order_id
    else:
        store = example["data"]["source"] if source == "adobe-commerce" else "shop.example.com"
        way = Way(shop, source, store)
        status, said = way.send(source, store, (PAYLOADS / name).read_bytes())
        assert status == 202, said
        order_id = said["id"]
    placed = way.orders.load(order_id).placed
    assert (placed.source, placed.total > 0, bool(placed.lines)) == (source, True, True)
    again, _ = way.send(source, store, (PAYLOADS / name).read_bytes()) if not way.queued else (200, None)
    assert again == 200


def test_the_example_in_the_documentation_for_any_other_sender_is_taken_in(shop):
    text = (ROOT / "docs" / "stores.md").read_text(encoding="utf-8")
    example = re.search(r"```json\n(.*?)```", text, re.DOTALL)[1].encode()
    way = Way(shop, "standardwebhooks", "shop.example.com")
    status, said = way.send("standardwebhooks", "shop.example.com", example)
    assert status == 202
    assert way.orders.load(said["id"]).placed.total == 900


def test_every_platform_has_an_example():
    families = {name.partition("-")[0] for name in EXAMPLES}
    assert {NAMES.get(family, family) for family in families} | {"standardwebhooks"} == set(sources())
