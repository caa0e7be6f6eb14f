"""Is a mutation caught, and by what: a scenario of the sweep, or a named test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

from tests.faults.actions import STAGES
from tests.faults.functions import Functions
from tests.faults.mutations import Mutation, mutations, taken_away
from tests.faults.report import sweep
from tests.faults.scenarios import scenarios

SECONDS = 60.0
"""Of CPU time: whatever takes longer does not end."""
_FIRST = ("happy path", "told by staff", "cancelled when ready", "offer, chosen")
# Where to look first, by what stands in a mutation's name: a scenario, or tests where the sweep does not come.
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
    ("_started", "sender gives up"),
    ("Refused", "larger, cancelled"),
    ("licences", "a key and a parcel"),
    ("hand_out", "a key and a parcel"),
    ("coupon", "a coupon, cancelled"),
    ("settle", "tests/aws/test_account.py"),
    ("reversal_writes", "tests/aws/test_account.py tests/aws/test_cancellation.py"),
    ("changed_entry_write", "tests/aws/test_renew_promises.py"),
    ("tracking_write", "tests/aws/test_postage.py"),
    ("may_send_link", "tests/aws/test_customer_pages.py"),
    ("adapters/dispatch", "tests/aws/test_warehouse.py"),
    ("adapters/inventory", "tests/aws/test_inventory.py"),
    ("adapters/supply_writes", "tests/aws/test_inventory.py"),
    ("adapters/receipts", "tests/aws/test_inventory.py"),
    ("adapters/quarantine", "tests/aws/test_quarantine.py"),
    ("adapters/personal_data", "tests/aws/test_privacy.py"),
    ("adapters/mail_reports", "tests/aws/test_mail_reports.py"),
    ("adapters/ledger", "tests/aws/test_account_reconciliation.py"),
    ("issue", "tests/aws/test_goods_issue.py"),
    ("reservations", "larger, cancelled"),
    ("move_writes", "tests/aws/test_reservations.py"),
    ("Retry of States.ALL", "happy path"),
    ("Retry of", "tests/unit/test_template.py"),
    ("AwaitDecision", "offer, chosen"),
    ("await_decision", "offer, chosen"),
    ("decisions", "approval, refused"),
    ("intake", "sender gives up"),
    ("cancel", "cancelled when ready"),
    ("end_order", "cancelled when ready"),
    ("telling", "cancelled when ready"),
)
# What else tries a module, where no single fault shows that a guard is missing.
_TESTS = (
    ("stages/", "tests/aws/test_stages.py"),
    ("cancellation", "tests/aws/test_cancellation.py"),
    ("decisions", "tests/aws/test_staff_decisions.py tests/aws/test_decision_pages.py"),
    ("template", "tests/unit/test_template.py"),
    ("adapters/orders", "tests/aws/test_orders.py tests/aws/test_warehouse.py"),
    ("adapters/order_", "tests/aws/test_orders.py tests/aws/test_coupons.py"),
    ("adapters/reservations", "tests/aws/test_reservations.py"),
    ("adapters/licences", "tests/aws/test_digital.py"),
    ("adapters/executions", "tests/aws/test_cancellation.py"),
    ("adapters/accounts", "tests/aws/test_account.py"),
    ("adapters/recording", "tests/aws/test_recording.py tests/aws/test_recording_interleaved.py"),
)


class TooLong(BaseException):
    """What was mutated does not come to an end."""


def catch(functions: Functions, mutation: Mutation) -> str:
    """What shows that the guard is missing: a scenario with one fault at most, or tests by their file; else "".

    Not every scenario is tried, which would take an hour: the one that the hints name, and those in which most happens.
    """
    hint = _of(_HINTS, mutation)
    tests = [told for told in dict.fromkeys([hint, _of(_TESTS, mutation)]) if told.startswith("tests/")]
    if hint.startswith("tests/") and _red(mutation, hint):
        return hint
    names = [name for name in dict.fromkeys([hint, *_FIRST]) if not name.startswith("tests/") and name]
    return _swept(functions, mutation, names) or next(
        (told for told in tests if told != hint and _red(mutation, told)), ""
    )


def _of(said: tuple[tuple[str, str], ...], mutation: Mutation) -> str:
    return next((told for word, told in said if word in mutation.name), "")


def _swept(functions: Functions, mutation: Mutation, names: list[str]) -> str:
    """The first scenario that shows it."""
    by_name = {scenario.name: scenario for scenario in scenarios()}
    signal.signal(signal.SIGPROF, _stop)
    for name in names:
        _check_clean(functions, name)
        with taken_away(mutation):
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            try:
                if sweep(functions, by_name[name], 1, mutation.resources(), stop=True).violations:
                    return name
            except (Exception, TooLong):  # noqa: BLE001 - what does not work at all, or not end, is seen too
                return name
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
    return ""


_clean: set[str] = set()


def _check_clean(functions: Functions, name: str) -> None:
    """A scenario that is wrong with every guard in place shows nothing: an error."""
    if name not in _clean:
        (scenario,) = [each for each in scenarios() if each.name == name]
        if found := sweep(functions, scenario, 1, stop=True).violations:
            raise AssertionError(f"{name} with every guard in place: {found}")
        _clean.add(name)


def _red(mutation: Mutation, tests: str) -> bool:
    """Whether a named test is red without the guard."""
    plugin = ["-p", "tests.faults.without", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *plugin, *tests.split()],
        env=os.environ | {"FAULTS_WITHOUT": mutation.name},
        capture_output=True,
        check=False,
    )
    if ran.returncode not in (0, 1):
        raise AssertionError(f"{tests}: {ran.stdout.decode()[-500:]}")
    return ran.returncode == 1


def named(name: str) -> Mutation:
    """The mutation of this name."""
    (found,) = [mutation for mutation in mutations() if mutation.name == name]
    return found


def _stop(*_: Any) -> None:
    raise TooLong
