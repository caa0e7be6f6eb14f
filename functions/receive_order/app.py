"""The doors: front ends' POST /orders, stores' POST /webhooks/{source}, the order's status, and payments."""

import os
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.links import Links
from order_processing.adapters.notices import QueuedNotices
from order_processing.adapters.order_queries import DynamoOrderQueries
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.quarantine import StoredQuarantine
from order_processing.adapters.secrets import Secrets
from order_processing.deliveries import Deliveries
from order_processing.doors import Doors
from order_processing.gateway import failed, request_of, response_of
from order_processing.observe import logger

_secretsmanager = boto3.client("secretsmanager")
_dynamodb = boto3.client("dynamodb")
_orders = DynamoOrders(
    _dynamodb,
    os.environ["ORDERS_TABLE"],
    inventory_table=os.environ["INVENTORY_TABLE"],
    accounts_table=os.environ["ACCOUNTS_TABLE"],
)
_executions = StepFunctionsExecutions(
    boto3.client("stepfunctions"), os.environ["STATE_MACHINE_ARN"], os.environ["ENDING_ARN"]
)


@cache
def _s3() -> Any:
    return boto3.client("s3")


@cache
def _sqs() -> Any:
    return boto3.client("sqs")


_doors = Doors(
    orders=_orders,
    accounts=DynamoAccounts(_dynamodb, os.environ["ACCOUNTS_TABLE"]),
    queries=DynamoOrderQueries(_dynamodb, os.environ["ORDERS_TABLE"], os.environ["ACCOUNTS_TABLE"]),
    executions=_executions,
    links=Links(_secretsmanager, os.environ["KEYS_SECRET"], os.environ["PUBLIC_URL"]),
    senders=Secrets(_secretsmanager, os.environ["SENDERS_SECRET"]),
    deliveries=Deliveries(
        orders=_orders,
        executions=_executions,
        quarantine=StoredQuarantine(_dynamodb, os.environ["ORDERS_TABLE"], _s3, os.environ["DOCUMENTS_BUCKET"]),
        notices=QueuedNotices(_sqs, os.environ["FETCH_QUEUE"]),
    ),
)
app = APIGatewayHttpResolver()


@app.get("/orders")
def find() -> Response:
    return response_of(_doors.find(request_of(app)))


@app.post("/orders")
def receive() -> Response:
    return response_of(_doors.receive(request_of(app)))


@app.post("/webhooks/<source>")
def webhook(source: str) -> Response:
    return response_of(_doors.webhook(source, request_of(app)))


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


@app.not_found
def unknown(_: Exception) -> Response:
    return response_of(_doors.no_such_route())


@app.exception_handler(Exception)
def fault(error: Exception) -> Response:
    return failed(error)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
