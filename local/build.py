"""Builds the real template for this machine: `sam build` with this machine's Python and processor.

The result, its caches and SAM's notes stay under `.local/sam`, so that `.aws-sam` always holds
what would be deployed to AWS.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from local.places import ARCHITECTURE, LOCAL, PYTHON_RUNTIME, ROOT, RUNTIME_PYTHON, SAM, TOOLS

SAM_HOME = LOCAL / "sam"
BUILD = SAM_HOME / "build"
TEMPLATE = BUILD / "template.yaml"

# Lambda puts the function's code before its layers, and its own packages last.
BOOTSTRAP = """#!/bin/sh
export PYTHONPATH="$LAMBDA_TASK_ROOT:{layers}" PYTHONDONTWRITEBYTECODE=1
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
    with _alone():
        done = subprocess.run(
            [
                *(SAM, "build", "--parallel", "--cached"),
                *("--template-file", ROOT / "template.yaml", "--base-dir", ROOT),
                *("--build-dir", BUILD, "--cache-dir", SAM_HOME / "cache"),
                *("--parameter-overrides", f"PythonRuntime={PYTHON_RUNTIME}", f"Architecture={ARCHITECTURE}"),
            ],
            cwd=SAM_HOME,  # SAM keeps its notes in the folder it is called from
            env=sam_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        (SAM_HOME / "build.log").write_text(done.stdout + done.stderr, encoding="utf-8")
        if done.returncode:
            raise BuildError(f"sam build failed:\n{done.stderr.strip()}")
        _add_bootstraps()
    return TEMPLATE


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


def _add_bootstraps() -> None:
    template = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
    shared = template.get("Globals", {}).get("Function", {}).get("Layers", [])
    for resource in template["Resources"].values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        layers = [BUILD / layer["Ref"] / "python" for layer in shared + resource["Properties"].get("Layers", [])]
        bootstrap = BUILD / resource["Properties"]["CodeUri"] / "bootstrap"
        bootstrap.write_text(BOOTSTRAP.format(layers=":".join(map(str, layers)), python=RUNTIME_PYTHON))
        bootstrap.chmod(0o755)


@contextmanager
def _alone() -> Iterator[None]:
    # Two test runs may build at the same time.
    with (SAM_HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
