"""A call to AWS as it goes over the wire, and AWS's own way of saying that there were too many."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

_SIGNED_FOR = re.compile(r"Credential=[^/]+/\d+/[^/]+/([a-z0-9-]+)/aws4_request")
_SAID_BY = re.compile(r"\bapp/([A-Za-z]+?)(?:Function)?(?:-\w+)?\.(\d+)\b")
_S3 = {"GET": "GetObject", "PUT": "PutObject", "HEAD": "HeadObject", "DELETE": "DeleteObject", "POST": "Post"}


@dataclass(frozen=True)
class Call:
    """function: its logical id in the template, without `Function`; pid: of its process. Of whoever is no function
    these are "" and 0. service: as it is signed for. attempt: the how-manieth try of the SDK's, from 1; invocation:
    the same for all tries of one call.
    """

    function: str
    pid: int
    service: str
    operation: str
    invocation: str
    attempt: int

    @property
    def name(self) -> str:
        return f"{self.function} {self.service}:{self.operation}"


def read_call(method: str, path: str, headers: Mapping[str, str]) -> Call:
    """The call that a request makes. headers: names in lower case."""
    said_by = _SAID_BY.search(headers.get("user-agent", ""))
    signed_for = _SIGNED_FOR.search(headers.get("authorization", ""))
    service = signed_for[1] if signed_for else ""
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    if not operation:
        operation = "SendEmail" if service == "ses" else _S3.get(method, method) if service == "s3" else path
    tried = re.search(r"attempt=(\d+)", headers.get("amz-sdk-request", ""))
    return Call(
        function=said_by[1] if said_by else "",
        pid=int(said_by[2]) if said_by else 0,
        service=service,
        operation=operation,
        invocation=headers.get("amz-sdk-invocation-id", ""),
        attempt=int(tried[1]) if tried else 1,
    )


def throttled(call: Call) -> tuple[int, dict[str, str], bytes]:
    """What AWS answers to a call too many: status, headers, body (each service's API reference, common errors)."""
    if call.service == "s3":
        error = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
        return 503, {"Content-Type": "application/xml"}, f"<?xml version='1.0'?>{error}".encode()
    if call.service in ("ses", "lambda"):
        kind = {"Content-Type": "application/json", "x-amzn-ErrorType": "TooManyRequestsException"}
        return 429, kind, b'{"message": "Rate exceeded"}'
    name = "ThrottlingException"
    if call.service == "dynamodb":
        name = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
    body = json.dumps({"__type": name, "message": "Rate exceeded"}).encode()
    return 400, {"Content-Type": "application/x-amz-json-1.0"}, body
