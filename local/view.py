"""`make view`: a browser view of the local stack's tables, executions, functions, logs and documents (StackPort)."""

from __future__ import annotations

import os
import sys

from local.emulator import find
from local.places import LOCAL, TOOLS

DEFAULT_PORT = "8080"
SERVICES = "dynamodb,s3,lambda,stepfunctions,logs,events,ses,secretsmanager,iam,cloudformation,apigateway"


def main() -> None:
    """Becomes the viewer, until it is interrupted. VIEW_PORT: where the browser finds it."""
    emulator = find()
    if emulator is None:
        sys.exit("No local stack is running: start it with `make run`.")
    port = os.environ.get("VIEW_PORT") or DEFAULT_PORT
    settings = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(LOCAL),
        "STACKPORT_PORT": port,
        "STACKPORT_DATA_DIR": str(LOCAL / "view"),
        "STACKPORT_SERVICES": SERVICES,
        "STACKPORT_LEARN": "false",
        "LOG_LEVEL": "WARNING",
        **emulator.environment(),
    }
    print(f"The local stack in a browser: http://127.0.0.1:{port} (Ctrl-C ends it)", flush=True)
    # Not `stackport serve`: that would listen on every network.
    python = str(TOOLS / "viewer" / "bin" / "python")
    os.execve(python, [python, "-m", "uvicorn", "backend.main:app", *_where(port)], settings)  # noqa: S606


def _where(port: str) -> list[str]:
    return ["--host", "127.0.0.1", "--port", port, "--log-level", "warning"]


if __name__ == "__main__":
    main()
