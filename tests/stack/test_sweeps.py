"""The sweep on the deployed stack, with the rights that its function has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from local import wait_for
from operating import executions as command
from operating.findings import swept
from order_processing.adapters.findings import DynamoFindings
from order_processing.adapters.orders import DynamoOrders
from order_processing.status import Status
from tests.aws.test_stages import simple_order


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
