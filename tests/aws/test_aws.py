"""Clients that are made with less work send the same requests as boto3's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import UnknownServiceError

from order_processing.adapters import aws

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb": ("get_item", {"TableName": "t", "Key": {"k": {"S": "1"}}}),
    "s3": ("put_object", {"Bucket": "documents-of-ours", "Key": "k", "Body": b"x"}),
    "sesv2": ("get_account", {}),
    "secretsmanager": ("get_secret_value", {"SecretId": "s"}),
    "stepfunctions": ("list_state_machines", {}),
    "events": ("list_event_buses", {}),
    "lambda": ("invoke", {"FunctionName": "f"}),
    "sqs": ("send_message", {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q", "MessageBody": "m"}),
    "cognito-idp": ("list_user_pools", {"MaxResults": 1}),
    "cloudwatch": ("list_dashboards", {}),
    "logs": ("describe_log_groups", {}),
    "kms": ("list_keys", {}),
}
REGIONS = "us-east-1 us-west-2 eu-central-1 ap-south-2 sa-east-1 cn-north-1 us-gov-west-1".split()


@pytest.fixture
def in_region(monkeypatch):
    """Both ways to make clients, afresh for a region."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    def go(region: str, **more: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
        for name, value in {"AWS_DEFAULT_REGION": region, **more}.items():
            monkeypatch.setenv(name, value)
        aws._session.cache_clear()
        return aws.client, boto3.Session().client

    yield go
    aws._session.cache_clear()


class Seen(Exception):
    """A request that was about to leave."""


def sent(client: Any, service: str) -> dict[str, str]:
    """Where a call would go, and how it is signed."""

    def see(request: Any, **_: Any) -> None:
        raise Seen(request)

    client.meta.events.register_first("before-send", see)
    operation, arguments = CALLS[service]
    with pytest.raises(Seen) as seen:
        getattr(client, operation)(**arguments)
    request = seen.value.args[0]
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    scope = re.search(r"Credential=\w+/\d+/([^,]+), SignedHeaders=([^,]+)", headers["authorization"])
    assert scope, headers["authorization"]
    kept = {"content-type", "x-amz-target", "x-amz-sdk-checksum-algorithm", "expect"}
    return {
        "to": f"{request.method} {request.url}",
        "signed for": scope[1],
        "signed": scope[2],
        **{name: value for name, value in headers.items() if name in kept},
    }


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@pytest.mark.parametrize("region", REGIONS)
def test_a_request_goes_to_the_same_place_with_the_same_signature(in_region, region):
    lean, boto = in_region(region)
    for service in CALLS:
        assert sent(lean(service), service) == sent(boto(service), service), service


@pytest.mark.parametrize("variant", ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"])
def test_so_it_does_where_fips_or_both_stacks_are_asked_for(in_region, variant):
    lean, boto = in_region("us-east-1", **{variant: "true"})
    for service in CALLS:
        assert sent(lean(service), service) == sent(boto(service), service), service


@pytest.mark.parametrize("service", CALLS)
def test_a_client_is_configured_as_boto3s_and_can_do_as_much(in_region, service):
    lean, boto = (make(service) for make in in_region("eu-west-1"))
    named = {"user_agent", "user_agent_extra", "_user_provided_options"}
    configured = [{k: v for k, v in vars(each.meta.config).items() if k not in named} for each in (lean, boto)]
    assert configured[0] == configured[1]
    assert lean.meta.method_to_api_mapping == boto.meta.method_to_api_mapping


def test_a_signed_link_to_a_document_is_the_same(in_region):
    config = Config(signature_version="s3v4")
    links = [
        make("s3", config=config).generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
        for make in in_region("eu-west-1")
    ]
    without_time = [re.sub(r"X-Amz-(Date|Signature)=\w+", "", link) for link in links]
    assert without_time[0] == without_time[1]


def test_a_service_that_there_is_not_is_told(in_region):
    lean, _ = in_region("us-east-1")
    with pytest.raises(UnknownServiceError, match="no-such-service"):
        lean("no-such-service")
