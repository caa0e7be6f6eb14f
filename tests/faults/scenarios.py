"""The lives of orders that the sweep disturbs: who does what, and when."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any, Literal
from urllib.parse import urlencode

from local.senders import API_KEY, SECOND_STAFF_KEY, SHOPIFY_SECRET, SHOPIFY_SHOP, STAFF_KEY
from order_processing.access import order_token
from order_processing.catalogue import Coupon, catalogue_items
from order_processing.inventory import PlannedSupply, StockCount
from order_processing.mail_reports import Outcome as Reported
from order_processing.product import Price, Product
from tests.aws.shop import Shop
from tests.faults.functions import ROOT, SECRETS, Outcome
from tests.faults.world import World

Given = dict[str, Any]
Kind = Literal["invoke", "wait", "expire", "redrive"]
WHO = "ada@example.com"


def _answered(outcome: Outcome) -> bool:
    return not outcome.failed and outcome.returned.get("statusCode", 200) < 500


@dataclass(frozen=True)
class Action:
    """What somebody does from outside.

    function, event: what it invokes, for "invoke". done: whether its answer ends it; else it is done again.
    in_state: done as soon as the order's execution comes to this state; "" when everything has come to rest.
    seconds: for "wait". ahead: by how much its own clock is ahead, for what comes later and changes no other time.
    """

    kind: Kind = "invoke"
    function: str = ""
    event: Callable[[World], Given] = lambda world: {}
    done: Callable[[Outcome], bool] = _answered
    in_state: str = ""
    seconds: int = 0
    ahead: int = 0


@dataclass(frozen=True)
class Scenario:
    """One order's life.

    ends: the status that it comes to, undisturbed. setup: changes the stocked shop first.
    gives_up: the sender does not repeat a request that was not answered, so that the order may not be there at all.
    outage: a fault lasts longer than all retries: the execution fails, and is redriven.
    rival: somebody who may come at any call of any function; or_ends: what the order may come to then instead.
    most_writes: how many writes a transaction takes, where an order is to be larger than one.
    """

    name: str
    actions: tuple[Action, ...]
    ends: str
    setup: Callable[[Shop], None] | None = None
    gives_up: bool = False
    outage: bool = False
    rival: Action | None = None
    or_ends: tuple[str, ...] = ()
    most_writes: int = 100


def http(method: str, path: str, headers: Given, body: str = "", query: str = "") -> Given:
    """An HTTP API's event, payload version 2.0."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {name.lower(): value for name, value in headers.items()},
        "queryStringParameters": dict(pair.split("=", 1) for pair in query.split("&")) if query else {},
        "requestContext": {
            "domainName": "orders.example.com",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t"},
            "requestId": "1",
            "stage": "$default",
            "timeEpoch": 1795532400000,
        },
        "body": body,
        "isBase64Encoded": False,
    }


def order_id(world: World) -> str:
    """The one order's id."""
    ids = {place[0] for place in world.tables["orders"] if place[1] == "placed"}
    (found,) = ids
    return found


def api_order(*lines: tuple[str, int, str], total: str, **changes: Any) -> Given:
    address = {"line1": "350 Fifth Avenue", "city": "New York", "region": "NY", "postal_code": "10118", "country": "US"}
    return {
        "currency": "USD",
        "total": total,
        "customer": {"email": WHO, "name": "Ada Bell"},
        "shipping_address": {"name": "Ada Bell", **address},
        "lines": [{"sku": sku, "quantity": n, "unit_price": price} for sku, n, price in lines],
        **changes,
    }


def place(body: Given) -> Action:
    headers = {"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": "cart-1", "Content-Type": "application/json"}
    event = http("POST", "/orders", headers, json.dumps(body))
    return Action(function="receive_order", event=lambda world: event)


def shopify(name: str, topic: str = "orders/create", changes: Given | None = None, **when: Any) -> Action:
    payload = json.loads((ROOT / "events" / "webhooks" / f"{name}.json").read_bytes()) | (changes or {})
    raw = json.dumps(payload)
    digest = hmac.digest(SHOPIFY_SECRET.encode(), raw.encode(), hashlib.sha256)
    headers = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": SHOPIFY_SHOP,
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        "X-Shopify-API-Version": "2024-10",
    }
    event = http("POST", "/webhooks/shopify", headers, raw)
    return Action(function="receive_order", event=lambda world: event, **when)


def cancel(in_state: str = "") -> Action:
    def event(world: World) -> Given:
        number = order_id(world)
        token = order_token(number, ["", SECRETS["keys"]["current"]])
        return http("POST", f"/orders/{number}/cancel", {}, query=f"token={token}")

    return Action(function="receive_order", event=event, in_state=in_state)


def decide(body: Given, key: str = STAFF_KEY) -> Action:
    def event(world: World) -> Given:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        return http("POST", f"/orders/{order_id(world)}/decision", headers, json.dumps(body))

    return Action(function="receive_order", event=event)


def look_at_page() -> Action:
    """The customer opens the page behind the newest link."""

    def event(world: World) -> Given:
        number, token = _link(world)
        return http("GET", f"/decide/{number}", {}, query=f"token={token}")

    return Action(function="order_pages", event=event)


def choose(choice: str) -> Action:
    """The customer presses the button of a choice on the page that they look at."""

    def event(world: World) -> Given:
        number, token = _link(world)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        for form in re.findall(r"<form.*?</form>", world.page, flags=re.DOTALL):
            found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
            fields = {unescape(name): unescape(value) for name, value in found}
            if fields.get("choice") == choice:
                return http("POST", f"/decide/{number}", headers, urlencode({**fields, "do": "choose"}), query=f"token={token}")
        raise AssertionError(f"{choice} is not on the page")

    return Action(function="order_pages", event=event)


def _link(world: World) -> tuple[str, str]:
    links = [found for mail in world.mails for found in re.findall(r"/decide/(\w+)\?token=([\w.\-]+)", mail.text)]
    number, token = links[-1]
    return number, token


EXPIRE = Action(kind="expire")
REDRIVE = Action(kind="redrive")
SWEEP = Action(function="start_orders", event=lambda world: {}, ahead=300)
STAGES = ("VerifyOrder", "CheckAvailability", "ConfirmOrder", "UpdateAccount", "PrepareDelivery")


def wait(seconds: int) -> Action:
    return Action(kind="wait", seconds=seconds)


APP = Product(
    sku="APP-PRO",
    title="Timer app, one seat",
    digital=True,
    licence_keys=True,
    instructions="Enter the key at https://store.example.com/activate",
    tax_class="none",
    prices=(Price(currency="USD", amount=1000),),
)


def _sells_keys(shop: Shop) -> None:
    shop.catalogue.put(catalogue_items([APP], [], [], [], guest_id=shop.guest_id))
    shop.licences.add(APP.sku, [f"KEY-{n}" for n in range(4)])


def _takes_coupon(shop: Shop) -> None:
    coupon = Coupon(code="TWICE", kind="fixed_amount", amounts={"USD": 500}, uses=2)
    shop.catalogue.put(catalogue_items(coupons=[coupon], guest_id=shop.guest_id))


def _cannot_be_written_to(shop: Shop) -> None:
    shop.mail_reports.suppress(WHO, Reported.COMPLAINED, shop.now)


def _is_short_of_mugs(shop: Shop) -> None:
    """Three green mugs here, one there, and more in forty days."""
    for location, left in (("louisville", 5), ("leipzig", 2)):
        shop.inventory.count(StockCount(document="COUNT-SHORT", sku="MUG-GREEN", location=location, on_hand=left))
    late = shop.now.date() + timedelta(days=40)
    shop.inventory.plan_supply(
        PlannedSupply(document="PO-LATE", sku="MUG-GREEN", location="louisville", due_on=late, quantity=60)
    )


ONE = api_order(("TEST-123", 1, "152.60"), total="152.60")
MUGS = api_order(("MUG-GREEN", 8, "14.00"), total="112.00")
UNPRINTABLE = api_order(("TEST-123", 1, "152.60"), total="152.60")
UNPRINTABLE["shipping_address"] = UNPRINTABLE["shipping_address"] | {"name": "Canary \U00013000"}
RISKY = ONE | {"flags": ["fraud:review"]}
KEYS = api_order(("APP-PRO", 2, "10.00"), total="20.00")
KEY_AND_PARCEL = api_order(("APP-PRO", 1, "10.00"), ("TEST-123", 1, "152.60"), total="162.60")
PARCELS = api_order(("TEST-123", 20, "152.60"), total="3052.00")
SEVERAL = api_order(
    ("TEST-123", 1, "152.60"), ("MUG-BLUE", 2, "14.00"), ("MUG-GREEN", 2, "14.00"), ("BAR3", 1, "12.00"),
    ("WOO-NINJA", 1, "20.00"), total="240.60",
)  # fmt: skip
COUPON = ONE | {"total": "147.60", "discounts": [{"code": "TWICE", "amount": "5.00"}]}
COUPON["lines"] = [ONE["lines"][0] | {"discount": "5.00"}]


def scenarios() -> list[Scenario]:
    """All of them."""
    right = {"decision": "correct", "corrections": [{"path": "shipping_address.name", "value": "Ada Bell"}]}
    approve, reject = {"decision": "approve"}, {"decision": "reject", "reason": "no"}
    store_cancels = shopify(
        "shopify-3-full-note-attributes-refund", "orders/cancelled", {"cancelled_at": "2026-11-24T10:00:00-05:00"}
    )
    told = decide({"decision": "told", "by": "phone"})
    return [
        Scenario("happy path", (place(ONE),), "READY_TO_SHIP"),
        Scenario("happy path, outages and redrives", (place(ONE),), "READY_TO_SHIP", outage=True),
        Scenario("sender gives up", (place(ONE),), "READY_TO_SHIP", gives_up=True),
        Scenario("from a store", (shopify("shopify-3-full-note-attributes-refund"),), "READY_TO_SHIP"),
        Scenario("across a customs border", (shopify("shopify-6-percent-code-paid-ca"),), "READY_TO_SHIP"),
        Scenario("several parcels", (place(PARCELS),), "READY_TO_SHIP"),
        Scenario("larger than a transaction", (place(SEVERAL),), "READY_TO_SHIP", most_writes=5),
        Scenario("larger, cancelled", (place(SEVERAL), cancel("ConfirmOrder")), "CANCELLED", most_writes=5),
        Scenario("licence keys", (place(KEYS),), "READY_TO_SHIP", setup=_sells_keys),
        Scenario("a key and a parcel", (place(KEY_AND_PARCEL),), "READY_TO_SHIP", setup=_sells_keys),
        Scenario("a coupon, cancelled", (place(COUPON), cancel("ConfirmOrder")), "CANCELLED", setup=_takes_coupon),
        Scenario("correction", (place(UNPRINTABLE), decide(right)), "READY_TO_SHIP"),
        Scenario("correction, expired", (place(UNPRINTABLE), wait(259_300), EXPIRE), "EXPIRED"),
        Scenario("correction, cancelled", (place(UNPRINTABLE), cancel()), "CANCELLED"),
        Scenario("offer, chosen", (place(MUGS), look_at_page(), choose("in_parts")), "READY_TO_SHIP", setup=_is_short_of_mugs),
        Scenario("offer, expired", (place(MUGS), wait(259_300), EXPIRE), "EXPIRED", setup=_is_short_of_mugs),
        Scenario("offer, cancelled", (place(MUGS), cancel()), "CANCELLED", setup=_is_short_of_mugs),
        Scenario("approval by two", (place(RISKY), decide(approve), decide(approve, SECOND_STAFF_KEY)), "READY_TO_SHIP"),
        Scenario("approval, refused", (place(RISKY), decide(reject)), "REJECTED"),
        Scenario("approval, cancelled", (place(RISKY), cancel()), "CANCELLED"),
        Scenario("told by staff", (place(ONE), told), "READY_TO_SHIP", setup=_cannot_be_written_to),
        Scenario("rejected", (shopify("shopify-1-webhook-test-discount20"),), "REJECTED"),
        *(Scenario(f"cancelled before {stage}", (place(ONE), cancel(stage)), "CANCELLED") for stage in STAGES),
        Scenario("cancelled when ready", (place(ONE), cancel()), "CANCELLED"),
        Scenario("cancelled by the store", (shopify("shopify-3-full-note-attributes-refund"), store_cancels), "CANCELLED"),
    ]
