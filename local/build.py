"""Builds the real template for this machine: `sam build` with this machine's Python and processor.

The result, its caches and SAM's notes stay under `.local/sam`, so that `.aws-sam` always holds
what would be deployed to AWS.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from local.places import ARCHITECTURE, LOCAL, METERED, PYTHON_RUNTIME, ROOT, RUNTIME_PYTHON, SAM, TOOLS

# The runtime whose `bootstrap` we bring along.
CUSTOM_RUNTIME = "provided.al2023"

SAM_HOME = LOCAL / "sam"
BUILD = SAM_HOME / "build"
TEMPLATE = BUILD / "template.yaml"

# Lambda puts the function's code before its layers, and its own packages last.
BOOTSTRAP = """#!/bin/sh
export PYTHONPATH="$LAMBDA_TASK_ROOT:{layers}" PYTHONDONTWRITEBYTECODE=1
if [ -n "$SAY_WHO" ]; then
  # For a proxy before AWS: which function calls, and by which process.
  export AWS_SDK_UA_APP_ID="${{AWS_LAMBDA_FUNCTION_NAME#order-processing-}}.$$"
fi
if [ -n "$METER" ]; then
  PYTHONPATH="{metered}:$PYTHONPATH" exec "{python}" -m awslambdaric metered.handler
fi
exec "{python}" -m awslambdaric "$_HANDLER"
"""


class BuildError(RuntimeError):
    """`sam build` failed; the message is what it said."""


def build() -> Path:
    """Builds what has changed, and returns the built template.

    Each function gets a `bootstrap` that starts AWS's own runtime client with the built layers, because
    the emulator's Python runtime hides the names of errors, by which the state machine catches them.
    """
    SAM_HOME.mkdir(parents=True, exist_ok=True)
    rules = [ROOT / "build.mk", ROOT / "functions" / "function.mk"]
    with _alone():
        digest = _digest(ROOT / "template.yaml", ROOT / "functions", ROOT / "layers", Path(__file__), *rules)
        built = SAM_HOME / "digest"
        if TEMPLATE.exists() and built.exists() and built.read_text(encoding="utf-8") == digest:
            return TEMPLATE
        built.unlink(missing_ok=True)
        done = subprocess.run(
            [
                *(SAM, "build", "--parallel", "--cached"),
                *("--template-file", ROOT / "template.yaml", "--base-dir", ROOT),
                *("--build-dir", BUILD, "--cache-dir", SAM_HOME / f"cache-{_digest(*rules)[:12]}"),
                *("--parameter-overrides", f"PythonRuntime={CUSTOM_RUNTIME}", f"Architecture={ARCHITECTURE}"),
            ],
            cwd=SAM_HOME,  # SAM keeps its notes in the folder it is called from
            env=sam_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        log = SAM_HOME / "build.log"
        log.write_text(done.stdout + done.stderr, encoding="utf-8")
        if done.returncode:
            raise BuildError(f"sam build failed; see {log.relative_to(ROOT)}:\n{_end_of(done.stderr)}")
        _add_bootstraps()
        built.write_text(digest, encoding="utf-8")
    return TEMPLATE


def _end_of(said: str) -> str:
    """What SAM says of the failure itself, after what it was doing."""
    return said[said.rfind("\nError:") :].strip()[-2000:]


def sam_environment() -> dict[str, str]:
    """Environment variables that SAM and the layers' Makefiles need here."""
    tools = [ROOT / ".venv" / "bin", TOOLS / "uv" / "bin", TOOLS / "sam" / "bin"]
    return {
        **os.environ,
        "PATH": os.pathsep.join([*map(str, tools), os.environ.get("PATH", os.defpath)]),
        "PYTHON_RUNTIME": PYTHON_RUNTIME,
        "ARCHITECTURE": ARCHITECTURE,
        "PYTHONDONTWRITEBYTECODE": "1",
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def _digest(*places: Path) -> str:
    """Changes when a file in these places does, or this machine's Python."""
    digest = hashlib.sha256(f"{sys.version} {RUNTIME_PYTHON}".encode())
    for place in places:
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"\0{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _add_bootstraps() -> None:
    template = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
    shared = template.get("Globals", {}).get("Function", {}).get("Layers", [])
    for resource in template["Resources"].values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        layers = [BUILD / layer["Ref"] / "python" for layer in shared + resource["Properties"].get("Layers", [])]
        bootstrap = BUILD / resource["Properties"]["CodeUri"] / "bootstrap"
        places = {"layers": ":".join(map(str, layers)), "python": RUNTIME_PYTHON, "metered": METERED}
        bootstrap.write_text(BOOTSTRAP.format(**places))
        bootstrap.chmod(0o755)


@contextmanager
def _alone() -> Iterator[None]:
    # Two test runs may build at the same time.
    with (SAM_HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
