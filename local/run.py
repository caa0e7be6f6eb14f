"""`make run`: starts the local stack, deploys the real template, sends orders through it, tells what became of them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import seeding
from local.account import ExecutionFailed, account_of, settled
from local.build import BuildError, build
from local.deploy import DeployError
from local.emulator import DEFAULT_HOME, DEFAULT_PORT, EmulatorError
from local.place_orders import NotTaken, place_orders
from local.places import LOCAL
from local.stack import LocalStack
from order_processing.catalogue_files import CatalogueFileError

ORDERS = LOCAL / "orders"
ORDER_TROUBLE = (NotTaken, ExecutionFailed, TimeoutError)


def main() -> None:
    """See the module's text. PORT: where the emulator listens."""
    try:
        run(int(os.environ.get("PORT") or DEFAULT_PORT))
    except (EmulatorError, BuildError, DeployError, CatalogueFileError, *ORDER_TROUBLE) as error:
        sys.exit(f"\n{error}")


def run(port: int | None, home: Path = DEFAULT_HOME) -> None:
    """Starts afresh: whatever a local stack held before is gone."""
    started = time.monotonic()
    with _step("build the functions and layers"):
        build()
    with _step("start the emulator"):
        stack = LocalStack.start(home, port)
    with _step("deploy the template"):
        stack.deploy()
    with _step("load the seed data"):
        seeding.load(stack)
    tell_orders(stack)
    print(f"\nDone in {time.monotonic() - started:.0f} s. The stack keeps running:")
    print(_where_next(stack))


def tell_orders(stack: LocalStack) -> None:
    """Sends the orders, one after the other, and prints what became of each."""
    for sent in place_orders(stack):
        order = settled(stack, sent.order_id)
        print("\n" + account_of(stack, sent, order, ORDERS / sent.order_id), flush=True)


def _where_next(stack: LocalStack) -> str:
    return "\n".join(
        [
            f"  the API          {stack.outputs['ApiUrl']}",
            "  its secrets      local/senders.py (API key, staff key, webhook secrets)",
            f"  the emulator     {stack.emulator.url} (log: {os.path.relpath(stack.emulator.log)})",
            f"  sent e-mails     {stack.emulator.url}/_ministack/ses/messages",
            "  make orders      sends the orders again, as new ones",
            "  make view        shows tables, executions and documents in a browser",
            "  make stop        stops it",
        ]
    )


@contextmanager
def _step(what: str) -> Iterator[None]:
    print(f"{what} ...", end=" ", flush=True)
    begun = time.monotonic()
    yield
    print(f"{time.monotonic() - begun:.1f} s", flush=True)


def send_again() -> None:
    """`make orders`: the orders again, into the stack that runs."""
    stack = LocalStack.running()
    if stack is None:
        sys.exit("No local stack is running: start it with `make run`.")
    try:
        tell_orders(stack)
    except ORDER_TROUBLE as error:
        sys.exit(f"\n{error}")


if __name__ == "__main__":
    send_again() if sys.argv[1:] == ["orders"] else main()
