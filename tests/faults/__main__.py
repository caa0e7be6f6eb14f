"""`make faults`: every fault and every pair of faults in every scenario, then every mutation; a table of both."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack

from tests.faults.functions import Functions
from tests.faults.report import Swept, compiled, named, sweep
from tests.faults.scenarios import scenarios

_functions: Functions | None = None
_stack = ExitStack()


def _swept(name: str, faults: int) -> tuple[Swept, float]:
    global _functions
    if _functions is None:
        _functions = _stack.enter_context(Functions().installed())
    began = time.process_time()
    return sweep(_functions, named(name), faults), time.process_time() - began


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--faults", type=int, default=2, help="how many faults a run has at most")
    given.add_argument("--only", default="", help="scenarios with this in their name")
    given.add_argument("--processes", type=int, default=2)
    options = given.parse_args()
    compiled()
    names = [scenario.name for scenario in scenarios() if options.only in scenario.name]
    wrong = 0
    total = 0.0
    with ProcessPoolExecutor(options.processes) as pool:
        tasks = {name: pool.submit(_swept, name, options.faults) for name in names}
        for name, task in tasks.items():
            swept, seconds = task.result()
            total += seconds
            wrong += len(swept.violations)
            told = ", ".join(f"{why}: {n}" for why, n in swept.windows.items())
            print(
                f"{name:34} {swept.runs:8} runs {swept.worlds:6} worlds {swept.invocations:7} invocations"
                f" {len(swept.violations):3} violations {seconds:6.1f} s  {told}",
                flush=True,
            )
            for violation, story in list(swept.violations.items())[:6]:
                print(f"    {violation[:500]}\n        {story}")
    print(f"violations {wrong}; {total:.0f} s of CPU time")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
