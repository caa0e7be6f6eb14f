"""A plugin of pytest that takes one guard away: `FAULTS_WITHOUT=<its name> pytest -p tests.faults.without`."""

from __future__ import annotations

import os
from contextlib import ExitStack

from tests.faults.mutations import mutations, taken_away
from tests.template import template

_without = ExitStack()


(_MUTATION,) = [mutation for mutation in mutations() if mutation.name == os.environ["FAULTS_WITHOUT"]]


def pytest_configure() -> None:
    """Of the template before any test module reads it."""
    if resources := _MUTATION.resources():
        template()["Resources"].update(resources)


def pytest_collection_finish() -> None:
    """Of the package after all modules were read: where a function stands does not change."""
    _without.enter_context(taken_away(_MUTATION))


def pytest_unconfigure() -> None:
    _without.close()
