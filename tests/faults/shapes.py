"""Requests and answers as botocore's clients have them, and as they are here: parameters as they go over the wire."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSResponse

from tests.faults.items import Failed


def plain(service: str, given: dict[str, Any]) -> dict[str, Any]:
    """A call's parameters as they would come over the wire."""
    if service == "dynamodb":
        plain: dict[str, Any] = _without_bytes(given)
        return plain
    if service == "s3":
        told = hashlib.sha256(given["Body"]).hexdigest()
        return {"Key": given["Key"], "Digest": f"{told} {given['ContentType']} {given.get('Tagging', '')}"}
    return given


def _without_bytes(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_bytes(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_bytes(each) for each in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def with_bytes(value: Any) -> Any:
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(text := value.get("B"), str):
            return {"B": base64.b64decode(text)}
        return {name: with_bytes(each) for name, each in value.items()}
    return [with_bytes(each) for each in value] if isinstance(value, list) else value


def asked(request: Any, service: str) -> dict[str, Any]:
    body = request.body
    if hasattr(body, "read"):
        body = body.read()
    if service == "s3":
        told = hashlib.sha256(body).hexdigest()
        tags, kind = (_text(request.headers.get(name, "")) for name in ("x-amz-tagging", "Content-Type"))
        return {"Key": unquote(urlsplit(request.url).path.lstrip("/")), "Digest": f"{told} {kind} {tags}"}
    if service == "lambda":
        return {"FunctionName": urlsplit(request.url).path.split("/")[-2], "Payload": body}
    given: dict[str, Any] = json.loads(body)
    return given


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        while chunk := self.read(65536):
            yield chunk


def response(request: Any, answer: dict[str, Any]) -> AWSResponse:
    if ".s3." in request.url:
        return AWSResponse(request.url, 200, {"ETag": '"1"'}, _Raw())
    return AWSResponse(request.url, 200, {"Content-Type": "application/json"}, _Raw(json.dumps(answer).encode()))


def error(request: Any, service: str, failed: Failed) -> AWSResponse:
    if service == "s3":
        body = f"<Error><Code>{failed.code}</Code><Message>slow down</Message></Error>"
        return AWSResponse(request.url, 503, {"Content-Type": "application/xml"}, _Raw(body.encode()))
    told = json.dumps({"__type": failed.code, "message": failed.code, **failed.more})
    headers = {"Content-Type": "application/json", "x-amzn-errortype": failed.code}
    return AWSResponse(request.url, 400, headers, _Raw(told.encode()))
