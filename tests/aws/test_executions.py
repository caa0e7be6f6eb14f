"""Telling executions of decisions, whatever has become of the token that was kept for it."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from order_processing.adapters.executions import StepFunctionsExecutions

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
