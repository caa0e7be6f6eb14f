"""Is a guard that was taken away missed, and by what: a scenario of the sweep with one fault at most, or a test.

`caught.json` says what caught each the last time; that is what is tried. "" is one that nothing has caught yet,
for which `make test` fails.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tests.faults.actions import STAGES
from tests.faults.forked import TooLong, forked
from tests.faults.functions import Functions
from tests.faults.mutations import Mutation, mutations, taken_away
from tests.faults.report import sweep
from tests.faults.scenarios import scenarios
from tests.faults.trying import SECONDS

CAUGHT = Path(__file__).with_name("caught.json")
# What no test can see, by its name, and why; see docs/reliability.md.
EQUIVALENT = {
    "stages/prepare_delivery, _by_email: if not any((item.digital for item in verified.items))": (
        "only an import is saved: of an order that holds nothing digital, nothing is handed out by e-mail"
    ),
}
# Scenarios in which a rule of the template matters, by what stands in its name.
_HINTS = (
    ("VerifyOrder: Catch of OrderRejected", "rejected"),
    ("VerifyOrder: Catch of CorrectionNeeded", "correction, cancelled"),
    ("CheckAvailability: Catch of OfferNeeded", "offer, expired"),
    ("ConfirmOrder: Catch of ApprovalNeeded", "approval, refused"),
    ("AwaitDecision: Catch of States.Timeout", "offer, expired"),
    ("AwaitDecision: Catch of OrderEnded", "offer, cancelled"),
    *((f"{stage}: Catch of OrderEnded", f"cancelled before {stage}") for stage in STAGES),
    ("EndOrder: Retry of States.ALL", "cancelled when ready"),
    ("AwaitDecision: Retry of States.ALL", "correction, cancelled"),
    ("Retry of States.ALL", "happy path"),
    ("AwaitDecision", "offer, chosen"),
)


def recorded() -> dict[str, str]:
    """What caught each mutation the last time; "" where nothing has yet."""
    found: dict[str, str] = json.loads(CAUGHT.read_text(encoding="utf-8")) if CAUGHT.exists() else {}
    return found


def record(found: Mapping[str, str]) -> None:
    """Keep what caught each."""
    text = json.dumps(dict(sorted(found.items())), indent=1, ensure_ascii=False)
    CAUGHT.write_text(text + "\n", encoding="utf-8")


def is_test(by: str) -> bool:
    """Whether a catcher is a test, and not a scenario."""
    return by.startswith("tests/")


def hinted(mutation: Mutation) -> list[str]:
    """Scenarios that may show that a rule of the template is missing; of the package, those in which most happens."""
    told = [scenario for word, scenario in _HINTS if word in mutation.name]
    every = [scenario.name for scenario in scenarios()] if not mutation.module else []
    return list(dict.fromkeys([*told, *every]))


def shows(name: str, scenario: str) -> bool:
    """Whether a scenario goes wrong without a guard; what does not work at all, or not end, goes wrong."""

    def run() -> bool:
        with taken_away(named(name)):
            return goes_wrong(scenario)

    try:
        return bool(forked(run, SECONDS))
    except TooLong:
        return True


def goes_wrong(name: str) -> bool:
    """Whether a scenario goes wrong with one fault at most."""
    (scenario,) = [each for each in scenarios() if each.name == name]
    with Functions().installed() as functions:
        try:
            return bool(sweep(functions, scenario, 1, stop=True).violations)
        except Exception:  # noqa: BLE001
            return True


def named(name: str) -> Mutation:
    """The mutation of this name."""
    (found,) = [mutation for mutation in mutations() if mutation.name == name]
    return found
