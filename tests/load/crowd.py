"""Stores that send orders and their changes, twice, late and in any order, and what must come of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from local import LocalStack
from order_processing import order_number
from order_processing.adapters.inventory import DynamoInventory
from order_processing.adapters.orders import DynamoOrders
from order_processing.order import origin_of
from order_processing.status import PENDING, Status
from order_processing.stored_order import StoredOrder

PRICE = "152.60"
_CENTS = 15260
_SINCE = datetime(2026, 11, 24, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Store:
    """A sender. source: its platform; name: as deliveries name it."""

    source: str
    name: str

    @property
    def secret(self) -> str:
        """A secret of the platform's kind."""
        key = hashlib.sha256(self.name.encode()).digest()
        return f"whsec_{base64.b64encode(key).decode()}" if self.source == "standardwebhooks" else key.hex()


@dataclass(frozen=True)
class Sent:
    """A state of an order, as its store sends it. version: from 1. topic: a change where it is not the first."""

    store: Store
    number: int
    version: int
    pieces: int
    sku: str

    @property
    def order_id(self) -> str:
        """Our number for it."""
        identity = f"o-{self.number}" if self.store.source == "standardwebhooks" else str(self.number)
        return order_number.derive(origin_of(self.store.source, self.store.name, identity))


def stores(how_many: int, run: str) -> list[Store]:
    """Stores of the three platforms whose deliveries bring the order. run: makes their names new."""
    sources = ("shopify", "woocommerce", "standardwebhooks")
    return [Store(sources[i % 3], f"{run}-{i}.example.com") for i in range(how_many)]


def crowd(senders: Sequence[Store], deliveries: int, *, repeated: float, sku: str, chance: random.Random) -> list[Sent]:
    """Deliveries of which this share are repeats; of the others a fifth are changes of an order. Shuffled."""
    again = int(deliveries * repeated)
    distinct = deliveries - again
    changes = distinct // 5
    first = [Sent(senders[i % len(senders)], 1000 + i, 1, 1, sku) for i in range(distinct - changes)]
    changed = [Sent(s.store, s.number, 2, 2, sku) for s in chance.sample(first, changes)]
    sent = [*first, *changed]
    sent += chance.choices(sent, k=again)
    chance.shuffle(sent)
    return sent


def connect(stack: LocalStack, senders: Iterable[Store]) -> None:
    """Let the stores send, beside those that may already."""
    manager, secret = stack.client("secretsmanager"), stack.outputs["SendersSecret"]
    known = json.loads(manager.get_secret_value(SecretId=secret)["SecretString"])
    for store in senders:
        known.setdefault(store.source, {})[store.name] = [store.secret]
    manager.put_secret_value(SecretId=secret, SecretString=json.dumps(known))


class Crowded:
    """Lets senders wait while so many executions are under way: each is some functions' processes on this machine."""

    def __init__(self, stack: LocalStack, most: int) -> None:
        self._machine, self._most = stack.outputs["StateMachineArn"], most
        self._client, self._lock = stack.client("stepfunctions"), Lock()
        self._looked_at, self._under_way = float("-inf"), 0

    def wait(self) -> None:
        """Returns when there are fewer."""
        while self._count() >= self._most:
            time.sleep(0.5)

    def _count(self) -> int:
        with self._lock:
            if time.monotonic() - self._looked_at > 0.5:
                found = self._client.list_executions(
                    stateMachineArn=self._machine, statusFilter="RUNNING", maxResults=self._most
                )
                self._looked_at, self._under_way = time.monotonic(), len(found["executions"])
            return self._under_way


def send(stack: LocalStack, sent: Sequence[Sent], *, clients: int, most: int) -> Iterator[tuple[Sent, int, float]]:
    """Send each once; a delivery that is not answered 2xx comes again, as stores do it. Status and seconds of each.

    A function that ran before the stores were connected may refuse them for half a minute. most: as in `Crowded`.
    """
    crowded = Crowded(stack, most)

    def one(each: Sent) -> tuple[Sent, int, float]:
        raw = body(each)
        crowded.wait()
        for _ in range(20):
            began = time.monotonic()
            answer = stack.request("POST", f"/webhooks/{each.store.source}", headers(each, raw), raw)
            took = time.monotonic() - began
            if answer.status in (200, 202):
                break
            time.sleep(2)
        return each, answer.status, took

    with ThreadPoolExecutor(clients) as pool:
        yield from pool.map(one, sent)


def settled(stack: LocalStack, sent: Sequence[Sent], *, seconds: float) -> dict[str, StoredOrder]:
    """Every distinct order, once nothing more happens to it by itself; AssertionError after so many seconds."""
    orders = DynamoOrders(stack.client("dynamodb"), stack.outputs["OrdersTable"])
    found: dict[str, StoredOrder] = {}
    waiting = {each.order_id for each in sent}
    until = time.monotonic() + seconds
    while waiting and time.monotonic() < until:
        for order_id in sorted(waiting):
            stored = orders.load(order_id)
            if stored.ended or stored.status in PENDING or stored.status is Status.READY_TO_SHIP:
                found[order_id] = stored
        waiting -= found.keys()
        time.sleep(1 if waiting else 0)
    assert not waiting, f"{len(waiting)} orders are under way after {seconds} s, such as {sorted(waiting)[:3]}"
    return found


def check(stack: LocalStack, senders: Sequence[Store], sent: Sequence[Sent], orders: dict[str, StoredOrder]) -> None:
    """AssertionError unless there is exactly each distinct order, each as its newest state, or that kept for staff."""
    newest: dict[str, Sent] = {}
    for each in sent:
        if each.version >= newest.get(each.order_id, each).version:
            newest[each.order_id] = each
    names = {store.name for store in senders}
    placed = [name for name in _placed(stack) if name[1] in names]
    assert len(placed) == len(set(placed)) == len(newest), f"{len(placed)} orders, expected {len(newest)}"
    assert orders.keys() == newest.keys()
    statuses = {order.status for order in orders.values()}
    assert statuses == {Status.READY_TO_SHIP}, f"statuses: {statuses}"
    for order_id, each in newest.items():
        order = orders[order_id]
        assert order.newest.lines[0].quantity == each.pieces, f"{order_id}: not its newest state"
        assert order.verified, order_id
        quantity = order.verified.order.lines[0].quantity
        left_to_staff = bool(order.states) and order.states[-1].action == "tell_staff"
        assert quantity == each.pieces or left_to_staff, f"{order_id}: {quantity} pieces, the store says {each.pieces}"
    _checked_outside(stack, sent[0].sku, orders)


def _checked_outside(stack: LocalStack, sku: str, orders: dict[str, StoredOrder]) -> None:
    """One execution, one reservation and one confirmation for each order."""
    stock, supply = DynamoInventory(stack.client("dynamodb"), stack.outputs["InventoryTable"]).read([sku])
    reserved = sum(source.reserved for source in (*stock, *supply))
    promised = sum(a.quantity for order in orders.values() if order.promise for a in order.promise.allocations)
    assert reserved == promised, f"{reserved} pieces are reserved, {promised} are promised"
    machine = stack.client("stepfunctions").get_paginator("list_executions")
    runs = machine.paginate(stateMachineArn=stack.outputs["StateMachineArn"])
    names = [execution["name"] for page in runs for execution in page["executions"]]
    ours = [name for name in names if name.partition("-")[0] in orders]
    assert len(ours) == len(orders), f"{len(ours)} executions for {len(orders)} orders"
    to = {order.placed.customer.email for order in orders.values()}
    mails = [mail for mail in stack.mails() if set(mail.to) & to]
    assert len(mails) == len(orders), f"{len(mails)} mails for {len(orders)} orders"


def _placed(stack: LocalStack) -> Iterator[tuple[str, str, str]]:
    pages = (
        stack.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=stack.outputs["OrdersTable"],
            FilterExpression="part = :placed",
            ExpressionAttributeValues={":placed": {"S": "placed"}},
            ProjectionExpression="origin",
        )
    )
    for page in pages:
        for item in page["Items"]:
            source, store, identity = item["origin"]["S"].split("\n")
            yield source, store, identity


def body(sent: Sent) -> bytes:
    """The delivery's body, the same each time it is sent."""
    make = {"shopify": _shopify, "woocommerce": _woocommerce, "standardwebhooks": _standard}[sent.store.source]
    return json.dumps(make(sent)).encode()


def headers(sent: Sent, raw: bytes) -> dict[str, str]:
    """Its headers, with its signature."""
    store, changed = sent.store, sent.version > 1
    given = {"Content-Type": "application/json"}
    if store.source == "standardwebhooks":
        at = str(int(time.time()))
        message = hashlib.sha256(raw).hexdigest()[:24]
        key = base64.b64decode(store.secret.removeprefix("whsec_"))
        signed = base64.b64encode(hmac.digest(key, f"{message}.{at}.".encode() + raw, hashlib.sha256)).decode()
        named = {"webhook-id": message, "webhook-timestamp": at, "webhook-signature": f"v1,{signed}"}
        return {**given, **named, "X-Webhook-Source": store.name}
    signed = base64.b64encode(hmac.digest(store.secret.encode(), raw, hashlib.sha256)).decode()
    if store.source == "shopify":
        topic = "orders/updated" if changed else "orders/create"
        return {
            **given,
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": store.name,
            "X-Shopify-Hmac-Sha256": signed,
            "X-Shopify-Webhook-Id": hashlib.sha256(raw).hexdigest()[:32],
        }
    topic = "order.updated" if changed else "order.created"
    source = f"https://{store.name}/"
    return {**given, "X-WC-Webhook-Topic": topic, "X-WC-Webhook-Source": source, "X-WC-Webhook-Signature": signed}


def _money(sent: Sent) -> str:
    cents = _CENTS * sent.pieces
    return f"{cents // 100}.{cents % 100:02}"


def _at(sent: Sent) -> str:
    return (_SINCE + timedelta(minutes=sent.version)).isoformat()


def _email(sent: Sent) -> str:
    return f"{sent.number}@{sent.store.name}"


def _shopify(sent: Sent) -> dict[str, Any]:
    place = {"first_name": "Ada", "last_name": "Bell", "address1": "350 Fifth Avenue", "city": "New York"}
    place |= {"province_code": "NY", "zip": "10118", "country_code": "US"}
    return {
        "id": sent.number,
        "name": f"#{sent.number}",
        "email": _email(sent),
        "created_at": _SINCE.isoformat(),
        "updated_at": _at(sent),
        "currency": "USD",
        "financial_status": "paid",
        "total_price": _money(sent),
        "line_items": [{"id": 1, "sku": sent.sku, "title": "Product", "quantity": sent.pieces, "price": PRICE}],
        "shipping_address": place,
        "shipping_lines": [{"title": "Standard", "price": "0.00"}],
    }


def _woocommerce(sent: Sent) -> dict[str, Any]:
    place = {"first_name": "Ada", "last_name": "Bell", "address_1": "350 Fifth Avenue", "city": "New York"}
    place |= {"state": "NY", "postcode": "10118", "country": "US"}
    line = {"id": 1, "name": "Product", "sku": sent.sku, "quantity": sent.pieces, "price": 152.6}
    return {
        "id": sent.number,
        "number": str(sent.number),
        "status": "processing",
        "currency": "USD",
        "date_created_gmt": _SINCE.isoformat()[:19],
        "date_modified_gmt": _at(sent)[:19],
        "total": _money(sent),
        "total_tax": "0.00",
        "shipping_total": "0.00",
        "discount_total": "0.00",
        "prices_include_tax": False,
        "billing": {**place, "email": _email(sent)},
        "shipping": place,
        "line_items": [line | {"subtotal": _money(sent), "total": _money(sent), "total_tax": "0.00"}],
        "shipping_lines": [{"method_title": "Flat Rate", "method_id": "flat_rate", "total": "0.00"}],
    }


def _standard(sent: Sent) -> dict[str, Any]:
    place = {"name": "Ada Bell", "line1": "350 Fifth Avenue", "city": "New York", "region": "NY"}
    data = {
        "id": f"o-{sent.number}",
        "order_number": str(sent.number),
        "placed_at": _SINCE.isoformat(),
        "updated_at": _at(sent),
        "currency": "USD",
        "customer": {"email": _email(sent), "name": "Ada Bell"},
        "shipping_address": {**place, "postal_code": "10118", "country": "US"},
        "lines": [{"sku": sent.sku, "quantity": sent.pieces, "unit_price": PRICE}],
        "total": _money(sent),
    }
    kind = "order.updated" if sent.version > 1 else "order.created"
    return {"type": kind, "timestamp": _at(sent), "data": data}
