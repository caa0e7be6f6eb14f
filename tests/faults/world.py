"""All that outlives a function: tables, mails, documents, events, executions. One value, cheap to copy and compare."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

from tests.faults.dynamo import Dynamo
from tests.faults.items import Failed, Layout, Table, Tables
from tests.template import template

TABLES = ("orders", "catalogue", "inventory", "accounts", "sessions", "licences", "findings")
MAIN, ENDING = "OrderProcessing", "OrderEnding"
BUCKET = "documents"
START = 1_795_532_400  # 2026-11-24T15:00:00Z


@dataclass(frozen=True)
class Mail:
    """What was handed to SES. kind and order_id are its tags."""

    to: str
    kind: str
    order_id: str
    subject: str
    text: str
    html: str

    @cached_property
    def digest(self) -> str:
        """The same for two mails that say the same to the same."""
        told = (self.to, self.kind, self.order_id, self.subject, self.text, self.html)
        return hashlib.blake2b(repr(told).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, order=True)
class Execution:
    """A running or ended execution. state: the one it is in; variables: what was assigned; token: while it waits.

    tried: how often each retrier of the state was used; result: what the state's task answered, from a token.
    """

    machine: str
    name: str
    given: str
    state: str
    variables: tuple[tuple[str, str], ...] = ()
    status: str = "RUNNING"
    token: str = ""
    tokens: int = 0
    tried: tuple[tuple[int, int], ...] = ()
    answer: str = ""
    error: str = ""
    redrives: int = 0

    @property
    def order_id(self) -> str:
        return str(json.loads(self.given)["order_id"])


@dataclass
class World:
    """clock: seconds since 1970; step: the scenario's next; faults: how many there were; sent_unnoted: the mails whose
    sender was stopped after SES had answered and before anything was written of it; page: what a browser
    shows; swept, mended: how often the schedules have looked; trying: the next action was tried and has not come
    through; wait: how many seconds later it is tried again; between: what
    came between two calls, and again: it is to come once more."""

    tables: Tables
    clock: int = START
    step: int = 0
    faults: int = 0
    mails: tuple[Mail, ...] = ()
    documents: dict[str, str] = field(default_factory=dict)
    events: tuple[tuple[str, str], ...] = ()
    executions: dict[tuple[str, str], Execution] = field(default_factory=dict)
    stream: list[Any] = field(default_factory=list)
    published: int = 0
    queue: tuple[str, ...] = ()
    invoked: tuple[str, ...] = ()
    sent_unnoted: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    page: str = ""
    swept: int = 0
    mended: int = 0
    trying: bool = False
    wait: int = 0
    between: str = ""
    again: bool = False

    def copy(self) -> World:
        return replace(
            self,
            tables={name: Table(items) for name, items in self.tables.items()},
            documents=dict(self.documents),
            executions=dict(self.executions),
            stream=list(self.stream),
        )

    def key(self) -> bytes:
        """The same for two worlds that will go on alike."""
        rest = (
            [table.total for table in self.tables.values()],
            self.clock,
            self.step,
            self.faults,
            [mail.digest for mail in self.mails],
            sorted(self.documents.items()),
            self.events,
            sorted(self.executions.items()),
            self.published,
            self.queue,
            self.invoked,
            self.sent_unnoted,
            self.notes,
            self.page,
            self.swept,
            self.mended,
            self.trying,
            self.wait,
            self.between,
            self.again,
        )
        told = hashlib.blake2b(repr(rest).encode(), digest_size=16)
        told.update(b"".join([item.digest if item else _NO_ITEM for change in self.stream for item in change]))
        return told.digest()


_NO_ITEM = bytes(16)


def layouts() -> dict[str, Layout]:
    """The template's tables by their use."""
    resources = template()["Resources"]
    return {name: Layout.of(resources[f"{name.title()}Table"]["Properties"]) for name in TABLES}


_mail = cache(Mail)


class Services:
    """Answers of every service but the fault it may have. secrets: by id."""

    def __init__(self, secrets: dict[str, Any]) -> None:
        self._dynamo = Dynamo(layouts())
        self._secrets = secrets
        self.forget = self._dynamo.forget

    def answer(self, world: World, service: str, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        """One request; raises Failed."""
        if service == "dynamodb":
            return self._dynamo.operate(operation, world.tables, given, world.stream)
        answer: dict[str, Any] = getattr(self, f"_{operation}")(world, given)
        return answer

    def _GetSecretValue(self, world: World, given: dict[str, Any]) -> dict[str, Any]:
        return {"ARN": "arn", "Name": given["SecretId"], "SecretString": json.dumps(self._secrets[given["SecretId"]])}

    def _SendEmail(self, world: World, given: dict[str, Any]) -> dict[str, Any]:
        tags = {tag["Name"]: tag["Value"] for tag in given["EmailTags"]}
        simple = given["Content"]["Simple"]
        mail = _mail(
            to=given["Destination"]["ToAddresses"][0],
            kind=tags["kind"],
            order_id=tags["order"],
            subject=simple["Subject"]["Data"],
            text=simple["Body"]["Text"]["Data"],
            html=simple["Body"]["Html"]["Data"],
        )
        world.mails += (mail,)
        return {"MessageId": f"message-{len(world.mails)}"}

    def _PutObject(self, world: World, given: dict[str, Any]) -> dict[str, Any]:
        world.documents[given["Key"]] = given["Digest"]
        return {}

    def _PutEvents(self, world: World, given: dict[str, Any]) -> dict[str, Any]:
        world.events += tuple((entry["DetailType"], entry["Detail"]) for entry in given["Entries"])
        return {"FailedEntryCount": 0, "Entries": [{"EventId": str(n)} for n, _ in enumerate(given["Entries"])]}

    def _StartExecution(self, world: World, given: dict[str, Any]) -> dict[str, Any]:
        machine = given["stateMachineArn"].rpartition(":")[2]
        place = (machine, given["name"])
        if there := world.executions.get(place):
            if there.status in ("RUNNING", "WAITING") and there.given == given["input"]:
                return {"executionArn": f"{machine}:{given['name']}", "startDate": world.clock}
            raise Failed("ExecutionAlreadyExists")
        start = template()["Resources"][machine]["Properties"]["Definition"]["StartAt"]
        world.executions[place] = Execution(machine, given["name"], given["input"], start)
        return {"executionArn": f"{machine}:{given['name']}", "startDate": world.clock}

    def _DescribeExecution(self, world: World, given: dict[str, Any]) -> dict[str, Any]:
        _, machine, name = given["executionArn"].rsplit(":", 2)
        there = world.executions.get((machine, name))
        if not there:
            raise Failed("ExecutionDoesNotExist")
        status = "RUNNING" if there.status == "WAITING" else there.status
        told = {"executionArn": given["executionArn"], "stateMachineArn": machine, "status": status, "startDate": START}
        if status != "RUNNING":
            told |= {"stopDate": datetime.fromtimestamp(START, UTC), "error": there.error.partition(" ")[0]}
        return told | {"redriveCount": there.redrives}

    def _RedriveExecution(self, world: World, given: dict[str, Any]) -> dict[str, Any]:
        _, machine, name = given["executionArn"].rsplit(":", 2)
        there = world.executions.get((machine, name))
        if not there or there.status != "FAILED":
            raise Failed("ExecutionNotRedrivable")
        again = replace(there, status="RUNNING", error="", tried=(), redrives=there.redrives + 1)
        world.executions[machine, name] = again
        return {"redriveDate": world.clock}

    def _SendTaskSuccess(self, world: World, given: dict[str, Any]) -> dict[str, Any]:
        for place, execution in world.executions.items():
            if (
                execution.token == given["taskToken"]
                and execution.status in ("RUNNING", "WAITING")
                and not execution.answer
            ):
                world.executions[place] = replace(execution, answer=given["output"], status="RUNNING")
                return {}
        raise Failed("TaskDoesNotExist")

    def _SendMessage(self, world: World, given: dict[str, Any]) -> dict[str, Any]:
        world.queue += (given["MessageBody"],)
        return {
            "MessageId": str(len(world.queue)),
            "MD5OfMessageBody": hashlib.md5(given["MessageBody"].encode()).hexdigest(),  # noqa: S324 - SQS's own
        }

    def _Invoke(self, world: World, given: dict[str, Any]) -> dict[str, Any]:
        world.notes += (f"invoked {given['FunctionName']}",)
        return {}
