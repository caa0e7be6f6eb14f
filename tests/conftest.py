"""What all tests share: no way to a real AWS account, and the end of the stack that stack tests started."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import compile_console
import compile_mail
import compile_pages
import pytest
from hypothesis import settings

from local import LocalStack, emulator
from local.places import LOCAL
from tests import policies

TEST_RUNS = LOCAL / "tests"

# Client libraries read these; stack tests name their emulator's address themselves.
os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_EC2_METADATA_DISABLED="true",
    POWERTOOLS_SERVICE_NAME="order-processing",
)
for _name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
    os.environ.pop(_name, None)

# The first process of a run names it; the processes that pytest-xdist starts inherit the name.
RUN = TEST_RUNS / os.environ.setdefault("ORDER_PROCESSING_TEST_RUN", f"run-{os.getpid()}")


# How long an example takes says how busy the machine is, not whether the rule holds.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """Compiles the templates of mails and pages as they are deployed, before any test module is read."""
    compile_mail.compile_if_stale()
    compile_pages.compile_if_stale()
    compile_console.compile_if_stale()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Ends what killed test runs have left behind."""
    for left in TEST_RUNS.glob("run-*"):
        if not Path(f"/proc/{left.name.removeprefix('run-')}").exists():
            _end(left)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fails where pytest-xdist does not keep a group of tests in one process: they would get in each other's way."""
    if item.config.getoption("loadgroup", default=False) and item.get_closest_marker("xdist_group"):
        assert "@" in item.nodeid, "pytest-xdist takes no notice of this test's group"


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Ends the run's stack; after a failure its logs stay."""
    if hasattr(session.config, "workerinput"):
        return
    if exitstatus in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERNAL_ERROR) and RUN.exists():
        kept = TEST_RUNS / "last-failure"
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir()
        for log in RUN.glob("*.log"):
            shutil.copy(log, kept)
    if (wanted := os.environ.get("KEEP_CALLS")) and (stack := LocalStack.running(RUN)):
        policies.keep(stack, Path(wanted))
    _end(RUN)


def _end(home: Path) -> None:
    for place in (home, *(noted.parent for noted in home.glob("*/emulator.json"))):
        if running := emulator.find(place):
            running.stop()
    shutil.rmtree(home, ignore_errors=True)
