"""Telling executions of decisions, whatever has become of the token that was kept for it."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from order_processing.adapters.executions import StepFunctionsExecutions
from order_processing.adapters.failed_executions import StepFunctionsFailures
from order_processing.adapters.runs import StepFunctionsRuns
from order_processing.decisions import NotStarted
from order_processing.failures import Failure
from tests.orders import NOW

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:orders"
ASKED = {"taskToken": "token", "output": json.dumps({"decision": "go_on"})}


def told(code: str) -> None:
    client = boto3.client("stepfunctions")
    with Stubber(client) as stub:
        stub.add_client_error("send_task_success", code, expected_params=ASKED)
        StepFunctionsExecutions(client, MACHINE).answer("token", "go_on")


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_token_that_nobody_waits_with_is_left_alone(code):
    """A decision that was kept must not fail because of who can no longer hear of it."""
    told(code)


def test_what_may_pass_is_told():
    with pytest.raises(ClientError):
        told("ThrottlingException")


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_the_sweep_is_told_that_nobody_waits_with_a_token(code):
    client = boto3.client("stepfunctions")
    with Stubber(client) as stub:
        stub.add_client_error("send_task_success", code, expected_params=ASKED)
        assert not StepFunctionsRuns(client, MACHINE, MACHINE).deliver("token", "go_on")


def test_an_execution_that_was_started_before_is_started():
    client = boto3.client("stepfunctions")
    with Stubber(client) as stub:
        stub.add_client_error("start_execution", "ExecutionAlreadyExists")
        StepFunctionsExecutions(client, MACHINE).start("o1")
        stub.add_client_error("start_execution", "ThrottlingException")
        with pytest.raises(NotStarted):
            StepFunctionsExecutions(client, MACHINE).start("o1")


def test_an_order_whose_execution_runs_gets_no_other_beside_it():
    """One look is enough to say so."""
    client = boto3.client("stepfunctions")
    running = {"executionArn": MACHINE, "stateMachineArn": MACHINE, "status": "RUNNING", "startDate": NOW}
    with Stubber(client) as stub:
        stub.add_response("describe_execution", running)
        with pytest.raises(NotStarted, match="o1 is running"):
            StepFunctionsRuns(client, MACHINE, MACHINE).start_anew("o1", 1)


@pytest.mark.parametrize("code", ["ExecutionNotRedrivable", "ExecutionDoesNotExist", "ExecutionLimitExceeded"])
def test_a_redrive_goes_on_with_the_others_where_one_cannot_be(code):
    client = boto3.client("stepfunctions")
    failure = Failure.model_construct(arn=MACHINE, order_id="o1")
    with Stubber(client) as stub:
        stub.add_client_error("redrive_execution", code)
        StepFunctionsFailures(client, {"order": MACHINE}).redrive([failure], "token")
