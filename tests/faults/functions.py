"""The functions as they are deployed, their handlers and all their wiring, on AWS in memory."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

import boto3
from botocore.retries.quota import RetryQuota

from local.senders import SENDERS
from order_processing import customer_pages, decision_pages, doors
from order_processing.adapters import aws, inventory, reservations
from order_processing.adapters.order_store import OrderStore
from order_processing.adapters.secrets import Secrets
from order_processing.observe import logger
from order_processing.order import Record
from order_processing.settings import current
from order_processing.stages import prepare_delivery
from tests.faults.machine import CUT_ERROR
from tests.faults.plan import Cut, Plan
from tests.faults.wire import Wire
from tests.faults.world import BUCKET, ENDING, MAIN, TABLES, Services, World

ROOT = Path(__file__).parents[2]
NAMES = (
    "receive_order order_pages verify_order check_availability confirm_order update_account prepare_delivery "
    "await_decision end_order start_orders publish_events"
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
    "EVENT_BUS": "order-events",
    **{f"{name.upper()}_SECRET": name for name in SECRETS},
}
_CONTEXT = SimpleNamespace(
    function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn", aws_request_id="r", function_version="1"
)


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to: what it returned, or the error by the name that Step Functions sees."""

    returned: Any = None
    error: str = ""
    told: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.error)


class Functions:
    """Invokes handlers on a world. `installed()`: for as long as it lasts, network, clock and sleep are its own."""

    def __init__(self) -> None:
        self.wire = Wire(Services(SECRETS))
        self.log = io.StringIO()
        self._secrets: list[Secrets] = []
        self._orders: list[OrderStore] = []
        self._handlers: dict[str, Any] = {}

    @contextmanager
    def installed(self) -> Iterator[Functions]:
        """For as long as it lasts, boto3's clients made in functions come here."""
        streams = [(handler, handler.stream) for handler in logger._logger.handlers]
        real_init, orders_init = Secrets.__init__, OrderStore.__init__
        session = self.wire.session()

        def noted(secret: Secrets, *given: Any, **more: Any) -> None:
            real_init(secret, *given, **more)
            self._secrets.append(secret)

        def noted_too(orders: OrderStore, *given: Any, **more: Any) -> None:
            orders_init(orders, *given, **more)
            self._orders.append(orders)

        with (
            mock.patch.dict(os.environ, ENVIRONMENT),
            self.wire.attached(),
            mock.patch.object(time, "sleep", return_value=None),
            # Its memory of earlier faults would make the same run end differently.
            mock.patch.object(RetryQuota, "acquire", return_value=True),
            mock.patch.object(Secrets, "__init__", noted),
            mock.patch.object(OrderStore, "__init__", noted_too),
            mock.patch.object(boto3, "DEFAULT_SESSION", boto3.Session(botocore_session=session)),
            mock.patch.object(aws, "_session", return_value=session),
            mock.patch.object(doors, "datetime", self._clock()),
            mock.patch.object(decision_pages, "datetime", self._clock()),
            mock.patch.object(customer_pages, "datetime", self._clock()),
            mock.patch.object(reservations, "MOST_WRITES", reservations.MOST_WRITES),
            mock.patch.object(inventory, "ThreadPoolExecutor", _OneByOne),
            mock.patch.object(prepare_delivery, "documents_for", _once(prepare_delivery.documents_for)),
            mock.patch.object(prepare_delivery, "pack", _once(prepare_delivery.pack)),
        ):
            for handler, _ in streams:
                handler.setStream(self.log)
            try:
                self._handlers = {name: self._load(name) for name in NAMES}
                yield self
            finally:
                for handler, stream in streams:
                    handler.setStream(stream)

    def most_writes(self, number: int) -> None:
        """How many writes a reservation's transaction may have, so that a small order can be a large one."""
        reservations.MOST_WRITES = number

    def invoke(self, world: World, function: str, event: dict[str, Any], plan: Plan) -> Outcome:
        """Invoke a function, each time as if it had just started: it knows nothing from before."""
        wire = self.wire
        before = wire.plan, wire.world
        wire.plan, wire.world = plan, world
        for secret in self._secrets:
            secret._known = {}
        for orders in self._orders:
            orders._listed.clear()
        random.seed(1)
        try:
            with redirect_stdout(self.log):  # metrics are printed
                outcome = Outcome(returned=self._handlers[function](json.loads(json.dumps(event)), _CONTEXT))
        except Cut:
            outcome = Outcome(error=CUT_ERROR)
        except Exception as error:  # noqa: BLE001 - as the runtime tells Step Functions of it
            outcome = Outcome(error=type(error).__name__, told=str(error))
        finally:
            wire.plan, wire.world = before
        if plan.dead:  # whatever the code made of it: the process was gone
            outcome = Outcome(error=CUT_ERROR)
        return outcome

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
