"""The pages on which customers see their orders and decide about them."""

import os
from typing import Any

from order_processing.access import guest_id
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.aws import client
from order_processing.adapters.catalogue import DynamoCatalogue
from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.links import Links
from order_processing.adapters.order_lists import OrderLists
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.post import ONCE, SesPost
from order_processing.adapters.secrets import Secrets
from order_processing.customer_pages import CustomerPages
from order_processing.decision_pages import DecisionPages
from order_processing.gateway import not_allowed, request_of, response_of, serve
from order_processing.observe import logged, note_fault
from order_processing.routes import Response, Routes
from order_processing.settings import current

_secretsmanager = client("secretsmanager")
_dynamodb = client("dynamodb")
_identity = Secrets(_secretsmanager, os.environ["IDENTITY_SECRET"])
_orders = DynamoOrders(
    _dynamodb,
    os.environ["ORDERS_TABLE"],
    inventory_table=os.environ["INVENTORY_TABLE"],
    accounts_table=os.environ["ACCOUNTS_TABLE"],
)
_executions = StepFunctionsExecutions(
    client("stepfunctions"),
    os.environ["STATE_MACHINE_ARN"],
    os.environ["ENDING_ARN"],
    alias=os.environ.get("MACHINES_ALIAS", ""),
)
_links = Links(_secretsmanager, os.environ["KEYS_SECRET"], os.environ["PUBLIC_URL"])
_catalogue = DynamoCatalogue(_dynamodb, os.environ["CATALOGUE_TABLE"])


def _guest_id(email: str) -> str:
    return guest_id(email, _identity.read()["key"])


_pages = DecisionPages(
    orders=_orders,
    executions=_executions,
    links=_links,
    catalogue=_catalogue,
    guest_id=_guest_id,
    settings=current(),
)
_customer_pages = CustomerPages(
    orders=_orders,
    heads=OrderLists(_dynamodb, os.environ["ORDERS_TABLE"]),
    accounts=DynamoAccounts(_dynamodb, os.environ["ACCOUNTS_TABLE"]),
    executions=_executions,
    links=_links,
    catalogue=_catalogue,
    post=SesPost(client("sesv2", config=ONCE), os.environ["SENDER"], os.environ["CONFIGURATION_SET"], current()),
    guest_id=_guest_id,
    settings=current(),
)
app = Routes()


@app.route("/decide/<order_id>", method=["GET", "HEAD"])
def show(order_id: str) -> Response:
    return response_of(_pages.show(order_id, request_of(app)))


@app.post("/decide/<order_id>")
def post(order_id: str) -> Response:
    return response_of(_pages.post(order_id, request_of(app)))


@app.route("/my/orders/<order_id>", method=["GET", "HEAD"])
def show_order(order_id: str) -> Response:
    return response_of(_customer_pages.show(order_id, request_of(app)))


@app.post("/my/orders/<order_id>")
def post_order(order_id: str) -> Response:
    return response_of(_customer_pages.post(order_id, request_of(app)))


@app.route("/my/orders", method=["GET", "HEAD"])
def show_orders() -> Response:
    return response_of(_customer_pages.orders(request_of(app)))


@app.unknown
def unknown() -> Response:
    return not_allowed(app) or response_of(_pages.unknown("", request_of(app)))


@app.on_fault
def failed(error: Exception) -> Response:
    note_fault(error)
    return response_of(_pages.failed(request_of(app)))


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)
