"""Executions that have failed, by cause, with what to do; and redriving them.

    python -m operating.failures list
    python -m operating.failures redrive BRSJ-V48J-X       one order's
    python -m operating.failures redrive --cause 3f0c...    all of one cause, as `list` names it

With --stack NAME on a stack in your AWS account.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count

from operating.stack import add_stack, connect
from order_processing import order_number
from order_processing.adapters.failed_executions import StepFunctionsFailures
from order_processing.adapters.order_lists import OrderLists
from order_processing.failures import FailedExecutions, Failure, by_cause, still_matters
from order_processing.order_number import OrderNumberError, display


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code is 1 when there was nothing to redrive."""
    given = _parser().parse_args(arguments)
    clients, outputs = connect(given.stack)
    machines = {"order": outputs["StateMachineArn"], "ending": outputs["EndingArn"]}
    failed = StepFunctionsFailures(clients("stepfunctions"), machines)  # type: ignore[arg-type]
    lists = OrderLists(clients("dynamodb"), outputs["OrdersTable"])
    now = datetime.now(UTC)
    failures = matters(failed, lists, now)
    if given.command == "list":
        for line in listed(failures):
            print(line)
        return 0
    try:
        order_id = order_number.parse(given.order) if given.order else ""
    except OrderNumberError as error:
        print(error, file=sys.stderr)
        return 2
    wanted = [
        each
        for each in failures
        if each.redrivable(now) and (each.order_id == order_id or (given.cause and each.kind == given.cause))
    ]
    failed.redrive(wanted, f"{now:%Y%m%dT%H%M%S%f}")
    for failure in wanted:
        print(f"{display(failure.order_id)} goes on")
    if not wanted:
        print("nothing to redrive: not failed, redriven already, or failed more than 14 days ago", file=sys.stderr)
    return 0 if wanted else 1


def matters(failed: FailedExecutions, lists: OrderLists, now: datetime) -> list[Failure]:
    """What has failed and must be seen to."""
    failures: list[Failure] = []
    for page in count():
        found = failed.failed(page)
        failures += found.failures
        if not found.more:
            break
    ids = list(dict.fromkeys(failure.order_id for failure in failures))
    states = {}
    for start in range(0, len(ids), 100):
        states |= lists.states(ids[start : start + 100])
    return [each for each in failures if still_matters(each, states.get(each.order_id, (None, False))[0], now)]


def listed(failures: Sequence[Failure]) -> Iterator[str]:
    """The failures by cause, a line each."""
    for cause in by_cause(failures):
        yield f"{cause.kind}  {cause.advice.title} ({len(cause.failures)})"
        yield f"    what to do: {cause.advice.todo}"
        for failure in cause.failures:
            yield f"    {display(failure.order_id)}  {failure.at:%Y-%m-%d %H:%M} UTC  {failure.error}: {failure.told}"
    if not failures:
        yield "nothing has failed"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m operating.failures", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_stack(parser)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="what has failed, by cause")
    redrive = commands.add_parser("redrive", help="let executions go on where they failed")
    redrive.add_argument("order", nargs="?", default="", help="an order's number")
    redrive.add_argument("--cause", default="", help="as `list` names it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
