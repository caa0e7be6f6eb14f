"""Deliveries that could not be read: list them, look at one, read them again after what was wrong was put right.

    python -m operating.quarantine list
    python -m operating.quarantine show ID         its body, as it came
    python -m operating.quarantine replay [ID ...] read again; without an id, everything
    python -m operating.quarantine drop ID ...     take off the list what is not wanted

With --stack NAME on a stack in your AWS account. A delivery that is read becomes its order, once, however often
it is replayed; one that still cannot be read stays where it is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from operating.stack import Clients, add_stack, connect
from order_processing.adapters.store_deliveries import StoreDeliveries
from order_processing.deliveries import Taken
from order_processing.fetching import FETCHED, take_fetched

_OUTPUTS = {
    "ORDERS_TABLE": "OrdersTable",
    "INVENTORY_TABLE": "InventoryTable",
    "ACCOUNTS_TABLE": "AccountsTable",
    "STATE_MACHINE_ARN": "StateMachineArn",
    "ENDING_ARN": "EndingArn",
    "DOCUMENTS_BUCKET": "DocumentsBucket",
    "FETCH_QUEUE": "FetchQueue",
}


class Replay:
    """What an operator does with the quarantine of one stack."""

    def __init__(self, clients: Clients, outputs: dict[str, str]) -> None:
        stores = StoreDeliveries(clients, {name: outputs[output] for name, output in _OUTPUTS.items()})
        self.quarantine, self._deliveries = stores.quarantine, stores.deliveries

    def replay(self, wanted: Sequence[str]) -> list[tuple[str, Taken]]:
        """Read these again, or everything; what could be read is off the list."""
        done = []
        for aside in list(self.quarantine.waiting()):
            if wanted and aside.id not in wanted:
                continue
            raw, now = self.quarantine.body(aside.id), datetime.now(UTC)
            if aside.headers.get("content-type") == FETCHED:
                taken = take_fetched(aside.source, raw, deliveries=self._deliveries, now=now)
            else:
                taken = self._deliveries.receive(aside.source, aside.headers, raw, now)
            if not taken.quarantined:
                self.quarantine.remove(aside.id)
            done.append((aside.id, taken))
        return done


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code says whether all that was asked for was done."""
    parser = argparse.ArgumentParser(
        prog="python -m operating.quarantine", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_stack(parser)
    parser.add_argument("what", choices=["list", "show", "replay", "drop"])
    parser.add_argument("ids", nargs="*", metavar="ID")
    given = parser.parse_args(arguments)
    work = Replay(*connect(given.stack))
    known = {aside.id: aside for aside in work.quarantine.waiting()}
    unknown = [name for name in given.ids if name not in known]
    if unknown or (given.what in ("show", "drop") and not given.ids):
        parser.error(f"{', '.join(unknown) or 'no ID'}: expected the id of a delivery in quarantine; see `list`")
    if given.what == "list":
        for aside in sorted(known.values(), key=lambda aside: aside.received_at):
            print(f"{aside.id}  {aside.received_at:%Y-%m-%d %H:%M}  {aside.source}  {aside.size} bytes  {aside.reason}")
        print(f"{len(known)} deliveries in quarantine")
    if given.what == "show":
        for name in given.ids:
            sys.stdout.buffer.write(work.quarantine.body(name) + b"\n")
    if given.what == "drop":
        for name in given.ids:
            work.quarantine.remove(name)
            print(f"{name}  off the list")
    if given.what != "replay":
        return 0
    failed = 0
    for name, taken in work.replay(given.ids):
        failed += bool(taken.quarantined)
        print(f"{name}  {_became(taken)}")
    return 1 if failed else 0


def _became(taken: Taken) -> str:
    if taken.order_id:
        return f"order {taken.order_id}, {'new' if taken.new else 'known already'}"
    return f"still unreadable: {taken.reason}" if taken.quarantined else taken.reason


if __name__ == "__main__":
    sys.exit(main())
