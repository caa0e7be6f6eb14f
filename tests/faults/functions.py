"""The functions as they are deployed, their handlers and all their wiring, on AWS in memory."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import random
import time
import uuid
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, redirect_stdout
from datetime import UTC, datetime, tzinfo
from itertools import count
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

import boto3
from botocore.retries.quota import RetryQuota

from local.senders import SENDERS
from order_processing import customer_pages, decision_pages, doors
from order_processing.adapters import aws, reservations, stock_reader
from order_processing.adapters.order_store import OrderStore
from order_processing.adapters.secrets import Secrets
from order_processing.adapters.store_mappings import DynamoMappings
from order_processing.observe import logger
from order_processing.order import Record
from order_processing.settings import current
from order_processing.stages import prepare_delivery
from order_processing.warehouse import door as warehouse_door
from tests.faults.course import Another, Answer, Course, Outcome, Point, after
from tests.faults.machine import CUT_ERROR
from tests.faults.plan import Cut, Plan
from tests.faults.wire import Wire
from tests.faults.world import BUCKET, ENDING, MAIN, TABLES, Services, World

ROOT = Path(__file__).parents[2]
NAMES = (
    "receive_order order_pages verify_order check_availability confirm_order update_account prepare_delivery "
    "await_decision end_order start_orders sweep_orders publish_events mail_events warehouse"
).split()
SECRETS = {
    "keys": {"current": "a key for links", "previous": ""},
    "identity": {"key": "identity key"},
    "senders": SENDERS,
    "carriers": {},
    "stores": {},
}
_ARN = "arn:aws:states:us-east-1:123456789012:stateMachine"
ENVIRONMENT = {
    **{f"{table.upper()}_TABLE": table for table in TABLES},
    "STATE_MACHINE_ARN": f"{_ARN}:{MAIN}",
    "ENDING_ARN": f"{_ARN}:{ENDING}",
    "DOCUMENTS_BUCKET": BUCKET,
    "FETCH_QUEUE": "https://sqs.us-east-1.amazonaws.com/123456789012/fetch",
    "SENDER": "orders@store.example.com",
    "CONFIGURATION_SET": "mail",
    "PUBLIC_URL": "https://orders.example.com",
    "PRINT_FUNCTION": "print_batch",
    "EVENT_BUS": "order-events",
    **{f"{name.upper()}_SECRET": name for name in SECRETS},
}
PERSONAL = ("ada@example.com", "Ada Bell", "350 Fifth Avenue")
_CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn", aws_request_id="r", function_version="1"
)


_KEEPING: dict[type[Any], str] = {Secrets: "_known", DynamoMappings: "_known", OrderStore: "_listed"}
"""What remembers between invocations what it has read or done, and where."""


class Functions:
    """Invokes handlers on a world. `installed()`: for as long as it lasts, network, clock and sleep are its own."""

    def __init__(self) -> None:
        self.wire = Wire(Services(SECRETS))
        self.log = io.StringIO()
        self._keeping: list[tuple[Any, str]] = []
        self._handlers: dict[str, Any] = {}
        self._numbers = count(1)
        self._starts: dict[tuple[str, Hashable, int], Point] = {}

    @contextmanager
    def installed(self) -> Iterator[Functions]:
        """For as long as it lasts, boto3's clients made in functions come here."""
        streams = [(handler, handler.stream) for handler in logger._logger.handlers]
        with ExitStack() as installed:
            for each in self._patches():
                installed.enter_context(each)
            for handler, stream in streams:
                handler.setStream(self.log)
                installed.callback(handler.setStream, stream)
            self._handlers = {name: self._load(name) for name in NAMES}
            yield self

    def _patches(self) -> Iterator[AbstractContextManager[Any]]:
        session = self.wire.session()
        yield mock.patch.dict(os.environ, ENVIRONMENT)
        yield self.wire.attached()
        yield mock.patch.object(time, "sleep", return_value=None)
        yield mock.patch.object(uuid, "uuid4", self._number)
        # Its memory of earlier faults would make the same run end differently.
        yield mock.patch.object(RetryQuota, "acquire", return_value=True)
        for kind, name in _KEEPING.items():
            yield mock.patch.object(kind, "__init__", self._noted(kind, name))
        yield mock.patch.object(boto3, "DEFAULT_SESSION", boto3.Session(botocore_session=session))
        yield mock.patch.object(aws, "_session", return_value=session)
        for module in (doors, decision_pages, customer_pages, warehouse_door):
            yield mock.patch.object(module, "datetime", self._clock())
        yield mock.patch.object(reservations, "MOST_WRITES", reservations.MOST_WRITES)
        yield mock.patch.object(stock_reader, "ThreadPoolExecutor", _OneByOne)
        yield mock.patch.object(prepare_delivery, "documents_for", _once(prepare_delivery.documents_for))
        yield mock.patch.object(prepare_delivery, "pack", _once(prepare_delivery.pack))

    def anew(self, most_writes: int) -> None:
        """Forget what functions did: what they are may have changed since. most_writes: how many writes a reservation's
        transaction may have, so that a small order can be a large one."""
        self._starts.clear()
        self.wire.forget()
        reservations.MOST_WRITES = most_writes

    def invoke(
        self, world: World, function: str, event: Callable[[], dict[str, Any]], key: Hashable, plan: Plan
    ) -> Outcome:
        """Invoke a function as if it had just started. event: made where it is not known by its key what comes."""
        wire = self.wire
        before = wire.plan, wire.world, wire.course
        wire.plan, wire.world = plan, world
        start = self._starts.setdefault((function, key, world.clock), Point())
        known: list[Answer] = []
        try:
            point = start
            while point.ask:
                known.append(wire.answer(point.ask))
                point = after(point, known[-1])
            return point.outcome or self._run(function, event(), Course(start, known), plan)
        except Cut:
            return Outcome(error=CUT_ERROR)
        except Another as another:
            raise AssertionError(f"{function} does something else the second time: {another}") from another
        finally:
            wire.plan, wire.world, wire.course = before

    def _run(self, function: str, event: dict[str, Any], course: Course, plan: Plan) -> Outcome:
        """Run a handler, to where nobody has seen it, and on from there. It knows nothing from before."""
        self.wire.course = course
        kept = [(each, name, getattr(each, name)) for each, name in self._keeping]
        for each, name, known in kept:
            setattr(each, name, type(known)())
        chance, numbers = random.getstate(), self._numbers
        random.seed(1)
        self._numbers = count(1)  # no chance: the SDK takes some
        try:
            with redirect_stdout(self.log):  # metrics are printed
                outcome = Outcome(returned=self._handlers[function](json.loads(json.dumps(event)), _CONTEXT))
        except Exception as error:  # noqa: BLE001 - as the runtime tells Step Functions of it
            outcome = Outcome(error=type(error).__name__, told=str(error))
        finally:
            random.setstate(chance)
            self._numbers = numbers
            for each, name, known in kept:  # another invocation, which stands in between, is another process
                setattr(each, name, known)
        if plan.dead:  # whatever the code made of it: the process was gone
            raise Cut
        course.ends(outcome)
        return outcome

    def _noted(self, kind: type[Any], name: str) -> Callable[..., None]:
        real: Any = kind.__init__

        def made(each: Any, *given: Any, **more: Any) -> None:
            real(each, *given, **more)
            self._keeping.append((each, name))

        return made

    def _number(self) -> uuid.UUID:
        return uuid.UUID(int=next(self._numbers))

    def told_of_persons(self) -> list[str]:
        """9: what of a person stands in what was logged since this was asked last."""
        log = self.log.getvalue()
        self.log.seek(0)
        self.log.truncate()
        return [f"9: {word!r} is logged" for word in PERSONAL if word in log]

    def _load(self, name: str) -> Any:
        path = ROOT / "functions" / name / "app.py"
        spec = importlib.util.spec_from_file_location(f"faults.{name}.app", path)
        if not spec or not spec.loader:
            raise FileNotFoundError(path)
        module: ModuleType = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        if hasattr(module, "datetime"):
            module.datetime = self._clock()
        return module.handler

    def _clock(self) -> type[datetime]:
        wire = self.wire

        class Clock(datetime):
            """The world's time."""

            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:
                return datetime.fromtimestamp(wire.world.clock, tz or UTC)

        return Clock


class _OneByOne:
    """Instead of threads that read side by side, so that a call has the same number each time."""

    def __init__(self, workers: int) -> None: ...

    def __enter__(self) -> _OneByOne:
        return self

    def __exit__(self, *error: object) -> None: ...

    map = staticmethod(map)


def _once(rule: Callable[..., Iterable[Any]]) -> Callable[..., tuple[Any, ...]]:
    """A rule that is a function of the records that it is given, by tests of its own: what takes long is done once."""
    known: dict[str, tuple[Any, ...]] = {}

    def found(*given: Any) -> tuple[Any, ...]:
        told = [
            each.model_dump_json() if isinstance(each, Record) else str(each) for each in given if each is not _SETTINGS
        ]
        key = "\n".join(told)
        if key not in known:
            known[key] = tuple(rule(*given))
        return known[key]

    return found


_SETTINGS = current()
