"""A plugin of pytest that takes one guard away: `FAULTS_WITHOUT=<its name> pytest -p tests.faults.without`."""

from __future__ import annotations

import os
from contextlib import ExitStack

from tests.faults.mutations import mutations, taken_away
from tests.template import template

_without = ExitStack()


def pytest_collection_finish() -> None:
    """Before the first test, and after all modules were read."""
    (mutation,) = [mutation for mutation in mutations() if mutation.name == os.environ["FAULTS_WITHOUT"]]
    _without.enter_context(taken_away(mutation))
    if resources := mutation.resources():
        template()["Resources"].update(resources)


def pytest_unconfigure() -> None:
    _without.close()
