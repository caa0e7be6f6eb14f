"""What many processes do at once, noted as a history, by the real adapters on a deployed stack."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from local import LocalStack
from tests.aws.shop import TABLES, Shop
from tests.clients import Cut
from tests.linear.checker import NEVER, UNKNOWN, Operation


@dataclass(frozen=True)
class Task:
    """What one process does. name: of the SKU or the account.

    shared: orders that all processes work on; cancels: whether they may cancel them. of: how many processes there are,
    which begin together. cuts: the share of writes after which, or before which, the process hears nothing. without:
    what conditions begin with that are taken away, "" for none.
    """

    home: Path
    process: int
    name: str
    operations: int
    of: int
    seed: int
    cuts: float = 0.0
    without: str = ""
    shared: tuple[str, ...] = ()
    cancels: bool = True


@dataclass
class Recorder:
    """Notes what a process does."""

    process: int
    history: list[Operation] = field(default_factory=list)

    def note(self, what: str, given: tuple[Hashable, ...], do: Callable[[], Hashable]) -> Hashable:
        """Do it, and note its result; UNKNOWN where it was cut."""
        began, ended = time.monotonic(), NEVER
        result: Hashable = UNKNOWN
        try:
            result = do()
            ended = time.monotonic()
        except Cut:
            pass
        self.history.append(Operation(self.process, what, given, result, began, ended))
        return result


class Unreliable:
    """A DynamoDB client of whose writes some are cut, and from whose transactions conditions may be taken away."""

    def __init__(self, client: Any, chance: random.Random, cuts: float, without: str) -> None:
        self._client, self._chance, self._cuts, self._without = client, chance, cuts, without
        self.cutting = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        """As the client's own, or cut."""
        for write in request["TransactItems"] if self._without else ():
            _unguard(write, self._without)
        return self._perhaps(self._client.transact_write_items, request)

    def put_item(self, **request: Any) -> Any:
        """As the client's own, or cut."""
        return self._perhaps(self._client.put_item, request)

    def update_item(self, **request: Any) -> Any:
        """As the client's own, or cut."""
        return self._perhaps(self._client.update_item, request)

    def _perhaps(self, call: Callable[..., Any], request: dict[str, Any]) -> Any:
        cut = self.cutting and self._chance.random() < self._cuts
        if cut and self._chance.random() < 0.5:
            raise Cut
        answer = call(**request)
        if cut:
            raise Cut
        return answer


def _unguard(write: dict[str, Any], start: str) -> None:
    update = write.get("Update")
    if update and update.get("ConditionExpression", "").startswith(start):
        del update["ConditionExpression"]
        values = update["ExpressionAttributeValues"]
        for name in [name for name in values if name not in update["UpdateExpression"]]:
            del values[name]


def together(tasks: list[Task], work: Callable[[Task], list[Operation]]) -> list[Operation]:
    """What all processes did, each for its task."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.linear.work"])  # else each process imports it all
    with ProcessPoolExecutor(len(tasks), mp_context=context) as processes:
        return [done for history in processes.map(work, tasks) for done in history]


def shop_of(task: Task) -> tuple[Shop, Unreliable, random.Random]:
    stack = LocalStack.running(task.home)
    if stack is None:
        raise RuntimeError(f"no stack runs under {task.home}")
    chance = random.Random(task.seed * 1000 + task.process)  # noqa: S311 - chance of a test
    client = Unreliable(stack.client("dynamodb"), chance, task.cuts, task.without)
    tables = {use: stack.outputs[f"{use.title()}Table"] for use in TABLES}
    made = Shop(client=lambda service: client if service == "dynamodb" else stack.client(service), tables=tables)
    return made, client, chance


def all_ready(task: Task, step: int = 0) -> None:
    """Returns when all processes have come to this step."""
    place = task.home / f"ready-{task.name}-{step}"
    place.mkdir(exist_ok=True)
    (place / str(task.process)).touch()
    until = time.monotonic() + 120
    while len(list(place.iterdir())) < task.of:
        if time.monotonic() > until:
            raise TimeoutError(f"not all of {task.of} processes came")
        time.sleep(0.01)
