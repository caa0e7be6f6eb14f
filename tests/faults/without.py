"""A plugin of pytest that takes one guard away: `FAULTS_WITHOUT=<its name> pytest -p tests.faults.without`."""

from __future__ import annotations

import os
from contextlib import ExitStack

from tests.faults.mutations import mutations, taken_away

_without = ExitStack()
(_MUTATION,) = [mutation for mutation in mutations() if mutation.name == os.environ["FAULTS_WITHOUT"]]


def pytest_collection_finish() -> None:
    """After all modules were read: where a function stands does not change, nor where a state does."""
    _without.enter_context(taken_away(_MUTATION))


def pytest_unconfigure() -> None:
    _without.close()
