"""Both state machines without Step Functions: executions by name, which run when a test lets them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from order_processing.adapters.executions import ending_name
from order_processing.sweeping import NO_RUN, Run
from tests.aws.shop import Shop

RUNNING = Run(state="running")


class Machines:
    """The ports `Executions` and `Runs`. log: what was asked for and had an effect."""

    def __init__(self) -> None:
        self.runs_by_name: dict[str, Run] = {}
        self.tokens: set[str] = set()
        self.log: list[tuple[str, ...]] = []

    def start(self, order_id: str, run: int = 1) -> None:
        self._start(order_id, "start", order_id)

    def finish(self, order_id: str, ending: str, run: int = 1) -> None:
        self._start(ending_name(order_id, ending, run), "finish", order_id, ending)

    def answer(self, token: str, decision: str) -> None:
        self.deliver(token, decision)

    def runs(self, order_id: str, run: int = 1) -> bool:
        return self.of(order_id).state == "running"

    def of(self, order_id: str, run: int = 1) -> Run:
        return self.runs_by_name.get(order_id, NO_RUN)

    def ending_of(self, order_id: str, ending: str, run: int = 1) -> Run:
        return self.of(ending_name(order_id, ending, run))

    def redrive(self, order_id: str, run: int = 1) -> None:
        before = self.runs_by_name[order_id]
        if before.state == "failed":
            self.log.append(("redrive", order_id))
            self.runs_by_name[order_id] = Run(state="running", redrives=before.redrives + 1)

    def redrive_ending(self, order_id: str, ending: str, run: int = 1) -> None:
        self.redrive(ending_name(order_id, ending, run))

    def deliver(self, token: str, decision: str) -> bool:
        if token not in self.tokens:
            return False
        self.tokens.remove(token)
        self.log.append(("deliver", decision))
        return True

    def fail(self, name: str, error: str, at: datetime) -> None:
        self.runs_by_name[name] = Run(state="failed", error=error, stopped_at=at)

    def go_on(self, shop: Shop) -> None:
        """Every execution that runs and waits for nobody comes to its end."""
        for name, run in list(self.runs_by_name.items()):
            order_id, _, ending = name.partition("-")
            if run.state != "running" or self.tokens:
                continue
            if ending:
                shop.finish(order_id, ending.upper())
            else:
                shop.run(order_id)
            self.runs_by_name[name] = Run(state="succeeded", stopped_at=shop.now, redrives=run.redrives)

    def _start(self, name: str, *told: str) -> None:
        if name not in self.runs_by_name:
            self.log.append(told)
            self.runs_by_name[name] = RUNNING


class CutAt:
    """Any port, whose nth call (in all that share `calls`) is the process's last: before it had an effect, or after."""

    def __init__(self, port: Any, calls: list[int], at: int, *, after: bool) -> None:
        self._port, self._calls, self._at, self._after = port, calls, at, after

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def called(*args: Any, **kwargs: Any) -> Any:
            self._calls[0] += 1
            if self._calls[0] != self._at:
                return method(*args, **kwargs)
            if self._after:
                method(*args, **kwargs)
            raise CutHere

        return called


class CutHere(Exception):
    """The process ends here."""
