"""Stands before a function's handler and notes what each invocation really used: `local.meter` reads it.

Runs in the function's own process, in the place of its handler, where the emulator was started with a meter. Notes a
line of JSON an invocation in the folder METER: CPU time, memory, and what its AWS calls took as the services said it.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from botocore.session import Session

_READS = {"Query", "GetItem", "BatchGetItem", "Scan", "TransactGetItems"}
_file = Path(os.environ["METER"]) / f"{os.environ['AWS_LAMBDA_FUNCTION_NAME']}-{os.getpid()}.jsonl"
_used: Counter[str] = Counter()
_calls: Counter[str] = Counter()
_first = True


def _ask(params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any] | None:
    """DynamoDB says what a call took when it is asked to."""
    shape = model.input_shape
    return (
        {**params, "ReturnConsumedCapacity": "TOTAL"} if shape and "ReturnConsumedCapacity" in shape.members else None
    )


def _count(parsed: dict[str, Any], model: Any, **_: Any) -> None:
    service = model.service_model.service_name
    _calls[f"{service}:{model.name}"] += 1
    if model.name == "PutEvents":
        _used["events"] += len(parsed.get("Entries", ()))
    consumed = parsed.get("ConsumedCapacity") or []
    for one in consumed if isinstance(consumed, list) else [consumed]:
        _used["read units" if model.name in _READS else "write units"] += one["CapacityUnits"]


class _Counted(io.TextIOBase):
    """Standard output, with a count of what a function's log takes."""

    def __init__(self, to: Any) -> None:
        self._to = to
        self.bytes = 0

    def write(self, text: str) -> int:
        self.bytes += len(text.encode())
        self._to.write(text)
        return len(text)

    def flush(self) -> None:
        self._to.flush()


def _peak_mb() -> float:
    """The most memory that this program had: not getrusage's, which counts whoever started it too."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _create(session: Session, *args: Any, **named: Any) -> Any:
    made = _create_as_ever(session, *args, **named)
    made.meta.events.register("provide-client-params.dynamodb", _ask)
    made.meta.events.register("after-call", _count)
    return made


_said = sys.stdout = _Counted(sys.stdout)
_create_as_ever = Session.create_client
Session.create_client = _create  # type: ignore[method-assign]
import app  # noqa: E402 - its clients are to be counted


def handler(event: Any, context: Any) -> Any:
    """The function's own handler, with a note of what it used."""
    global _first
    _used.clear()
    _calls.clear()
    _said.bytes = 0
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        return app.handler(event, context)
    finally:
        line = {
            "function": os.environ["AWS_LAMBDA_FUNCTION_NAME"],
            "memory_mb": int(os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]),
            "first": _first,
            "cpu_ms": (time.process_time() - cpu) * 1000,
            "wall_ms": (time.perf_counter() - wall) * 1000,
            "rss_mb": _peak_mb(),
            "log_bytes": _said.bytes,
            "failed": sys.exc_info()[0] is not None,
            "calls": dict(_calls),
            "used": dict(_used),
        }
        _first = False
        with _file.open("a", encoding="utf-8") as notes:
            notes.write(json.dumps(line) + "\n")
