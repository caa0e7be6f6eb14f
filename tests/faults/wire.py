"""Between botocore and memory: real clients, whose requests are answered here, with the faults of a plan.

A fault stands at the nth call of an invocation. The SDK's own retries run as they are: each attempt comes here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import ReadTimeoutError

from tests.faults.course import Answer, Ask, Course, Point
from tests.faults.items import Failed, Told
from tests.faults.plan import (
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
from tests.faults.shapes import asked, error, plain, response, with_bytes
from tests.faults.world import Services, World


class Wire:
    """Answers every client's calls on `world`. old: what a stale read sees; whole: whether every call goes through
    the SDK, with its retries, also where that makes no difference. course: the run that clients' calls belong to."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.world = World(tables={})
        self.old = self.world
        self.plan = Plan()
        self.whole = False
        self.course = Course(Point())

    def forget(self) -> None:
        """No request is kept any longer."""
        self.course = Course(Point())
        self._services.forget()

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
            call = Call(service, operation, _eventual(service, operation, given))
            answer = self._asked(Ask(service, operation, plain(service, given), call))
            if answer.to_sdk:
                return real(client, operation, given)
            if failed := answer.failed:
                told = {"Error": {"Code": failed.code, "Message": failed.code}, **with_bytes(failed.more)}
                raise client.exceptions.from_code(failed.code)(told, operation) from None
            return with_bytes(answer.given) if service == "dynamodb" else answer.given

        with mock.patch.object(BaseClient, "_make_api_call", called):
            yield

    def _sent(self, request: Any, event_name: str, **_: Any) -> AWSResponse:
        _, service, operation = event_name.split(".")
        answer = self._asked(Ask(service, operation, asked(request, service)))
        if answer.lost:
            raise ReadTimeoutError(endpoint_url=request.url)
        if answer.failed:
            return error(request, service, answer.failed)
        return response(request, answer.given or {})

    def _asked(self, ask: Ask) -> Answer:
        """The answer to a handler that runs: as it was when that is known, else from the world."""
        if self.plan.dead:  # what tidies up after an error does not run in a process that is gone
            raise Cut
        course = self.course
        answer = course.replayed(ask)
        if answer is None:
            answer = self.answer(ask)
        course.goes_on(answer)
        return answer

    def answer(self, ask: Ask) -> Answer:
        """What the world answers, with the plan's fault; Cut where the process ends."""
        return self._begins(ask, ask.call) if ask.call else self._tried(ask)

    def _begins(self, ask: Ask, call: Call) -> Answer:
        """A call begins: the plan counts it, and may end the process here or let something else run first."""
        plan = self.plan
        plan.calls.append(call)
        plan.attempt, plan.done = 0, False
        fault = plan.fault
        if fault in plan.between:
            plan.copied = True
            plan.between[fault]()
        if fault == CUT_BEFORE:
            plan.dead = True
            raise Cut
        if self.whole or fault in FOR_THE_SDK:
            return _TO_THE_SDK
        return self._done(ask)

    def _tried(self, ask: Ask) -> Answer:
        """One of the SDK's requests."""
        plan = self.plan
        plan.attempt += 1
        fault = plan.fault
        if fault == THROTTLED:
            return _failed(Failed(THROTTLED_CODES.get(ask.service, "ThrottlingException")))
        if fault == TIMEOUT:
            return _NOTHING_COMES
        if fault == CONFLICT:
            reasons = [{"Code": "TransactionConflict"}]
            return _failed(Failed("TransactionCanceledException", CancellationReasons=reasons))
        answer = self._done(ask)
        if answer.failed or not (fault == LOST or (fault == LOST_ONCE and plan.attempt == 1)):
            return answer
        return _NOTHING_COMES

    def _done(self, ask: Ask) -> Answer:
        """What is asked is done."""
        plan, operation = self.plan, ask.operation
        world = self.old if plan.fault == STALE else self.world
        if operation == "TransactWriteItems" and plan.done:
            return _DONE  # the same token: it was done
        if plan.fault == PARTLY:
            return Answer(PARTLY, _nothing_of(operation, ask.given))
        if operation == "SendEmail":
            self._note_repeated(ask.given)
        try:
            given = self._services.answer(world, ask.service, operation, ask.given)
        except Failed as failed:
            return _failed(failed)
        plan.done = True
        if ask.service == "dynamodb" and operation not in READS:
            self._note_noted()
        if plan.fault == CUT_AFTER:
            plan.dead = True
            raise Cut
        return Answer(given.key if isinstance(given, Told) else repr(given), given)

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


_TO_THE_SDK = Answer("to the SDK", to_sdk=True)
_NOTHING_COMES = Answer("nothing comes", lost=True)
_DONE = Answer("done", {})


def _failed(failed: Failed) -> Answer:
    return Answer((failed.code, repr(failed.more)), failed=failed)


def _eventual(service: str, operation: str, given: dict[str, Any]) -> bool:
    """Whether DynamoDB may answer as it was before."""
    if service != "dynamodb" or operation not in READS:
        return False
    if operation == "BatchGetItem":
        return not all(table.get("ConsistentRead") for table in given["RequestItems"].values())
    return not given.get("ConsistentRead")


def _nothing_of(operation: str, given: dict[str, Any]) -> dict[str, Any]:
    """Of a batch nothing was done this time."""
    left = given["RequestItems"]
    return {BATCHES[operation]: left, **({"Responses": {table: [] for table in left}} if "Get" in operation else {})}
