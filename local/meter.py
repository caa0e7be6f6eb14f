"""What the functions of a local stack used, invocation by invocation, as they noted it themselves.

stack = LocalStack.start(home, meter=Meter.folder(home)).deploy()
"""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Invocation:
    """One run of a function.

    function: its logical id in the template, without `Function`. first: whether it was its process's first.
    cpu_ms, wall_ms: of the handler. rss_mb: the most memory that the process ever had. log_bytes: its own log lines.
    calls: of AWS, `service:Operation` and how often. used: `read units`, `write units`, `events`.
    """

    function: str
    memory_mb: int
    first: bool
    cpu_ms: float
    wall_ms: float
    rss_mb: float
    log_bytes: int
    failed: bool
    calls: Counter[str]
    used: Counter[str]


class Meter:
    """Reads the notes in a folder; each is read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: Counter[Path] = Counter()

    @staticmethod
    def folder(home: Path) -> Path:
        """An empty folder for the notes of an emulator with this home."""
        made = home / "meter"
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        return made

    def new(self) -> list[Invocation]:
        """What was noted since this was asked last."""
        found = []
        for path in sorted(self._folder.glob("*.jsonl")):
            lines = path.read_text(encoding="utf-8").splitlines()
            found += [_invocation(line) for line in lines[self._read[path] :]]
            self._read[path] = len(lines)
        return found

    def until_quiet(self, seconds: float = 2.5) -> list[Invocation]:
        """What is noted until nothing more is for so long."""
        found, last = self.new(), time.monotonic()
        while time.monotonic() - last < seconds:
            time.sleep(0.1)
            if more := self.new():
                found += more
                last = time.monotonic()
        return found


def _invocation(line: str) -> Invocation:
    noted = json.loads(line)
    # CloudFormation makes names of the stack's, the resource's and a suffix.
    name = next(part for part in noted.pop("function").split("-") if part.endswith("Function"))
    return Invocation(
        function=name.removesuffix("Function"),
        calls=Counter(noted.pop("calls")),
        used=Counter(noted.pop("used")),
        **noted,
    )
