"""Between botocore and memory: real clients, whose requests are answered here, with the faults of a plan.

A fault stands at the nth call of an invocation. The SDK's own retries run as they are: each attempt comes here.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock
from urllib.parse import unquote, urlsplit

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import ReadTimeoutError

from tests.faults.dynamo import Failed
from tests.faults.plan import (
    AT_ONCE,
    BATCHES,
    CONFLICT,
    CUT_AFTER,
    CUT_BEFORE,
    FOR_THE_SDK,
    LOST,
    LOST_ONCE,
    PARTLY,
    READS,
    STALE,
    THROTTLED,
    THROTTLED_CODES,
    TIMEOUT,
    Call,
    Cut,
    Plan,
)
from tests.faults.world import Services, World


class Wire:
    """Answers every client's calls on `world`. old: what a stale read sees; whole: whether every call goes through
    the SDK, with its retries, also where that makes no difference."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.world = World(tables={})
        self.old = self.world
        self.plan = Plan()
        self.whole = False

    def session(self) -> botocore.session.Session:
        """A session whose clients come here."""
        made = botocore.session.Session()
        made.set_credentials("test", "test")
        made.set_config_variable("region", "us-east-1")
        made.register("before-send", self._sent)
        return made

    @contextmanager
    def attached(self) -> Iterator[None]:
        """For as long as it lasts, all clients' calls begin here. Only those whose fault the SDK would see, or every
        one when `whole`, go through the SDK; for the others its work is left out, which takes most of the time."""
        real = BaseClient._make_api_call

        def called(client: Any, operation: str, given: dict[str, Any]) -> Any:
            service = client.meta.service_model.service_id.hyphenize()
            self._begins(service, operation, given)
            if self.whole or self.plan.fault in FOR_THE_SDK:
                return real(client, operation, given)
            try:
                answer = self._answered(service, operation, _plain(service, given))
            except Failed as failed:
                response = {"Error": {"Code": failed.code, "Message": failed.code}, **_with_bytes(failed.more)}
                raise client.exceptions.from_code(failed.code)(response, operation) from None
            return _with_bytes(answer) if service == "dynamodb" else answer

        with mock.patch.object(BaseClient, "_make_api_call", called):
            yield

    def _begins(self, service: str, operation: str, params: dict[str, Any]) -> None:
        """A call begins: the plan counts it, and may end the process here or let the other copy run first."""
        plan = self.plan
        if plan.dead:
            raise Cut
        consistent = params.get("ConsistentRead") or service != "dynamodb"
        if operation == "BatchGetItem":
            consistent = all(table.get("ConsistentRead") for table in params["RequestItems"].values())
        plan.calls.append(Call(service, operation, operation in READS and not consistent))
        plan.attempt, plan.done = 0, False
        if plan.fault == AT_ONCE and plan.other:
            plan.copied = True
            plan.other()
        if plan.fault == CUT_BEFORE:
            plan.dead = True
            raise Cut

    def _sent(self, request: Any, event_name: str, **_: Any) -> AWSResponse:
        _, service, operation = event_name.split(".")
        plan = self.plan
        plan.attempt += 1
        fault = plan.fault
        if fault == THROTTLED:
            return _error(request, service, Failed(THROTTLED_CODES.get(service, "ThrottlingException")))
        if fault == TIMEOUT:
            raise ReadTimeoutError(endpoint_url=request.url)
        if fault == CONFLICT:
            reasons = [{"Code": "TransactionConflict"}]
            return _error(request, service, Failed("TransactionCanceledException", CancellationReasons=reasons))
        try:
            answer = self._answered(service, operation, _given(request, service))
        except Failed as failed:
            return _error(request, service, failed)
        if fault == LOST or (fault == LOST_ONCE and plan.attempt == 1):
            raise ReadTimeoutError(endpoint_url=request.url)
        return _response(request, answer)

    def _answered(self, service: str, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        """The answer, with what the plan has for this call; Failed."""
        plan = self.plan
        world = self.old if plan.fault == STALE else self.world
        if operation == "TransactWriteItems" and plan.done:
            return {}  # the same token: it was done
        if plan.fault == PARTLY:
            return _nothing_of(operation, given)
        if operation == "SendEmail":
            self._note_repeated(given)
        answer = self._services.answer(world, service, operation, given)
        plan.done = True
        if service == "dynamodb" and operation not in READS:
            self._note_noted()
        if plan.fault == CUT_AFTER:
            plan.dead = True
            raise Cut
        return answer

    def _note_repeated(self, given: dict[str, Any]) -> None:
        """A mail that went out before: was that noted when it went out again?"""
        tags = {tag["Name"]: tag["Value"] for tag in given["EmailTags"]}
        to = given["Destination"]["ToAddresses"][0]
        told = (tags["order"], f"{tags['kind']} to {to}")
        world = self.world
        if any((mail.order_id, f"{mail.kind} to {mail.to}") == told for mail in world.mails):
            why = "unnoted" if told in world.sent_unnoted else "copies" if self.plan.copied else "noted"
            world.notes += (f"{why}: {told[1]}",)
        world.sent_unnoted = (*(t for t in world.sent_unnoted if t != told), told)
        self.plan.sent.append(told)
        head = world.tables["orders"].get((tags["order"], "order"))
        if tags["kind"] == "confirmation" and (not head or "promise" not in head.attributes):
            world.notes += ("untrue: a confirmation of what is not reserved",)

    def _note_noted(self) -> None:
        """The first write after a mail says that it went out."""
        if self.plan.sent:
            gone = set(self.plan.sent)
            self.world.sent_unnoted = tuple(told for told in self.world.sent_unnoted if told not in gone)
            self.plan.sent.clear()


def _nothing_of(operation: str, given: dict[str, Any]) -> dict[str, Any]:
    """Of a batch nothing was done this time."""
    left = given["RequestItems"]
    return {BATCHES[operation]: left, **({"Responses": {table: [] for table in left}} if "Get" in operation else {})}


def _plain(service: str, given: dict[str, Any]) -> dict[str, Any]:
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


def _with_bytes(value: Any) -> Any:
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(text := value.get("B"), str):
            return {"B": base64.b64decode(text)}
        return {name: _with_bytes(each) for name, each in value.items()}
    return [_with_bytes(each) for each in value] if isinstance(value, list) else value


def _given(request: Any, service: str) -> dict[str, Any]:
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


def _response(request: Any, answer: dict[str, Any]) -> AWSResponse:
    if ".s3." in request.url:
        return AWSResponse(request.url, 200, {"ETag": '"1"'}, _Raw())
    return AWSResponse(request.url, 200, {"Content-Type": "application/json"}, _Raw(json.dumps(answer).encode()))


def _error(request: Any, service: str, failed: Failed) -> AWSResponse:
    if service == "s3":
        body = f"<Error><Code>{failed.code}</Code><Message>slow down</Message></Error>"
        return AWSResponse(request.url, 503, {"Content-Type": "application/xml"}, _Raw(body.encode()))
    told = json.dumps({"__type": failed.code, "message": failed.code, **failed.more})
    headers = {"Content-Type": "application/json", "x-amzn-errortype": failed.code}
    return AWSResponse(request.url, 400, headers, _Raw(told.encode()))
