"""The staff's console: login, and the pages that each module brings to it."""

import os
from typing import Any

import boto3
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.staff_directory import CognitoDirectory
from order_processing.adapters.staff_sessions import DynamoSessions
from order_processing.adapters.waiting import DynamoWaiting
from order_processing.console.approvals import ApprovalPages
from order_processing.console.console import Console
from order_processing.console.login import Login
from order_processing.gateway import note_fault, request_of, response_of
from order_processing.observe import logger
from order_processing.settings import current

_dynamodb = boto3.client("dynamodb")
_login = Login(
    directory=CognitoDirectory(
        boto3.client("cognito-idp"),
        pool_id=os.environ["STAFF_POOL"],
        client_id=os.environ["STAFF_CLIENT"],
        issuer=os.environ["STAFF_ISSUER"],
        login_url=os.environ["STAFF_LOGIN_URL"],
    ),
    sessions=DynamoSessions(_dynamodb, os.environ["SESSIONS_TABLE"]),
    public_url=os.environ["PUBLIC_URL"],
)
_approvals = ApprovalPages(
    orders=DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"], inventory_table=os.environ["INVENTORY_TABLE"]),
    waiting=DynamoWaiting(_dynamodb, os.environ["ORDERS_TABLE"]),
    accounts=DynamoAccounts(_dynamodb, os.environ["ACCOUNTS_TABLE"]),
    executions=StepFunctionsExecutions(boto3.client("stepfunctions"), os.environ["STATE_MACHINE_ARN"]),
    settings=current(),
)
_console = Console(_approvals.routes(), login=_login, settings=current())
app = APIGatewayHttpResolver()


@app.route(".+", method=["GET", "HEAD", "POST"])
def page() -> Response:
    event = app.current_event
    return response_of(_console.answer(event.http_method, event.path, request_of(app)))


@app.exception_handler(Exception)
def failed(error: Exception) -> Response:
    note_fault(error)
    return response_of(_console.failed())


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return app.resolve(event, context)
