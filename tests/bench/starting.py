"""What a function takes to start: CPU time and memory of importing it, against boto3 with the same clients.

As Lambda does it: the built package with its bytecode, the built layers, and an interpreter that has what Lambda's
runtime brings along, each time a fresh process. The ways to start take turns, so that a busy machine slows all alike.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.build import BUILD
from local.places import RUNTIME_PYTHON
from tests.functions import Function

_MEASURE = """
import json, time
began = time.process_time()
{start}
spent = 1000 * (time.process_time() - began)
# Of this program alone: getrusage would count the one that started it too.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(json.dumps([spent, int(peak.split()[1]) / 1024]))
"""
_NOTE_CLIENTS = """
import json
from botocore.session import Session
create, made = Session.create_client, []
def creating(self, name, *args, **named):
    made.append(name)
    return create(self, name, *args, **named)
Session.create_client = creating
import app
print(json.dumps(made))
"""


@dataclass(frozen=True)
class Start:
    """CPU time in ms, all medians. clients: the clients that are made. ratio: to boto3 with the same clients, the
    median of pairs that were measured one after the other. rss_mb: the memory of the process."""

    function: str
    ms: float
    boto3_ms: float
    clients_ms: float
    ratio: float
    clients: tuple[str, ...]
    rss_mb: float


def measure(chosen: list[Function], rounds: int, tell: Callable[[str], None] = lambda _: None) -> list[Start]:
    """So many fresh processes of each kind for each function."""
    clients = {each.name: tuple(json.loads(_run(_NOTE_CLIENTS, each))) for each in chosen}
    seen: dict[str, list[tuple[float, float, float, float]]] = {each.name: [] for each in chosen}
    for turn in range(rounds):
        tell(f"round {turn + 1} of {rounds}")
        for each in chosen:
            made = "\n".join(f"boto3.client({name!r})" for name in clients[each.name])
            alone = _measured("import boto3", each)[0]
            with_clients = _measured(f"import boto3\n{made}", each)[0]
            own, rss_mb = _measured("import app", each)
            seen[each.name].append((own, alone, with_clients, rss_mb))
    return [
        Start(
            function=name,
            ms=statistics.median(own for own, *_ in runs),
            boto3_ms=statistics.median(alone for _, alone, *_ in runs),
            clients_ms=statistics.median(with_clients for _, _, with_clients, _ in runs),
            ratio=statistics.median(own / with_clients for own, _, with_clients, _ in runs),
            clients=clients[name],
            rss_mb=statistics.median(rss for *_, rss in runs),
        )
        for name, runs in seen.items()
    ]


def _measured(start: str, function: Function) -> tuple[float, float]:
    spent, rss_mb = json.loads(_run(_MEASURE.format(start=start), function))
    return float(spent), float(rss_mb)


def _run(code: str, function: Function) -> str:
    places = [BUILD / function.logical_id, *(BUILD / layer / "python" for layer in function.layers)]
    done = subprocess.run(
        [RUNTIME_PYTHON, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={
            **function.environment,
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(map(str, places)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        },
    )
    if done.returncode:
        raise RuntimeError(f"{function.name} does not start:\n{done.stderr}")
    return done.stdout


@dataclass(frozen=True)
class Package:
    """Sizes of what is deployed, in MB: as Lambda unpacks it, and zipped."""

    unpacked: float
    zipped: float


def package(folder: Path) -> Package:
    """The size of a built function or layer. Zipped: each file deflated, without the archive's own entries."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "bootstrap"]
    contents = [path.read_bytes() for path in files]
    return Package(
        unpacked=sum(map(len, contents)) / 1e6, zipped=sum(len(zlib.compress(each, 6)) for each in contents) / 1e6
    )
