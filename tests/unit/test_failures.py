"""A fault says what it means and what to do, without a customer's words; failures of one cause stand together."""

from __future__ import annotations

import ast
import json
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from order_processing import errors
from order_processing.errors import DeliveryRefused, OrderRejected, SendingStopped
from order_processing.failures import Failure, by_cause, console_url, still_matters, told_in
from order_processing.faults import advice, code_of, explained, kind_of, plain
from order_processing.observe import StageFault, stage
from order_processing.status import Status
from tests.orders import NOW

PACKAGE = Path(errors.__file__).parent
CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn", aws_request_id="r", function_version="1"
)


def failure(order_id: str = "7K3M9QXB4", **changes: object) -> Failure:
    values = {"arn": f"arn:{order_id}", "order_id": order_id, "at": NOW, "error": "DeliveryRefused"}
    return Failure(**(values | {"told": f"OUT_OF_KEYS: {order_id}: 1 of 1 keys are not in the pool"} | changes))


def refused_codes() -> set[str]:
    """Every code with which the package refuses a delivery."""
    calls = [
        node
        for path in PACKAGE.rglob("*.py")
        if "compiled" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "DeliveryRefused"
    ]
    return {c.args[0].value for c in calls if isinstance(c.args[0], ast.Constant)}


def test_every_code_that_stops_a_delivery_says_what_to_do():
    codes = refused_codes() - {"NOT_HANDED_OUT"}
    assert len(codes) > 8
    ours = advice("StageFault", "KeyError (at x:1)")
    for code in codes:
        assert advice("DeliveryRefused", f"{code}: lines[0]") != ours, code


@pytest.mark.parametrize(
    ("error", "told", "title"),
    [
        ("StageFault", "AccessDeniedException in GetItem (at catalogue:40)", "A function lacks a right"),
        ("StageFault", "ThrottlingException in Query (at order_store:97)", "AWS was asked for more than it gives"),
        ("StageFault", "OrderChanged: 7K3M9QXB4 (at orders:9)", "The order was being changed"),
        ("StageFault", "KeyError (at packing:9)", "A fault in the software"),
        ("SendingStopped", "AccountSuspendedException", "Mail is stopped"),
        ("States.Timeout", "", "A stage took too long"),
        ("Runtime.ImportModuleError", "Unable to import module 'app'", "A function could not start"),
    ],
)
def test_a_fault_is_told_in_the_trades_words(error, told, title):
    assert advice(error, told).title.startswith(title)
    assert plain(explained(error, told)) == told


def test_the_executions_cause_says_what_to_do():
    def fails(error):
        def work(event):
            raise error

        return stage(work)

    denied = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "ada@example.com"}}, "GetItem")
    for error, kind, words in (
        (DeliveryRefused("OUT_OF_KEYS", "APP: none"), DeliveryRefused, "load keys with"),
        (SendingStopped("AccountSuspendedException"), SendingStopped, "SES's console"),
        (denied, StageFault, "deploy the template anew"),
    ):
        with pytest.raises(kind) as caught:
            fails(error)({"order_id": "7K3M9QXB4"}, CONTEXT)
        assert "What to do: " in str(caught.value)
        assert words in str(caught.value)
        assert "ada@" not in str(caught.value)
    with pytest.raises(OrderRejected) as turned:
        fails(OrderRejected("TOTAL_WRONG"))({"order_id": "7K3M9QXB4"}, CONTEXT)
    assert str(turned.value) == "TOTAL_WRONG"


def test_failures_of_one_cause_stand_together_whatever_the_order():
    a = failure()
    b = failure("BRSJV48JX", at=NOW - timedelta(hours=2))
    c = failure(error="StageFault", told="ValueError: order 7K3M9QXB4 is RECEIVED (at prepare_delivery:66)")
    d = failure("BRSJV48JX", error="StageFault", told="ValueError: order BRSJV48JX is X (at prepare_delivery:66)")
    e = failure(error="StageFault", told="ValueError: order 7K3M9QXB4 is RECEIVED (at orders:3)")
    causes = by_cause([a, b, c, d, e])
    assert [[each.order_id for each in cause.failures] for cause in causes] == [
        ["BRSJV48JX", "7K3M9QXB4"],
        ["7K3M9QXB4", "BRSJV48JX"],
        ["7K3M9QXB4"],
    ]
    assert a.kind != failure(machine="ending").kind
    assert kind_of("StageFault", "AccessDenied in GetItem (at a:1)") != kind_of(
        "StageFault", "AccessDenied in PutItem (at a:1)"
    )
    assert code_of("AccessDenied in GetItem (at a:1)") == "AccessDenied"


def test_what_matters_and_for_how_long_it_can_be_redriven():
    later = NOW + timedelta(days=15)
    for status in (None, Status.CONFIRMED, Status.READY_TO_SHIP):
        assert still_matters(failure(), status, NOW)
    assert still_matters(failure(), Status.CONFIRMED, later)
    assert not still_matters(failure(), Status.READY_TO_SHIP, later)
    assert not still_matters(failure(), Status.CANCELLED, NOW)
    assert still_matters(failure(machine="ending"), Status.CANCELLED, NOW)
    assert failure().redrivable(NOW + timedelta(days=13, hours=23))
    assert not failure().redrivable(NOW + timedelta(days=14))


def test_the_cause_of_an_execution_is_read_as_a_function_raised_it():
    said = json.dumps({"errorType": "X", "errorMessage": "A: b. What to do: c."})
    assert told_in(said) == "A: b"
    assert told_in("plain") == "plain"
    assert told_in("[]") == "[]"
    url = console_url("arn:aws:states:eu-central-1:1:execution:m:7K3M9QXB4")
    assert url.startswith("https://eu-central-1.console.aws.amazon.com/states/")
