"""The pages on which customers decide about their orders."""

import os
from typing import Any

import boto3
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from order_processing.access import guest_id
from order_processing.adapters.catalogue import DynamoCatalogue
from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.links import Links
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.secrets import Secrets
from order_processing.decision_pages import DecisionPages
from order_processing.gateway import note_fault, request_of, response_of
from order_processing.observe import logger
from order_processing.settings import current

_secretsmanager = boto3.client("secretsmanager")
_dynamodb = boto3.client("dynamodb")
_identity = Secrets(_secretsmanager, os.environ["IDENTITY_SECRET"])
_pages = DecisionPages(
    orders=DynamoOrders(
        _dynamodb,
        os.environ["ORDERS_TABLE"],
        inventory_table=os.environ["INVENTORY_TABLE"],
        accounts_table=os.environ["ACCOUNTS_TABLE"],
    ),
    executions=StepFunctionsExecutions(
        boto3.client("stepfunctions"), os.environ["STATE_MACHINE_ARN"], os.environ["ENDING_ARN"]
    ),
    links=Links(_secretsmanager, os.environ["KEYS_SECRET"], os.environ["PUBLIC_URL"]),
    catalogue=DynamoCatalogue(_dynamodb, os.environ["CATALOGUE_TABLE"]),
    guest_id=lambda email: guest_id(email, _identity.read()["key"]),
    settings=current(),
)
app = APIGatewayHttpResolver()


@app.route("/decide/<order_id>", method=["GET", "HEAD"])
def show(order_id: str) -> Response:
    return response_of(_pages.show(order_id, request_of(app)))


@app.post("/decide/<order_id>")
def post(order_id: str) -> Response:
    return response_of(_pages.post(order_id, request_of(app)))


@app.not_found
def unknown(_: Exception) -> Response:
    return response_of(_pages.unknown("", request_of(app)))


@app.exception_handler(Exception)
def failed(error: Exception) -> Response:
    note_fault(error)
    return response_of(_pages.failed(request_of(app)))


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
