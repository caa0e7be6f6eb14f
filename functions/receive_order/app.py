"""The doors: front ends' POST /orders, stores' POST /webhooks/{source}, and the order's status."""

import os
from typing import Any

import boto3
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.links import Links
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.secrets import Secrets
from order_processing.doors import Doors
from order_processing.http import Answer, Request
from order_processing.observe import logger

_secretsmanager = boto3.client("secretsmanager")
_dynamodb = boto3.client("dynamodb")
_doors = Doors(
    orders=DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"], inventory_table=os.environ["INVENTORY_TABLE"]),
    executions=StepFunctionsExecutions(boto3.client("stepfunctions"), os.environ["STATE_MACHINE_ARN"]),
    links=Links(_secretsmanager, os.environ["KEYS_SECRET"], os.environ["PUBLIC_URL"]),
    senders=Secrets(_secretsmanager, os.environ["SENDERS_SECRET"]),
)
app = APIGatewayHttpResolver()


def _request() -> Request:
    event = app.current_event
    return Request(
        headers={name.lower(): value for name, value in event.headers.items()},
        query=dict(event.query_string_parameters),
        body=event.raw_event.get("body") or "",
        is_base64=event.is_base64_encoded,
    )


def _response(answer: Answer) -> Response:
    return Response(answer.status, answer.content_type, answer.body, headers=answer.headers)


@app.post("/orders")
def receive() -> Response:
    return _response(_doors.receive(_request()))


@app.post("/webhooks/<source>")
def webhook(source: str) -> Response:
    return _response(_doors.webhook(source, _request()))


@app.get("/orders/<order_id>")
def status(order_id: str) -> Response:
    return _response(_doors.status(order_id, _request()))


@app.post("/orders/<order_id>/cancel")
def cancel(order_id: str) -> Response:
    return _response(_doors.cancel(order_id, _request()))


@app.not_found
def unknown(_: Exception) -> Response:
    return _response(_doors.no_such_route())


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
