"""Every function's handler with its event in `events/`, as `sam local invoke` would run it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest

from local.senders import SENDERS
from order_processing.settings import current
from order_processing.status import Status
from order_processing.warehouse.open_batches import open_batch
from tests.aws.shop import BUCKET, SENDER

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
CONTEXT = SimpleNamespace(
    function_name="f",
    memory_limit_in_mb=512,
    invoked_function_arn="arn",
    aws_request_id="r",
    function_version="1",
    get_remaining_time_in_millis=lambda: 300_000,
)


def event(function: str) -> dict[str, Any]:
    return json.loads((ROOT / "events" / f"{function}.json").read_text(encoding="utf-8"))


_SECRETS = {
    "keys": {"current": "a key for links", "previous": ""},
    "identity": {"key": "identity key"},
    "senders": SENDERS,
    "carriers": {},
    "stores": {},
    "webhooks": {},
}
ORDER_ID = event("verify_order")["order_id"]


@pytest.fixture
def deployed(shop, monkeypatch) -> None:
    """What the functions find in their environment."""
    secrets = boto3.client("secretsmanager")
    for name, value in _SECRETS.items():
        secrets.create_secret(Name=name, SecretString=json.dumps(value))
    role = "arn:aws:iam::123456789012:role/machine"
    definition = '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}'
    machine = boto3.client("stepfunctions").create_state_machine(name="m", definition=definition, roleArn=role)
    queue = boto3.client("sqs").create_queue(QueueName="promises.fifo", Attributes={"FifoQueue": "true"})
    environment = {
        **{f"{table.upper()}_TABLE": table for table in (*shop.tables, "sessions", "findings", "webhooks")},
        "STAFF_POOL": "us-east-1_pool",
        "STAFF_CLIENT": "client",
        "STAFF_ISSUER": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool",
        "STAFF_LOGIN_URL": "https://staff.auth.us-east-1.amazoncognito.com",
        "STATE_MACHINE_ARN": machine["stateMachineArn"],
        "ENDING_ARN": machine["stateMachineArn"],
        "DOCUMENTS_BUCKET": BUCKET,
        "FETCH_QUEUE": boto3.client("sqs").create_queue(QueueName="fetch")["QueueUrl"],
        "SENDER": SENDER,
        "CONFIGURATION_SET": "mail",
        "PUBLIC_URL": "https://orders.example.com",
        "EVENT_BUS": "order-events",
        "CONFIRM_ORDER": "confirm-order",
        "PROMISES_QUEUE": queue["QueueUrl"],
        "PREPARE_DELIVERY": "prepare_delivery",
        **{f"{name.upper()}_SECRET": name for name in _SECRETS},
        "PRINT_FUNCTION": "print",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def test_what_became_of_a_mail_is_kept_with_its_order(shop, deployed):
    invoke("receive_order")
    assert invoke("mail_events") == {"outcome": "bounced"}
    (mail,) = shop.orders.load(ORDER_ID).mails
    assert mail.bounced_at
    assert [unreached.order_id for unreached in shop.unreached.waiting()] == [ORDER_ID]


def test_changes_of_orders_are_told_on_the_bus(shop, deployed):
    boto3.client("events").create_event_bus(Name="order-events")
    assert invoke("publish_events") == {"batchItemFailures": []}


def handler(function: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"functions.{function}.app", ROOT / "functions" / function / "app.py")
    assert spec
    assert spec.loader
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handler


def invoke(function: str) -> dict[str, Any]:
    return handler(function)(event(function), CONTEXT)


def test_every_function_has_its_event():
    assert sorted(path.stem for path in ROOT.glob("events/*.json")) == FUNCTIONS


def test_the_happy_path_by_the_functions_own_events(shop, deployed):
    answer = invoke("receive_order")
    assert (answer["statusCode"], json.loads(answer["body"])["id"]) == (202, ORDER_ID)
    for stage in ("verify_order", "check_availability", "confirm_order", "update_account", "prepare_delivery"):
        assert invoke(stage) == {"order_id": ORDER_ID}
    assert shop.orders.load(ORDER_ID).status is Status.READY_TO_SHIP
    assert invoke("start_orders") == {"started": 0}
    assert invoke("sweep_orders") == {"found": 0, "resolved": 0, "left": 0}
    audited = invoke("audit_books")
    assert (audited["found"], audited["left"]) == (0, [])
    shown = json.loads(invoke("warehouse")["body"])
    assert (shown["location"], shown["day"]) == ("louisville", "2026-11-24")
    print_all(shop, event("print_batch")["batch_id"])
    assert invoke("print_batch") == {"batch_id": event("print_batch")["batch_id"], "printed": 1, "left_out": 0}


def print_all(shop, batch_id: str) -> None:
    """Ask for a batch of the one order that is ready."""
    (shipment,) = shop.orders.load(ORDER_ID).delivery.shipments
    open_batch(
        batch_id,
        shipment.location,
        shipment.ship_date,
        dispatch=shop.dispatch,
        bins=shop.bins,
        settings=current(),
        now=shop.now,
        by="warehouse system",
    )


def test_the_ways_off_the_path_by_the_functions_own_events(shop, deployed):
    invoke("receive_order")
    shop.orders.move(shop.orders.load(ORDER_ID), Status.CORRECTION_PENDING, at=shop.now)
    assert invoke("await_decision") == {"order_id": ORDER_ID}
    assert shop.orders.load(ORDER_ID).question.token == event("await_decision")["task_token"]
    assert invoke("order_pages")["statusCode"] == 404, "its link is nobody's"
    assert invoke("end_order") == {"order_id": ORDER_ID}
    assert shop.orders.load(ORDER_ID).status is Status.CANCELLED


def test_the_console_by_its_own_event(shop, deployed):
    answer = invoke("staff_console")
    assert answer["statusCode"] == 200
    assert "You are signed out" in answer["body"]
    assert "form-action 'self' https://staff.auth.us-east-1.amazoncognito.com;" in str(answer["headers"])


def test_a_notice_of_a_store_without_access_stays_in_the_queue_and_no_store_is_compared(shop, deployed):
    message = event("fetch_orders")["Records"][0]["messageId"]
    assert invoke("fetch_orders") == {"batchItemFailures": [{"itemIdentifier": message}]}
    assert invoke("reconcile_stores") == {"missed": 0, "failed": 0}


def test_stock_and_supply_by_the_functions_own_events(shop, deployed):
    answer = invoke("receive_supply")
    assert (answer["statusCode"], json.loads(answer["body"])["new"]) == (200, 1)
    stock, _ = shop.inventory.read(["TEST-123"])
    assert sum(held.on_hand for held in stock if held.location == "louisville") == 480
    assert invoke("renew_promises") is None


def test_staff_is_reminded_by_the_functions_own_event(shop, deployed):
    assert invoke("remind_staff") == {"sent": 0}
    assert invoke("measure_days")["orders"] == 0


def test_endpoints_by_the_functions_own_events(shop, deployed):
    """Nobody has added one, so there is nothing to deliver."""
    assert invoke("deliver_webhooks") == {"batchItemFailures": []}
    assert invoke("retry_webhooks") == {"delivered": 0, "failed": 0}
