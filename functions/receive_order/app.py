"""The doors: front ends' POST /orders, stores' POST /webhooks/{source}, the order's status, and payments."""

import os
from functools import cache
from typing import Any

from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.aws import door_client
from order_processing.adapters.links import Links
from order_processing.adapters.order_queries import DynamoOrderQueries
from order_processing.adapters.secrets import Secrets
from order_processing.adapters.store_deliveries import StoreDeliveries
from order_processing.adapters.tokens import IssuedTokens
from order_processing.door import no_such_route
from order_processing.doors import Doors
from order_processing.gateway import request_of, resolver, response_of, serve
from order_processing.observe import logged
from order_processing.routes import Response

_client = cache(door_client)
_secretsmanager = _client("secretsmanager")
_dynamodb = _client("dynamodb")
_stores = StoreDeliveries(_client, os.environ)
_doors = Doors(
    orders=_stores.orders,
    accounts=DynamoAccounts(_dynamodb, os.environ["ACCOUNTS_TABLE"]),
    queries=DynamoOrderQueries(_dynamodb, os.environ["ORDERS_TABLE"], os.environ["ACCOUNTS_TABLE"]),
    executions=_stores.executions,
    links=Links(_secretsmanager, os.environ["KEYS_SECRET"], os.environ["PUBLIC_URL"]),
    senders=Secrets(_secretsmanager, os.environ["SENDERS_SECRET"]),
    deliveries=_stores.deliveries,
    tokens=IssuedTokens(_client, os.environ),
)
app = resolver(no_such_route)


@app.get("/orders")
def find() -> Response:
    return response_of(_doors.find(request_of(app)))


@app.post("/orders")
def receive() -> Response:
    return response_of(_doors.receive(request_of(app)))


@app.post("/webhooks/<source>")
def webhook(source: str) -> Response:
    return response_of(_doors.webhook(source, request_of(app)))


@app.get("/webhooks/<source>")
def challenge(source: str) -> Response:
    return response_of(_doors.challenge(source, request_of(app)))


@app.get("/orders/<order_id>")
def status(order_id: str) -> Response:
    return response_of(_doors.status(order_id, request_of(app)))


@app.post("/orders/<order_id>/cancel")
def cancel(order_id: str) -> Response:
    return response_of(_doors.cancel(order_id, request_of(app)))


@app.post("/orders/<order_id>/decision")
def decision(order_id: str) -> Response:
    return response_of(_doors.decision(order_id, request_of(app)))


@app.post("/payments")
def payment() -> Response:
    return response_of(_doors.payment(request_of(app)))


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)
