"""Between botocore and memory: real clients, whose requests are answered here, with the faults that a plan has for them.

A fault stands at the nth call of an invocation. The SDK's own retries run as they are: each attempt comes here.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError

from tests.faults.dynamo import Failed
from tests.faults.world import Services, World

READS = frozenset(
    "GetItem Query BatchGetItem GetSecretValue DescribeExecution Scan GetObject".split()
)
_BATCHES = {"BatchGetItem": "UnprocessedKeys", "BatchWriteItem": "UnprocessedItems"}
_THROTTLED = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "sesv2": "TooManyRequestsException",
    "s3": "SlowDown",
}

CUT_BEFORE, CUT_AFTER = "cut before", "cut after"
THROTTLED, TIMEOUT, LOST_ONCE, LOST = "throttled", "timeout", "answer lost once", "answer lost"
STALE, CONFLICT, PARTLY = "stale read", "conflict", "partly"
AT_ONCE = "both at once"


class Cut(BaseException):
    """The process ends here; nothing that handles errors sees it."""


@dataclass(frozen=True)
class Call:
    """One call of an invocation, for choosing faults. eventual: a read that may see an older state."""

    service: str
    operation: str
    eventual: bool = False

    @property
    def reads(self) -> bool:
        return self.operation in READS

    def kinds(self) -> list[str]:
        """The faults that make a difference here: what a read has not changed cannot be half done."""
        found = [CUT_BEFORE, THROTTLED, TIMEOUT]
        if not self.reads:
            found += [CUT_AFTER, LOST_ONCE, LOST]
        if self.eventual:
            found.append(STALE)
        if self.operation == "TransactWriteItems":
            found.append(CONFLICT)
        if self.operation in _BATCHES:
            found.append(PARTLY)
        return found


@dataclass
class Plan:
    """What befalls one invocation: a fault at some of its calls. other: runs the second copy, for AT_ONCE."""

    faults: dict[int, str] = field(default_factory=dict)
    other: Callable[[], Any] | None = None
    calls: list[Call] = field(default_factory=list)
    dead: bool = False
    copied: bool = False
    attempt: int = 0
    done: bool = False
    sent: list[tuple[str, str]] = field(default_factory=list)

    @property
    def fault(self) -> str:
        return self.faults.get(len(self.calls) - 1, "")


class Wire:
    """Answers every client's requests on `world`. old: what a stale read sees."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.world = World(tables={})
        self.old = self.world
        self.plan = Plan()

    def session(self) -> botocore.session.Session:
        """A session whose clients come here."""
        made = botocore.session.Session()
        made.set_credentials("test", "test")
        made.set_config_variable("region", "us-east-1")
        made.register("before-parameter-build", self._begins)
        made.register("before-send", self._sent)
        return made

    def _begins(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        """A call begins: the plan counts it, and may end the process here or let the other copy run first."""
        plan = self.plan
        if plan.dead:
            raise Cut
        service, operation = model.service_model.service_id.hyphenize(), model.name
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
            return _error(request, service, Failed(_THROTTLED.get(service, "ThrottlingException")))
        if fault == TIMEOUT:
            raise ReadTimeoutError(endpoint_url=request.url)
        if fault == CONFLICT and plan.attempt == 1 and not plan.done:
            plan.done = True
            reasons = [{"Code": "TransactionConflict"}]
            return _error(request, service, Failed("TransactionCanceledException", CancellationReasons=reasons))
        answer = self._answer(request, service, operation)
        if fault == CUT_AFTER:
            plan.dead = True
            raise Cut
        if fault == LOST or (fault == LOST_ONCE and plan.attempt == 1):
            raise ReadTimeoutError(endpoint_url=request.url)
        return answer

    def _answer(self, request: Any, service: str, operation: str) -> AWSResponse:
        given = _given(request, service, operation)
        world = self.old if self.plan.fault == STALE else self.world
        if operation == "TransactWriteItems" and self.plan.done:
            return _answered(request, {})  # the same token: it was done
        if self.plan.fault == PARTLY and self.plan.attempt == 1 and not self.plan.done:
            self.plan.done = True
            return _answered(request, self._part(world, service, operation, given))
        if operation == "SendEmail":
            self._note_repeated(given)
        try:
            answer = self._services.answer(world, service, operation, given)
        except Failed as failed:
            return _error(request, service, failed)
        self.plan.done = True
        if service == "dynamodb" and operation not in READS:
            self._note_noted()
        return _answered(request, answer)

    def _part(self, world: World, service: str, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        """Nothing of a batch was done this time."""
        left = given["RequestItems"]
        return {_BATCHES[operation]: left, **({"Responses": {t: [] for t in left}} if "Get" in operation else {})}

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


def _given(request: Any, service: str, operation: str) -> dict[str, Any]:
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


def _answered(request: Any, answer: dict[str, Any]) -> AWSResponse:
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
