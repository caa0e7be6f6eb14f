"""One deployed stack for all stack tests of a run, also when pytest-xdist spreads them over processes."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator

import pytest

from local import LocalStack, seeding
from tests.conftest import RUN
from tests.proxy.rig import WAIT_SCALE, Rig


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


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    """A stack of its own, whose functions reach AWS through a proxy: each process that asks has one for itself. Tests
    that use it belong to the group `rig`, so that one process does."""
    started = Rig.start(RUN / f"rig-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")
    yield started
    started.stop()
