"""The staff's console: login, and the pages that each module brings to it."""

import os
from typing import Any

from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.audit import DynamoAudit
from order_processing.adapters.aws import client
from order_processing.adapters.confirmation_again import ConfirmationAgain
from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.failed_executions import DynamoRedrives, StepFunctionsFailures
from order_processing.adapters.mail_reports import DynamoUnreached, SuppressedAddresses
from order_processing.adapters.order_lists import OrderLists
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.secrets import address_hashes
from order_processing.adapters.staff_directory import CognitoDirectory
from order_processing.adapters.staff_sessions import DynamoSessions
from order_processing.adapters.waiting import DynamoWaiting
from order_processing.console import unreached
from order_processing.console.approvals import ApprovalPages
from order_processing.console.console import Console
from order_processing.console.failures import FailurePages
from order_processing.console.login import Login
from order_processing.failures import console_url
from order_processing.gateway import request_of, response_of, serve
from order_processing.observe import logged, note_fault
from order_processing.routes import Response, Routes
from order_processing.settings import current

_dynamodb = client("dynamodb")
_login = Login(
    directory=CognitoDirectory(
        client("cognito-idp"),
        pool_id=os.environ["STAFF_POOL"],
        client_id=os.environ["STAFF_CLIENT"],
        issuer=os.environ["STAFF_ISSUER"],
        login_url=os.environ["STAFF_LOGIN_URL"],
    ),
    sessions=DynamoSessions(_dynamodb, os.environ["SESSIONS_TABLE"]),
    public_url=os.environ["PUBLIC_URL"],
)
_orders = DynamoOrders(_dynamodb, os.environ["ORDERS_TABLE"], inventory_table=os.environ["INVENTORY_TABLE"])
_stepfunctions = client("stepfunctions")
_executions = StepFunctionsExecutions(_stepfunctions, os.environ["STATE_MACHINE_ARN"])
_approvals = ApprovalPages(
    orders=_orders,
    waiting=DynamoWaiting(_dynamodb, os.environ["ORDERS_TABLE"]),
    accounts=DynamoAccounts(_dynamodb, os.environ["ACCOUNTS_TABLE"]),
    executions=_executions,
    settings=current(),
)
_suppressed = SuppressedAddresses(
    _dynamodb,
    os.environ["ORDERS_TABLE"],
    address_hashes(client("secretsmanager"), os.environ["IDENTITY_SECRET"]),
)
_not_reached = unreached.routes(
    _orders,
    DynamoUnreached(_dynamodb, os.environ["ORDERS_TABLE"]),
    _executions,
    send_again=ConfirmationAgain(client("lambda"), os.environ["CONFIRM_ORDER"]),
    forget=_suppressed.remove,
)
_failures = FailurePages(
    StepFunctionsFailures(
        _stepfunctions, {"order": os.environ["STATE_MACHINE_ARN"], "ending": os.environ["ENDING_ARN"]}
    ),
    DynamoRedrives(_dynamodb, os.environ["ORDERS_TABLE"]),
    OrderLists(_dynamodb, os.environ["ORDERS_TABLE"]),
    console_url,
)
_console = Console(
    (*_approvals.routes(), *_failures.routes(), *_not_reached),
    login=_login,
    settings=current(),
    audit=DynamoAudit(_dynamodb, os.environ["ORDERS_TABLE"]),
)
app = Routes()


@app.route(".+", method=["GET", "HEAD", "POST"])
def page() -> Response:
    return response_of(_console.answer(app.method, app.path, request_of(app)))


@app.on_fault
def failed(error: Exception) -> Response:
    note_fault(error)
    return response_of(_console.failed())


@logged
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serve(app, event, context)
