"""The local stack as tests and `make run` use it: start, deploy, ask, look, stop."""

from __future__ import annotations

import http.client
import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from local import emulator as emulators
from local.build import build
from local.deploy import client, deploy
from local.emulator import DEFAULT_HOME, Emulator

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Response:
    """What the API answered. headers: names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Mail:
    """An e-mail that SES was given. sent_at: ISO 8601."""

    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    sent_at: str


@dataclass
class LocalStack:
    """A deployed stack in an emulator of its own. outputs: the template's, by name (empty before `deploy`)."""

    emulator: Emulator
    outputs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = lru_cache(maxsize=None)(self._client)

    @classmethod
    def start(
        cls,
        home: Path = DEFAULT_HOME,
        port: int | None = None,
        *,
        wait_scale: float = 1.0,
        meter: Path | None = None,
        through: str = "",
        redrivable_seconds: float = 0,
    ) -> LocalStack:
        """A fresh emulator with nothing in it yet. See `emulator.start`."""
        started = emulators.start(
            home, port, wait_scale=wait_scale, meter=meter, through=through, redrivable_seconds=redrivable_seconds
        )
        return cls(started)

    @classmethod
    def running(cls, home: Path = DEFAULT_HOME) -> LocalStack | None:
        """The stack that was deployed earlier and still runs, or None."""
        emulator = emulators.find(home)
        noted = home / "outputs.json"
        if emulator is None or not noted.exists():
            return None
        return cls(emulator, json.loads(noted.read_text(encoding="utf-8")))

    def deploy(self, parameters: dict[str, str] | None = None) -> LocalStack:
        """Builds what has changed and deploys it. parameters: of the template, over the local ones."""
        build()
        self.outputs = deploy(self.emulator, parameters)
        (self.emulator.home / "outputs.json").write_text(json.dumps(self.outputs, indent=1), encoding="utf-8")
        return self

    def stop(self) -> None:
        """Ends the emulator; everything in it is gone."""
        (self.emulator.home / "outputs.json").unlink(missing_ok=True)
        self.emulator.stop()

    def _client(self, service: str) -> Any:
        """An AWS client (one a service) of the emulator's root user."""
        return client(self.emulator, service)

    def request(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | str = b""
    ) -> Response:
        """A request to the HTTP API. path: with its query."""
        host = f"{self.outputs['ApiId']}.execute-api.localhost:{self.emulator.port}"
        connection = http.client.HTTPConnection("127.0.0.1", self.emulator.port, timeout=60)
        try:
            connection.request(method, path, body or None, {**(headers or {}), "Host": host})
            answer = connection.getresponse()
            named: dict[str, str] = {}
            for name, value in answer.getheaders():  # cookies come a header each
                named[name.lower()] = f"{named[name.lower()]}\n{value}" if name.lower() in named else value
            return Response(answer.status, named, answer.read())
        finally:
            connection.close()

    def mails(self, to: str | None = None) -> list[Mail]:
        """What SES was given so far, the oldest first. to: only those to this address."""
        with urllib.request.urlopen(f"{self.emulator.url}/_ministack/ses/messages", timeout=30) as answer:
            by_account = json.load(answer)["messages"]
        found = [
            Mail(
                sender=message["Source"],
                to=tuple(message["To"]),
                subject=message["Subject"],
                text=message["BodyText"] or "",
                html=message["BodyHtml"] or "",
                sent_at=message["Timestamp"],
            )
            for messages in by_account.values()
            for message in messages
        ]
        return [mail for mail in found if to is None or to in mail.to]

    def execution(self, order_id: str) -> dict[str, Any]:
        """The order's execution as Step Functions describes it."""
        answer: dict[str, Any] = self.client("stepfunctions").describe_execution(executionArn=self._arn(order_id))
        return answer

    def history(self, order_id: str) -> list[dict[str, Any]]:
        """Every event of the order's execution, the oldest first."""
        pages = self.client("stepfunctions").get_paginator("get_execution_history")
        return [event for page in pages.paginate(executionArn=self._arn(order_id)) for event in page["events"]]

    def logs(self) -> list[str]:
        """Every line that the functions, the state machine and the API have logged."""
        service = self.client("logs")
        groups = [
            g["logGroupName"] for p in service.get_paginator("describe_log_groups").paginate() for g in p["logGroups"]
        ]
        return [message for group in groups for message in self._messages(group)]

    def _messages(self, group: str) -> Iterator[str]:
        # Stream by stream: asked for a whole group, the emulator tells of the first 10,000 lines and of no page after.
        service = self.client("logs")
        for found in service.get_paginator("describe_log_streams").paginate(logGroupName=group):
            for stream in found["logStreams"]:
                asked = {"logGroupName": group, "logStreamName": stream["logStreamName"], "startFromHead": True}
                token = ""
                while True:
                    page = service.get_log_events(**asked, **({"nextToken": token} if token else {}))
                    yield from (event["message"] for event in page["events"])
                    if not page["events"] or page["nextForwardToken"] == token:
                        break
                    token = page["nextForwardToken"]

    def _arn(self, order_id: str) -> str:
        return f"{self.outputs['StateMachineArn'].replace(':stateMachine:', ':execution:')}:{order_id}"


def wait_for(look: Callable[[], Answer | None], *, seconds: float = 30.0, what: str) -> Answer:
    """Looks again and again until there is something to see. Raises TimeoutError that says what was awaited."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} seconds")
        time.sleep(0.1)
