"""One deployed stack for all stack tests of a run, also when pytest-xdist spreads them over processes."""

from __future__ import annotations

import fcntl

import pytest

from local import LocalStack, seeding
from tests.conftest import RUN

# Waits and retries of executions pass ten times as fast.
WAIT_SCALE = 0.1


@pytest.fixture(scope="session")
def stack() -> LocalStack:
    """The real template, deployed into a fresh emulator on a free port, with the seed data in its tables.

    The first process that asks deploys it, the others wait and use it too; it ends with the run.
    """
    RUN.mkdir(parents=True, exist_ok=True)
    with (RUN / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if deployed := LocalStack.running(RUN):
            return deployed
        started = LocalStack.start(RUN, wait_scale=WAIT_SCALE).deploy()
        seeding.load(started)
        return started
