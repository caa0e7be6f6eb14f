"""Orders on the deployed stack with one fault each: `make faults-stack`.

A proxy between the functions and the emulator lets one call to AWS of each run go wrong (tests/proxy/plan.py says
how). Runs are chosen evenly over journeys and functions, by a seed. Ends with status 1 unless each ends as the
undisturbed journey does: status, executions, mails, account, documents, parcels and stock.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from tests.proxy.journeys import JOURNEYS
from tests.proxy.rig import Rig
from tests.proxy.sample import Sampler, chosen

HOME = Path(__file__).parents[2] / ".local" / "faults-stack"


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.proxy", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--journey", choices=JOURNEYS, action="append")
    given = parser.parse_args()
    rig = Rig.start(HOME)
    try:
        rig.hurry()
        sampler = Sampler(rig, journeys=given.journey or JOURNEYS)
        calm = {name: sampler.undisturbed(name) for name in given.journey or JOURNEYS}
        calls = sum(len(known.calls) for known in calm.values())
        print(f"{given.runs} runs of {calls} calls in {len(calm)} journeys, seed {given.seed}")
        outcomes = []
        for run in chosen(calm, given.runs, given.seed):
            outcomes.append(outcome := sampler.run(run))
            said = "; ".join(outcome.wrong) or ("a mail again, in its window" if outcome.again else "as undisturbed")
            print(f"{run}  {outcome.seconds:.1f} s  {'' if outcome.hit else 'NOT MET, '}{said}", flush=True)
    finally:
        rig.stop()
    print()
    for how in sorted({outcome.run.fault.how for outcome in outcomes}):
        of = [outcome for outcome in outcomes if outcome.run.fault.how == how]
        counted = Counter("wrong" if o.wrong else "again" if o.again else "same" for o in of)
        print(
            f"{how:13} {len(of):3} runs, {counted['same']:3} as undisturbed, {counted['again']} with a mail again,"
            f" {counted['wrong']} violations"
        )
    missed = sum(not outcome.hit for outcome in outcomes)
    print(f"violations: {sum(bool(o.wrong) for o in outcomes)}; calls that were not met: {missed}")
    if missed or any(outcome.wrong for outcome in outcomes):
        sys.exit(1)


if __name__ == "__main__":
    main()
