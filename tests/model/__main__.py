"""Explore the order's life: `make model`. Faults: two, or as many as are named."""

from __future__ import annotations

import sys
import time

from tests.model.checker import explore
from tests.model.order_life import OFFERED, RULES, A, C, Life

ASKS = ("", C, OFFERED, A)


def main() -> None:
    """Print states and steps for each question that may be asked, then by what each missing rule is found."""
    faults = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    began = time.monotonic()
    print(f"{'question':20} {'faults':>6} {'states':>9} {'steps':>9}  violated")
    broken = 0
    for asks in ASKS:
        found = explore(Life(faults=faults, asks=asks).specification())
        broken += bool(found.violated)
        print(
            f"{asks or 'none':20} {faults:6} {found.states:9} {found.steps:9}  {found.violated or 'nothing'}",
            flush=True,
        )
        for step in found.trace:
            print(f"    {step}")
    print(f"\n{'without the rule':45} found by")
    for rule in RULES:
        caught = _caught(rule)
        broken += not caught
        print(f"{rule:45} {caught or 'NOTHING'}", flush=True)
    print(f"\n{len(RULES)} rules, {time.monotonic() - began:.0f} s")
    sys.exit(1 if broken else 0)


def _caught(rule: str) -> str:
    for faults in (0, 1):
        for asks in ASKS:
            found = explore(Life(faults=faults, asks=asks, without=rule).specification())
            if found.violated:
                return f"{found.violated}, in {len(found.trace)} steps"
    return ""


if __name__ == "__main__":
    main()
