"""The staff's console: login, and the pages that each module brings to it."""

import os
from datetime import UTC, datetime
from typing import Any

from botocore.config import Config

from order_processing.access import address_hash, guest_id
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.audit import DynamoAudit
from order_processing.adapters.aws import client
from order_processing.adapters.bins import DynamoBins
from order_processing.adapters.broken_promises import BrokenPromises
from order_processing.adapters.confirmation_again import ConfirmationAgain
from order_processing.adapters.customer_master import CustomerMaster
from order_processing.adapters.dispatch import DynamoDispatch
from order_processing.adapters.documents import S3Documents
from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.failed_executions import DynamoRedrives, StepFunctionsFailures
from order_processing.adapters.findings import DynamoFindings
from order_processing.adapters.links import Links
from order_processing.adapters.mail_reports import DynamoUnreached, SuppressedAddresses
from order_processing.adapters.measures import DynamoMeasures
from order_processing.adapters.order_lists import OrderLists
from order_processing.adapters.order_queries import DynamoOrderQueries
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.parcel_numbers import ParcelNumbers
from order_processing.adapters.post import ONCE, SesPost
from order_processing.adapters.printer import LambdaPrinter
from order_processing.adapters.receipts import Receipts
from order_processing.adapters.secrets import Secrets
from order_processing.adapters.staff_directory import CognitoDirectory
from order_processing.adapters.staff_sessions import DynamoSessions
from order_processing.adapters.stock_reader import StockReader
from order_processing.adapters.store_changes import DynamoStoreChanges
from order_processing.adapters.waiting import DynamoWaiting
from order_processing.console import unreached
from order_processing.console.acts import ActsPage
from order_processing.console.approvals import ApprovalPages
from order_processing.console.backlog import Backlog, of_findings
from order_processing.console.batches import BatchPages
from order_processing.console.console import Console
from order_processing.console.failures import FailurePages
from order_processing.console.login import Login
from order_processing.console.measures import MeasuresPage
from order_processing.console.order_actions import OrderActions
from order_processing.console.order_detail import OrderDetails
from order_processing.console.order_find import FindPage
from order_processing.console.order_papers import OrderPapers
from order_processing.console.shipments import ShipmentPages
from order_processing.console.stock import StockPage
from order_processing.failures import console_url
from order_processing.gateway import request_of, response_of, serve
from order_processing.measures import stores_seen
from order_processing.observe import logged, note_fault
from order_processing.order_search import OrderSearch
from order_processing.routes import Response, Routes
from order_processing.settings import current

_settings = current()
_table, _inventory, _accounts = (os.environ[f"{name}_TABLE"] for name in ("ORDERS", "INVENTORY", "ACCOUNTS"))
_machine, _ending = os.environ["STATE_MACHINE_ARN"], os.environ["ENDING_ARN"]
_dynamodb, _stepfunctions = client("dynamodb"), client("stepfunctions")
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
_secretsmanager = client("secretsmanager")
_identity = Secrets(_secretsmanager, os.environ["IDENTITY_SECRET"], seconds=float("inf"))


def _address(email: str) -> str:
    return address_hash(email, _identity.read()["key"])


def _guest(email: str) -> str:
    return guest_id(email, _identity.read()["key"])


_orders = DynamoOrders(_dynamodb, _table, inventory_table=_inventory, accounts_table=_accounts)
_executions = StepFunctionsExecutions(_stepfunctions, _machine, _ending, alias=os.environ.get("MACHINES_ALIAS", ""))
_failed = StepFunctionsFailures(_stepfunctions, {"order": _machine, "ending": _ending})
_audit = DynamoAudit(_dynamodb, _table)
_documents = S3Documents(client("s3", config=Config(signature_version="s3v4")), os.environ["DOCUMENTS_BUCKET"])
_lambda = client("lambda")
_again = ConfirmationAgain(_lambda, os.environ["CONFIRM_ORDER"])
_customers = CustomerMaster(
    _dynamodb,
    orders_table=_table,
    catalogue_table=os.environ["CATALOGUE_TABLE"],
    accounts_table=_accounts,
    hashed=_guest,
    listed=_address,
)
_queries, _stock = DynamoOrderQueries(_dynamodb, _table, _accounts), StockReader(_dynamodb, _inventory)
_measures = DynamoMeasures(_dynamodb, _table)
_search = OrderSearch(
    _orders,
    _queries,
    ParcelNumbers(_dynamodb, _table),
    account_of=_customers.account_of,
    stores=lambda: stores_seen(_measures, datetime.now(UTC).date()),
)
_details = OrderDetails(
    executions=_failed,
    audit=_audit,
    link=_documents.link,
    url=console_url,
    settings=_settings,
)
_findings = DynamoFindings(_dynamodb, os.environ["FINDINGS_TABLE"])
_lists, _unreached = OrderLists(_dynamodb, _table), DynamoUnreached(_dynamodb, _table)
_approvals = ApprovalPages(
    orders=_orders,
    waiting=DynamoWaiting(_dynamodb, _table),
    accounts=DynamoAccounts(_dynamodb, _accounts),
    executions=_executions,
    details=_details,
    backlog=Backlog(
        _orders,
        unreached=_unreached,
        broken=BrokenPromises(_dynamodb, _table),
        cancelled=_lists,
        changed=DynamoStoreChanges(_dynamodb, _table),
        findings=lambda: of_findings(_findings.open()),
    ),
    settings=_settings,
)
_failures = FailurePages(_failed, DynamoRedrives(_dynamodb, _table), _lists, console_url)
_not_reached = unreached.routes(
    _orders,
    _unreached,
    _executions,
    send_again=_again,
    forget=SuppressedAddresses(_dynamodb, _table, _address).remove,
)
_dispatch = DynamoDispatch(_dynamodb, _table)
_batches = BatchPages(
    _dispatch,
    DynamoBins(_dynamodb, _inventory),
    LambdaPrinter(_lambda, os.environ["PRINT_FUNCTION"]),
    _documents.link,
    _settings,
)
_shipments = ShipmentPages(
    dispatch=_dispatch,
    orders=_orders,
    link=_documents.link,
    post=SesPost(client("sesv2", config=ONCE), os.environ["SENDER"], os.environ["CONFIGURATION_SET"], _settings),
    status_url=Links(_secretsmanager, os.environ["KEYS_SECRET"], os.environ["PUBLIC_URL"]).status_url,
    settings=_settings,
)
_console = Console(
    (
        *FindPage(_search, _orders).routes(),
        *_approvals.routes(),
        *OrderActions(_orders, _executions, _again).routes(),
        *OrderPapers(_orders, _orders).routes(),
        *_failures.routes(),
        *_not_reached,
        *StockPage(_stock, Receipts(_dynamodb, _inventory), _queries, _orders, _settings).routes(),
        *_shipments.routes(),
        *_batches.routes(),
        *MeasuresPage(_measures).routes(),
        *ActsPage(_audit).routes(),
    ),
    login=_login,
    settings=_settings,
    audit=_audit,
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
