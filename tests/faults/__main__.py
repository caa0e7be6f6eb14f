"""`make faults`: every fault and every pair of faults in every scenario, then every guard taken away; two tables."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack

from tests.faults import mutating
from tests.faults.functions import Functions
from tests.faults.report import Swept, compiled, named, sweep
from tests.faults.scenarios import scenarios

COLUMNS = {
    "cut": ("cut before", "cut after"),
    "throttled": ("throttled", "conflict", "partly"),
    "timeout": ("timeout", "answer lost once", "answer lost"),
    "stale": ("stale read",),
    "twice": ("invoked twice", "late copy"),
    "at once": ("both at once", "late copy between"),
    "between": ("between",),
}
_functions: Functions | None = None
_stack = ExitStack()


def _installed() -> Functions:
    global _functions
    if _functions is None:
        _functions = _stack.enter_context(Functions().installed())
    return _functions


def _swept(name: str, faults: int) -> Swept:
    return sweep(_installed(), named(name), faults)


def _table(swept: Sequence[Future[Swept]], began: float) -> int:
    """Prints a line a scenario as soon as it is swept: runs by the kind of their first fault. How many violations."""
    head = "".join(f"{name:>10}" for name in COLUMNS)
    print(f"{'scenario':36}{head}{'runs':>10}{'violations':>12}{'at s':>6}  mails again", flush=True)
    totals, wrong = Counter[str](), 0
    for task in as_completed(swept):
        found = task.result()
        kinds = Counter[str]()
        for kind, runs in found.kinds.items():
            kinds[kind.partition(",")[0]] += runs
        by_column = {name: sum(kinds[kind] for kind in of) for name, of in COLUMNS.items()}
        totals.update({**by_column, "runs": found.runs, "violations": len(found.violations)})
        again = Counter[str]()
        for note, count in found.windows.items():
            again[note.partition(":")[0]] += count
        line = "".join(f"{by_column[name]:10}" for name in COLUMNS) + f"{found.runs:10}{len(found.violations):12}"
        told = ", ".join(f"{why} {count}" for why, count in again.items())
        print(f"{found.scenario:36}{line}{time.monotonic() - began:6.0f}  {told}", flush=True)
        for violation, story in list(found.violations.items())[:5]:
            print(f"    {violation[:500]}\n        {story}")
        wrong += len(found.violations)
    line = "".join(f"{totals[name]:10}" for name in COLUMNS)
    print(f"{f'all {len(swept)}':36}{line}{totals['runs']:10}{wrong:12}\n", flush=True)
    return wrong


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--faults", type=int, default=2, help="how many faults a run has at most")
    given.add_argument("--only", default="", help="scenarios and mutations with this in their name")
    given.add_argument("--processes", type=int, default=2)
    given.add_argument("--part", choices=("sweep", "mutations"), help="one of the two")
    given.add_argument("--each", action="store_true", help="print what caught each mutation")
    given.add_argument("--record", action="store_true", help="keep what caught each; looks everywhere")
    options = given.parse_args()
    compiled()
    began, wrong = time.monotonic(), 0
    if options.part != "mutations":
        chosen = [scenario for scenario in scenarios() if options.only in scenario.name]
        chosen.sort(key=lambda scenario: -len(scenario.actions) - len(scenario.between))  # what takes longest first
        with ProcessPoolExecutor(options.processes) as pool:
            wrong += _table([pool.submit(_swept, scenario.name, options.faults) for scenario in chosen], began)
    if options.part != "sweep":
        wrong += mutating.run(options.only, options.processes, each=options.each, anew=options.record)
    print(f"{time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
