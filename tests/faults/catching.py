"""Is a mutation caught, and by what: a scenario of the sweep, or a named test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.faults.functions import Functions
from tests.faults.mutations import Mutation, mutations, taken_away
from tests.faults.report import sweep
from tests.faults.scenarios import scenarios

KNOWN = Path(__file__).parent / "caught_by.json"
"""What caught each mutation the last time, by the mutation's name: that is tried first."""
SECONDS = 120
_FIRST = (
    "happy path",
    "correction, cancelled",
    "told by staff",
    "offer, chosen",
    "cancelled when ready",
    "a key and a parcel",
    "larger, cancelled",
    "approval by two",
    "a coupon, cancelled",
)


class TooLong(BaseException):
    """What was mutated does not come to an end."""


def known() -> dict[str, str]:
    """What caught each mutation the last time."""
    found: dict[str, str] = json.loads(KNOWN.read_text(encoding="utf-8")) if KNOWN.exists() else {}
    return found


def catch(functions: Functions, mutation: Mutation, hint: str, only: tuple[str, ...] = ()) -> str:
    """What shows that the guard is missing; "" when nothing does. only: the scenarios that are tried, "" for all."""
    if hint.startswith("tests/"):
        return hint if _red(mutation, hint) else ""
    by_name = {scenario.name: scenario for scenario in scenarios()}
    order = [name for name in dict.fromkeys([hint, *_FIRST, *by_name]) if name in (only or by_name)]
    signal.signal(signal.SIGALRM, _stop)
    with taken_away(mutation):
        for name in order:
            signal.alarm(SECONDS)
            try:
                if sweep(functions, by_name[name], 1, mutation.resources(), stop=True).violations:
                    return name
            except Exception:  # noqa: BLE001 - a function that does not work at all is seen too
                return name
            except TooLong:
                return name
            finally:
                signal.alarm(0)
    return ""


def _red(mutation: Mutation, tests: str) -> bool:
    """Whether a named test is red without the guard."""
    plugin = ["-p", "tests.faults.without", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *plugin, *tests.split()],
        env=os.environ | {"FAULTS_WITHOUT": mutation.name},
        capture_output=True,
        check=False,
    )
    return ran.returncode == 1


def named(name: str) -> Mutation:
    """The mutation of this name."""
    (found,) = [mutation for mutation in mutations() if mutation.name == name]
    return found


def _stop(*_: Any) -> None:
    raise TooLong
