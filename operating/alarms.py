"""Which alarms ring, since when, and where to read on.

    python -m operating.alarms           those that ring; the exit code says whether there are any
    python -m operating.alarms --all     every one, with its state

With --stack NAME on a stack in your AWS account.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from local.deploy import STACK
from operating.stack import Clients, add_stack, connect


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code is 1 when an alarm rings."""
    parser = argparse.ArgumentParser(
        prog="python -m operating.alarms", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_stack(parser)
    parser.add_argument("--all", action="store_true", help="those that do not ring too")
    given = parser.parse_args(arguments)
    clients, _ = connect(given.stack)
    found = list(alarms(clients, given.stack or STACK))
    ringing = [alarm for _, alarm in found if alarm["StateValue"] == "ALARM"]
    for name, alarm in found:
        if given.all or alarm["StateValue"] == "ALARM":
            since = f"{alarm['StateUpdatedTimestamp']:%Y-%m-%d %H:%M} UTC"
            print(f"{alarm['StateValue']:<17} {name}  since {since}\n    {alarm['AlarmDescription']}")
    if not ringing:
        print(f"none of {len(found)} alarms rings")
    return 1 if ringing else 0


def alarms(clients: Clients, stack: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The stack's alarms, by their names in the template."""
    # CloudFormation makes a name of the stack's, the resource's and a random part.
    name = re.compile(rf"{re.escape(stack)}-(\w+Alarm)-\w+")
    pages = clients("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{stack}-")
    for page in pages:
        for alarm in page["MetricAlarms"]:
            if named := name.fullmatch(alarm["AlarmName"]):
                yield named[1], alarm


if __name__ == "__main__":
    sys.exit(main())
