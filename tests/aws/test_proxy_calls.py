"""What the proxy reads of the SDK's requests, and that the SDK takes its refusals for AWS's throttling."""

from __future__ import annotations

import io
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.retries.standard import ThrottledRetryableChecker

from tests.proxy.calls import Call, read_call, throttled
from tests.proxy.plan import At, Fault, OneFault, Squeeze

CALLS = [
    ("dynamodb", "dynamodb", "PutItem", {"TableName": "t", "Item": {"a": {"S": "b"}}}),
    ("stepfunctions", "states", "StartExecution", {"stateMachineArn": "arn:aws:states:us-east-1:1:stateMachine:m"}),
    ("sesv2", "ses", "SendEmail", {"Content": {"Raw": {"Data": b"mail"}}}),
    ("s3", "s3", "PutObject", {"Bucket": "documents", "Key": "a", "Body": b"b"}),
    ("events", "events", "PutEvents", {"Entries": [{"Source": "s", "DetailType": "d", "Detail": "{}"}]}),
    ("secretsmanager", "secretsmanager", "GetSecretValue", {"SecretId": "s"}),
]


class _Body(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


@pytest.mark.parametrize(("client", "service", "operation", "given"), CALLS, ids=[call[2] for call in CALLS])
def test_a_call_is_told_by_its_request_and_its_refusal_is_throttling_to_the_sdk(client, service, operation, given):
    told: list[Call] = []
    config = Config(user_agent_appid="ConfirmOrderFunction-1A2B.77", retries={"total_max_attempts": 1})
    made = boto3.client(client, config=config, aws_access_key_id="a", aws_secret_access_key="b")

    def refuse(request: Any, **_: Any) -> AWSResponse:
        headers = {
            name.lower(): value.decode() if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        path = request.url.partition("amazonaws.com")[2]
        told.append(read_call(request.method, path, headers))
        status, answered, body = throttled(told[-1])
        return AWSResponse(request.url, status, answered, _Body(body))

    made.meta.events.register("before-send", refuse)
    name = {"PutItem": "put_item", "StartExecution": "start_execution", "GetSecretValue": "get_secret_value"}
    name |= {"SendEmail": "send_email", "PutObject": "put_object", "PutEvents": "put_events"}
    with pytest.raises(ClientError) as refused:
        getattr(made, name[operation])(**given)
    (call,) = told
    assert (call.function, call.pid, call.service, call.operation) == ("ConfirmOrder", 77, service, operation)
    assert (call.attempt, bool(call.invocation)) == (1, True)
    assert refused.value.response["Error"]["Code"] in ThrottledRetryableChecker._THROTTLED_ERROR_CODES


def a_call(operation: str = "PutItem", function: str = "ConfirmOrder", invocation: str = "1", attempt: int = 1) -> Call:
    return Call(function, 1, "dynamodb", operation, invocation, attempt)


def test_the_nth_call_goes_wrong_and_the_sdks_tries_of_it_are_one_call():
    fault = Fault("lost", tries=2)
    plan = OneFault(At("ConfirmOrder", "dynamodb", "PutItem", 2), fault)
    asked = [("1", 1), ("2", 1), ("2", 2), ("2", 3), ("3", 1)]
    assert [plan.of(a_call(invocation=i, attempt=n)) for i, n in asked] == [None, fault, fault, None, None]
    assert plan.of(a_call(function="")) is None
    assert [at.nth for at in plan.calls] == [1, 2, 3]


def test_a_squeeze_refuses_a_share_of_the_functions_calls_while_it_lasts():
    squeeze = Squeeze(frozenset({"dynamodb"}), 0.2, 60, seed=1)
    refused = sum(squeeze.of(a_call()) is not None for _ in range(1000))
    assert 150 < refused < 250
    assert squeeze.refused["dynamodb"] == refused
    assert squeeze.of(a_call(function="")) is None
    assert Squeeze(frozenset({"dynamodb"}), 1.0, -1, seed=1).of(a_call()) is None
