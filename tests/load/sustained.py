"""Orders at a sustained rate, then in a burst, then while AWS refuses a part of all calls: `make load`.

They go through the public API of a fresh local stack whose functions reach AWS through a proxy. Who is refused for now
asks again, as front ends do. Afterwards everything is counted: what was accepted is stored, run, told of, recorded and
held once each, no piece is gone, and events came of each. Ends with status 1 unless that is so. Times and rates are
this machine's, not AWS's: all functions, the emulator and the senders share its cores.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from order_processing.inventory import StockCount
from tests.load.counted import Counted, count_all
from tests.load.rush import add_product, shop_on
from tests.load.senders import Answered, Phase, send_phase, table
from tests.proxy.plan import Squeeze
from tests.proxy.rig import Rig
from tests.stack.test_events_out import Listener

HOME = Path(__file__).parents[2] / ".local" / "load"
SQUEEZED = frozenset({"dynamodb", "states"})
SHARE = 0.2
PIECES = 100_000


class Load:
    """A rig with stock for the load's orders, and who listens to their events. refused: how many calls AWS refused."""

    def __init__(self, rig: Rig, sku: str) -> None:
        self.rig, self.sku, self.refused = rig, sku, 0
        shop = shop_on(rig.stack)
        add_product(shop, sku)
        shop.inventory.count(StockCount(document=sku, sku=sku, location="louisville", on_hand=PIECES, buckets=8))
        self._listener = Listener(rig.stack, f"load-{sku.lower()}")

    def run(self, phases: list[Phase]) -> list[Answered]:
        """Send each phase's orders; every order's answers."""
        answered: list[Answered] = []
        for phase in phases:
            squeeze = Squeeze(SQUEEZED, SHARE, phase.squeezed, seed=1) if phase.squeezed else None
            self.rig.proxy.plan = squeeze
            answered += send_phase(self.rig.stack, phase, self.sku)
            if squeeze:
                self.refused += squeeze.refused.total()
                print(f"{phase.name}: of {dict(squeeze.asked)} calls {dict(squeeze.refused)} were refused as too many")
        self.rig.proxy.plan = None
        return answered

    def counted(self, answered: list[Answered], *, seconds: float) -> Counted:
        """Everything that came of the accepted orders, once nothing more happens by itself."""
        return count_all(self.rig.stack, answered, self.sku, self._listener, pieces=PIECES, seconds=seconds)


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.sustained", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="how long the sustained rate lasts")
    parser.add_argument("--rate", type=float, default=2, help="orders a second")
    parser.add_argument("--burst", type=int, default=60, help="orders at once")
    parser.add_argument("--squeezed", type=float, default=10, help="seconds in which AWS refuses a fifth of the calls")
    given = parser.parse_args()
    rig = Rig.start(HOME, wait_scale=1.0)
    try:
        load = Load(rig, "LOADED")
        phases = [
            Phase("first", 2, 1.0),  # functions get their processes
            Phase("sustained", int(given.rate * given.seconds), given.rate),
            Phase("burst", given.burst, 0),
            Phase("squeezed", int(given.rate * given.squeezed), given.rate, squeezed=given.squeezed),
        ]
        began = time.monotonic()
        answered = load.run(phases)
        counted = load.counted(answered, seconds=900)
        print(f"{len(answered)} orders, all settled {time.monotonic() - began:.0f} s after the first was sent")
        print(table(answered, counted.ready_after))
        print(counted)
    finally:
        rig.stop()
    if counted.wrong:
        sys.exit("NOT SO: " + "; ".join(counted.wrong))
    print("accepted = stored = run = settled = told = recorded = held, each once; times are this machine's")


if __name__ == "__main__":
    main()
