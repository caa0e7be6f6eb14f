"""What people and stores do from outside, as the requests that the functions get."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any, Literal
from urllib.parse import urlencode

from local.senders import API_KEY, SHOPIFY_SECRET, SHOPIFY_SHOP, STAFF_KEY, WAREHOUSE_KEY
from order_processing.access import order_token
from order_processing.adapters.preset import inflated
from tests.faults.course import Outcome
from tests.faults.functions import ROOT, SECRETS
from tests.faults.world import World

Given = dict[str, Any]
Kind = Literal["invoke", "wait", "expire", "redrive"]
WHO = "ada@example.com"
UNDER_WAY = "CONFIRMATION_UNDER_WAY"


def _answered(outcome: Outcome) -> bool:
    if outcome.failed or outcome.returned.get("statusCode", 200) >= 500:
        return False
    return UNDER_WAY not in str(outcome.returned.get("body", ""))  # which says: again in a minute


@dataclass(frozen=True)
class Action:
    """What somebody does from outside.

    function, event: what it invokes, for "invoke". done: whether its answer ends it; else it is done again.
    in_state: done as soon as the order's execution comes to this state; "" when everything has come to rest.
    possible: whether it can be done at all when its turn comes: who was not written to does not look.
    seconds: for "wait". ahead: by how much its own clock is ahead, for what comes later and changes no other time.
    """

    kind: Kind = "invoke"
    function: str = ""
    event: Callable[[World], Given] = lambda world: {}
    done: Callable[[Outcome], bool] = _answered
    in_state: str = ""
    possible: Callable[[World], bool] = lambda world: True
    seconds: int = 0
    ahead: int = 0


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

    return Action(function="order_pages", event=event, possible=lambda world: bool(_links(world)))


def choose(choice: str) -> Action:
    """The customer presses the button of a choice on the page that they look at."""

    def event(world: World) -> Given:
        number, token = _link(world)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({**_form(world, choice), "do": "choose"})
        return http("POST", f"/decide/{number}", headers, body, query=f"token={token}")

    return Action(function="order_pages", event=event, possible=lambda world: bool(_form(world, choice)))


def _form(world: World, choice: str) -> dict[str, str]:
    """The fields of a choice's form; none where the page does not have it."""
    for form in re.findall(r"<form.*?</form>", world.page, flags=re.DOTALL):
        found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
        fields = {unescape(name): unescape(value) for name, value in found}
        if fields.get("choice") == choice:
            return fields
    return {}


def _links(world: World) -> list[tuple[str, str]]:
    return [found for mail in world.mails for found in re.findall(r"/decide/(\w+)\?token=([\w.\-]+)", mail.text)]


def _link(world: World) -> tuple[str, str]:
    number, token = _links(world)[-1]
    return number, token


def packed(number: int = 0) -> Action:
    """The warehouse has packed one of the order's parcels, by its place among them."""
    return _parcel(number, "packed")


def handed_over(number: int = 0) -> Action:
    """The carrier has it."""
    return _parcel(number, "handed-over")


def _parcel(number: int, what: str) -> Action:
    def event(world: World) -> Given:
        path = f"/shipments/parcels/{_numbers(world)[number]}/{what}"
        return http("POST", path, {"Authorization": f"Bearer {WAREHOUSE_KEY}"})

    return Action(function="warehouse", event=event, possible=lambda world: len(_numbers(world)) > number)


def _numbers(world: World) -> list[str]:
    """The SSCCs of the order's parcels."""
    head = world.tables["orders"].get((order_id(world), "order"))
    if not head or "delivery" not in head.attributes:
        return []
    return re.findall(r'"sscc":"(\d+)"', inflated(base64.b64decode(head.attributes["delivery"]["B"])).decode())


def came_back(kind: str) -> Action:
    """SES reports that a mail could not be delivered, and will not be."""

    def event(world: World) -> Given:
        told: Given = json.loads((ROOT / "events" / "mail_events.json").read_text())
        (message,) = [f"message-{n}" for n, mail in enumerate(world.mails, 1) if mail.kind == kind][-1:]
        told["detail"]["mail"]["messageId"] = message
        told["detail"]["mail"]["tags"] |= {"order": [order_id(world)], "kind": [kind]}
        told["detail"]["bounce"]["bouncedRecipients"][0]["emailAddress"] = WHO
        return told

    return Action(function="mail_events", event=event)


EXPIRE = Action(kind="expire")
REDRIVE = Action(kind="redrive")
SWEEP = Action(function="start_orders", event=lambda world: {}, ahead=300)
MEND = Action(function="sweep_orders", event=lambda world: {}, ahead=1200)
STAGES = ("VerifyOrder", "CheckAvailability", "ConfirmOrder", "UpdateAccount", "PrepareDelivery")


def wait(seconds: int) -> Action:
    return Action(kind="wait", seconds=seconds)
