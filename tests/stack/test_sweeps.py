"""The sweep on the deployed stack, with the rights that its function has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from local import LocalStack, wait_for
from operating import executions as command
from operating.findings import swept
from order_processing.adapters.attributes import iso
from order_processing.adapters.findings import DynamoFindings
from order_processing.adapters.order_items import key
from order_processing.adapters.orders import DynamoOrders
from order_processing.cancellation import BY_CUSTOMER
from order_processing.discrepancy import Correction
from order_processing.order_parts import Answer, Confirmation
from order_processing.stages.start_orders import SWEEP
from order_processing.status import Status
from tests.aws.test_stages import simple_order
from tests.stack.senders import api_order, place


def test_an_order_that_was_stored_and_never_started_is_found_started_and_its_finding_closed(stack, monkeypatch, capsys):
    dynamodb = stack.client("dynamodb")
    orders = DynamoOrders(dynamodb, stack.outputs["OrdersTable"])
    findings = DynamoFindings(dynamodb, stack.outputs["FindingsTable"])
    before = datetime.now(UTC) - timedelta(minutes=20)
    order_id = orders.place(simple_order("never-started"), b"{}", "fingerprint", before).order_id
    monkeypatch.setattr("operating.stack.LocalStack.running", lambda: stack)
    assert command.main(["show", order_id]) == 0
    assert "execution none" in capsys.readouterr().out

    assert swept(stack.client, stack.outputs["SweepOrdersFunction"])["found"] >= 1
    wait_for(lambda: orders.load(order_id).status is Status.READY_TO_SHIP, seconds=60, what="the order to be ready")
    swept(stack.client, stack.outputs["SweepOrdersFunction"])
    assert order_id not in {finding.subject for finding in findings.open()}
    assert order_id not in findings.followed()
    closed = {finding.subject: finding for finding in findings.closed(f"{datetime.now(UTC):%Y-%m-%d}")}
    assert (closed[order_id].kind, closed[order_id].done) == ("NOT_STARTED", "started")

    assert command.main(["anew", order_id]) == 1, "it has come to its end"


def test_what_was_placed_and_not_started_is_started_within_minutes(stack):
    orders, findings = books_of(stack)
    placed_at = datetime.now(UTC) - timedelta(minutes=4)
    findings.keep_progress(SWEEP, (placed_at - timedelta(minutes=1)).isoformat())  # the last one was before
    order_id = orders.place(simple_order("not-started-yet"), b"{}", "fingerprint", placed_at).order_id
    answer = stack.client("lambda").invoke(FunctionName=stack.outputs["StartOrdersFunction"], Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    wait_for(lambda: orders.load(order_id).status is Status.READY_TO_SHIP, seconds=60, what="the order to be ready")


def test_an_end_that_nobody_was_told_of_is_told(stack):
    orders, _ = books_of(stack)
    before = datetime.now(UTC) - timedelta(minutes=10)
    ended = orders.place(simple_order("ended-untold"), b"{}", "fingerprint", before).order_id
    orders.release(orders.load(ended), Status.CANCELLED, at=before, reason=BY_CUSTOMER)

    swept(stack.client, stack.outputs["SweepOrdersFunction"])
    wait_for(lambda: (orders.load(ended).notice or NOTHING).sent_at, seconds=60, what="the customer to be told")


def test_a_decision_that_the_execution_never_heard_is_delivered(stack):
    orders, _ = books_of(stack)
    waits = place(stack, api_order("decided-unheard", sku="NO-SUCH-SKU")).json()["id"]
    wait_for(lambda: orders.load(waits).question, seconds=60, what="the order to ask for a correction")
    _happened_earlier(stack, orders, waits, by=timedelta(minutes=20))
    correction = Correction(path="lines[0].sku", found="NO-SUCH-SKU", value="TEST-123")
    decided = datetime.now(UTC) - timedelta(minutes=10)
    orders.answer(orders.load(waits), Answer(actor="staff: eve", at=decided, corrections=(correction,)))

    swept(stack.client, stack.outputs["SweepOrdersFunction"])
    wait_for(lambda: orders.load(waits).status is Status.READY_TO_SHIP, seconds=60, what="the order to go on")


NOTHING = Confirmation(attempt_at=datetime(2026, 1, 1, tzinfo=UTC))


def _happened_earlier(stack: LocalStack, orders: DynamoOrders, order_id: str, *, by: timedelta) -> None:
    """Put everything that has happened to an order into the past, as if it had been asked about so long ago."""
    stored = orders.load(order_id)
    question = stored.question
    assert question is not None
    orders.ask(stored, question.model_copy(update={"asked_at": question.asked_at - by}))
    times = {status: {"S": iso(at - by)} for status, at in stored.times.items()}
    set_times = {"UpdateExpression": "SET times = :times", "ExpressionAttributeValues": {":times": {"M": times}}}
    set_received = {
        "UpdateExpression": "SET received_at = :at",
        "ExpressionAttributeValues": {":at": {"S": iso(stored.received_at - by)}},
    }
    dynamodb, table = stack.client("dynamodb"), stack.outputs["OrdersTable"]
    dynamodb.update_item(TableName=table, Key=key(order_id, "order"), **set_times)
    dynamodb.update_item(TableName=table, Key=key(order_id, "placed"), **set_received)


def books_of(stack: LocalStack) -> tuple[DynamoOrders, DynamoFindings]:
    dynamodb = stack.client("dynamodb")
    tables = {"inventory_table": stack.outputs["InventoryTable"], "accounts_table": stack.outputs["AccountsTable"]}
    orders = DynamoOrders(dynamodb, stack.outputs["OrdersTable"], **tables)
    return orders, DynamoFindings(dynamodb, stack.outputs["FindingsTable"])
