"""What operations staff see of a stage's faults, and what they do not."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from order_processing.errors import OrderRejected
from order_processing.observe import StageFault, logged, logger, stage
from order_processing.order import Order
from order_processing.packing import PackingError

CANARY = "canarina@example.com"
CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=1, invoked_function_arn="arn", aws_request_id="r", function_version="1"
)


@pytest.fixture
def written(monkeypatch):
    """What was logged, as text. The logger's own handler holds the stream that was there when it was made."""
    stream = io.StringIO()
    (handler,) = logger.handlers
    monkeypatch.setattr(handler, "stream", stream)
    return stream.getvalue


def run(work):
    return stage(work)({"order_id": "BRSJV48JX"}, CONTEXT)


def raising(error):
    def work(_):
        raise error

    return work


def test_a_stage_answers_with_the_orders_id_alone():
    assert run(lambda event: None) == {"order_id": "BRSJV48JX"}


def test_a_turn_off_the_path_keeps_its_name_for_the_state_machine():
    with pytest.raises(OrderRejected, match="UNKNOWN_SKU"):
        run(raising(OrderRejected("UNKNOWN_SKU", "lines[0].sku")))


def test_an_error_of_aws_is_told_by_code_and_operation_without_its_words(written):
    said = {"Error": {"Code": "MessageRejected", "Message": f"Email address is not verified: {CANARY}"}}
    with pytest.raises(StageFault, match="MessageRejected in SendEmail") as fault:
        run(raising(ClientError(said, "SendEmail")))
    assert CANARY not in str(fault.value)
    assert fault.value.__cause__ is None
    assert fault.value.__suppress_context__
    assert "MessageRejected in SendEmail" in written()
    assert CANARY not in written()


def test_what_pydantic_says_of_a_value_is_not_told():
    with pytest.raises(StageFault, match="ValidationError") as fault:
        run(lambda _: Order.model_validate({"customer": {"email": CANARY * 100}}))
    assert CANARY not in str(fault.value)


def test_an_error_of_ours_is_told_in_its_own_words():
    with pytest.raises(StageFault, match="PackingError: allocation of SKU-1"):
        run(raising(PackingError("allocation of SKU-1: '9' is not a line of the order")))


def logged_line(written, event):
    logged(lambda event, context: logger.info("seen"))(event, CONTEXT)
    return json.loads(written().splitlines()[-1])


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"requestContext": {"requestId": "JKJaXmPLvHcESHA="}}, "JKJaXmPLvHcESHA="),
        ({"Records": [{"messageId": "19dd0b57", "body": "{}"}]}, "19dd0b57"),
        ({"id": "cdc73f9d", "detail-type": "Email Bounced"}, "cdc73f9d"),
    ],
)
def test_a_line_says_which_request_message_or_event_it_is_for(written, event, expected):
    assert logged_line(written, event)["correlation_id"] == expected


def test_a_line_does_not_keep_the_correlation_of_the_invocation_before(written):
    logged_line(written, {"id": "cdc73f9d"})
    assert "correlation_id" not in logged_line(written, {"order_id": "BRSJV48JX"})


def test_a_line_says_where_it_comes_from_and_nothing_that_stands_elsewhere(written):
    line = logged_line(written, {"order_id": "BRSJV48JX"})
    assert {name: line[name] for name in ("function_name", "function_request_id", "message")} == {
        "function_name": "f",
        "function_request_id": "r",
        "message": "seen",
    }
    assert line.keys() - {"order_id"} == {"level", "message", "timestamp", "function_name", "function_request_id"}


def test_a_line_that_says_what_it_is_for_does_not_name_its_invocation_too(written):
    line = logged_line(written, {"id": "cdc73f9d"})
    assert line.keys() - {"order_id"} == {"level", "message", "timestamp", "function_name", "correlation_id"}
    assert "function_request_id" in logged_line(written, {"order_id": "BRSJV48JX"})
