"""The local AWS: one ministack process, its data in memory, its log and temporary files in one folder.

It checks every call against the caller's own role (AUTH=true), so a missing permission fails here
as it would on AWS. The folder remembers the process, so that another command can find and stop it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from local.places import EMULATOR_PYTHON, LOCAL

REGION = "us-east-1"
ACCOUNT = "000000000000"
DEFAULT_HOME = LOCAL / "stack"
DEFAULT_PORT = 4566
READY_SECONDS = 60.0
STOP_SECONDS = 10.0


class EmulatorError(RuntimeError):
    """The emulator could not be started; the message says why and what to do."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator. home: its folder; pid: its process, which leads a group of its own."""

    home: Path
    port: int
    pid: int

    @property
    def url(self) -> str:
        """Where every AWS service answers. An address, not a name, so that S3 keeps buckets in the path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.home / "emulator.log"

    def environment(self) -> dict[str, str]:
        """Environment variables with which any AWS client or tool talks to this emulator, as its root user."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def alive(self) -> bool:
        """Whether the process still runs and is ours: a number alone may be another program's by now."""
        return _is_emulator(self.pid)

    def stop(self) -> None:
        """Ends the process and all functions it started. Stopping twice is fine."""
        if self.alive():
            _end_group(self.pid)
        (self.home / "emulator.json").unlink(missing_ok=True)


def start(
    home: Path = DEFAULT_HOME,
    port: int | None = None,
    *,
    wait_scale: float = 1.0,
    meter: Path | None = None,
    through: str = "",
    redrivable_seconds: float = 0,
) -> Emulator:
    """Starts a fresh emulator and returns when it answers.

    port: None takes a free one. wait_scale: waits and retry intervals of executions are multiplied by it.
    meter: a folder in which functions note what their invocations use (see `local.meter`).
    through: the address of a proxy by which functions call AWS (see `tests.proxy`), "" for none.
    redrivable_seconds: for how long after its failure an execution can be redriven, 0 for AWS's 14 days.
    Raises EmulatorError when the port is taken or it does not come up.
    """
    if not EMULATOR_PYTHON.exists():
        raise EmulatorError("the emulator is not installed: run `make setup`")
    if left := find(home):
        left.stop()
    port = port or _free_port()
    if _answers(port):
        raise EmulatorError(f"port {port} is in use by another program: free it, or choose one with PORT=...")
    temporary = home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    with (home / "emulator.log").open("wb") as log:
        process = subprocess.Popen(
            [EMULATOR_PYTHON, "-P", Path(__file__).with_name("start_ministack.py")],
            env={**_settings(port, temporary, wait_scale), **_more(meter, through, redrivable_seconds)},
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    emulator = Emulator(home, port, process.pid)
    (home / "emulator.json").write_text(json.dumps({"port": port, "pid": process.pid}), encoding="utf-8")
    _wait_until_ready(emulator, process)
    return emulator


def find(home: Path = DEFAULT_HOME) -> Emulator | None:
    """The emulator that was started with this folder, if it still runs."""
    try:
        noted = json.loads((home / "emulator.json").read_text(encoding="utf-8"))
        emulator = Emulator(home, noted["port"], noted["pid"])
    except (FileNotFoundError, KeyError, ValueError):
        return None
    return emulator if emulator.alive() else None


def _settings(port: int, temporary: Path, wait_scale: float) -> dict[str, str]:
    # A short list and not this process's environment: functions inherit it, and AWS would not hand them ours.
    url = f"http://127.0.0.1:{port}"
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(temporary),
        "TMPDIR": str(temporary),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "AUTH": "true",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "AWS_ENDPOINT_URL": url,
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "LAMBDA_WARM_TTL_SECONDS": "3600",
        "SFN_WAIT_SCALE": str(wait_scale),
        "LOG_LEVEL": "INFO",
        # Services that would open ports of their own, which two emulators cannot share.
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
    }


def _more(meter: Path | None, through: str, redrivable_seconds: float) -> dict[str, str]:
    """What is asked for beside; functions inherit where they note what they use, and the address that they call."""
    return {
        **({"AWS_ENDPOINT_URL": through, "SAY_WHO": "1"} if through else {}),
        **({"METER": str(meter)} if meter else {}),
        **({"REDRIVABLE_SECONDS": str(redrivable_seconds)} if redrivable_seconds else {}),
    }


def _wait_until_ready(emulator: Emulator, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{emulator.url}/_ministack/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.05)
    emulator.stop()
    raise EmulatorError(f"the emulator did not come up; the end of {emulator.log}:\n{_tail(emulator.log)}")


def _tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _is_emulator(pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False
    return b"start_ministack" in command  # a process that has ended and was not collected has none


def _end_group(leader: int) -> None:
    """Asks the group to end, waits, and ends what is left of it."""
    for how, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 2.0)):
        try:
            os.killpg(leader, how)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            _reap(leader)
            try:
                os.killpg(leader, 0)
            except ProcessLookupError:
                return
            time.sleep(0.05)


def _reap(pid: int) -> None:
    # Only a child of this process leaves a zombie to collect.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
