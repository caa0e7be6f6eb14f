"""Tests without a guard: once a test is set up, forks of its process run it without one guard each, and then it runs.

So setting up is paid once for all guards that a test is tried without, and a test that is red with every guard in
place is seen.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import CodeType, FunctionType
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tests.faults.forked import TooLong, forked
from tests.faults.guards import watched
from tests.faults.mutations import MODULES, Mutation, codes, taken_away

SECONDS = 20
"""Of CPU time: whatever takes longer does not end."""
_TELL = "_faults_tell"
_QUIET = ("-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--maxfail=1000")


class Trying:
    """A plugin of pytest. caught: by which test each was caught; red: the tests that are red with every guard.

    by_test: what to try each test without; None: those of `left` that it comes to.
    """

    def __init__(self, left: Iterable[Mutation], by_test: Mapping[str, Sequence[str]] | None) -> None:
        self.caught: dict[str, str] = {}
        self.red: list[str] = []
        self._left = {mutation.name: mutation for mutation in left}
        self._by_test = by_test

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        if any("serve_forever" in thread.name for thread in threading.enumerate()):
            return  # what a test's own server hears from another process it does not tell that one
        names = self._met(item) if self._by_test is None else self._by_test.get(item.nodeid, ())
        for name in names:
            if name in self._left and _is_red(item, self._left[name]):
                self.caught[name] = item.nodeid
                del self._left[name]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.red.append(report.nodeid)

    def _met(self, item: pytest.Item) -> list[str]:
        """Which guards make a difference in a test. A condition does only where DynamoDB refuses one like it."""
        if not self._left:
            return []
        instrumented()
        try:
            met: list[str] = forked(lambda: _watched(item), SECONDS)
        except (RuntimeError, TooLong):
            return []
        return [name for name in met if name in self._left]


def tried(tests: Sequence[str], left: Sequence[Mutation], by_test: Mapping[str, Sequence[str]] | None) -> Trying:
    """Runs tests, and each without guards."""
    trying = Trying(left, by_test)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = pytest.main([*_QUIET, *tests], plugins=[trying])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise AssertionError(f"{tests}: {said.getvalue()[-2000:]}")
    return trying


def _is_red(item: pytest.Item, mutation: Mutation) -> bool:
    def run() -> bool:
        with taken_away(mutation):
            return _fails(item)

    try:
        return bool(forked(run, SECONDS))
    except TooLong:
        return True


def _fails(item: pytest.Item) -> bool:
    try:
        item.runtest()
    except pytest.skip.Exception:
        return False
    except BaseException:  # noqa: BLE001 - whatever is wrong, it is seen
        return True
    return False


@cache
def instrumented() -> list[tuple[FunctionType, CodeType]]:
    """All functions with guards, and their code that tells of them."""
    return [each for module in MODULES for each in codes(module, watched(module, _TELL))]


def _watched(item: pytest.Item) -> list[str]:
    met: set[str] = set()
    conditions: dict[str, set[str]] = {}
    call, refused = BaseClient._make_api_call, []

    def tell(name: str, when: bool | None, value: Any) -> Any:
        if when is None:
            conditions.setdefault(name, set()).add(str(value))
        elif bool(value) == when:
            met.add(name)
        return value

    def noting(client: BaseClient, *given: Any) -> Any:
        try:
            return call(client, *given)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("ConditionalCheckFailedException", "TransactionCanceledException"):
                refused.append(repr(given))
            raise

    setattr(builtins, _TELL, tell)
    BaseClient._make_api_call = noting
    for function, code in instrumented():
        function.__code__ = code
    item.runtest()
    said = "\n".join(refused)
    return sorted(met | {name for name, asked in conditions.items() if any(each in said for each in asked)})
