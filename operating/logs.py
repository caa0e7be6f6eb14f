"""What the functions logged: of an order, of a request, or of what failed.

    python -m operating.logs BRSJ-V48J-X              an order, by its number
    python -m operating.logs JKJaXmPLvHcESHA=         a request, a message or an event, by its correlation id
    python -m operating.logs --faults                 what failed, and how often

--hours N looks back further than a day. With --stack NAME on a stack in your AWS account. For questions of your own
CloudWatch Logs Insights has the stack's saved queries.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from operating.stack import Clients, add_stack, connect
from order_processing import order_number
from order_processing.order_number import OrderNumberError

# What every line says and nobody who looks for an order needs.
_EVERYWHERE = {
    *("level", "location", "message", "timestamp", "service", "cold_start", "sampling_rate", "xray_trace_id"),
    *("function_name", "function_memory_size", "function_arn", "function_request_id"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit code is 1 when nothing was logged."""
    parser = argparse.ArgumentParser(
        prog="python -m operating.logs", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_stack(parser)
    parser.add_argument("about", nargs="?", help="an order's number, or a correlation id")
    parser.add_argument("--faults", action="store_true", help="what failed, the most frequent first")
    parser.add_argument("--hours", type=int, default=24, help="how far back (24)")
    given = parser.parse_args(arguments)
    if bool(given.about) == given.faults:
        parser.error("say what about: an order's number, a correlation id, or --faults")
    clients, outputs = connect(given.stack)
    since = datetime.now(UTC) - timedelta(hours=given.hours)
    # AWS sees no order number with hyphens in a log.
    wanted = "ERROR" if given.faults else _id(given.about)
    lines = sorted(lines_with(wanted, clients, outputs["FunctionLogs"], since), key=lambda line: str(line["timestamp"]))
    said = list(_faults(lines) if given.faults else map(shown, lines))
    for text in said:
        print(text)
    if not said:
        print(f"nothing was logged in the last {given.hours} hours", file=sys.stderr)
    return 0 if said else 1


def lines_with(wanted: str, clients: Clients, group: str, since: datetime) -> Iterator[dict[str, Any]]:
    """The functions' structured lines that hold a word."""
    pages = clients("logs").get_paginator("filter_log_events")
    asked = {"logGroupName": group, "filterPattern": json.dumps(wanted), "startTime": int(since.timestamp() * 1000)}
    for page in pages.paginate(**asked):
        for event in page["events"]:
            try:
                line = json.loads(event["message"])
            except ValueError:
                continue
            if isinstance(line, dict) and "timestamp" in line and "message" in line:
                yield line


def shown(line: dict[str, Any]) -> str:
    """A line as people read it."""
    more = " ".join(f"{name}={value}" for name, value in line.items() if name not in _EVERYWHERE)
    function = str(line.get("function_name", "")).split("-")
    return f"{line['timestamp'][:23]} {line.get('level', ''):<7} {function[-2] if len(function) > 1 else ''}: " + (
        f"{line['message']} {more}".strip()
    )


def _faults(lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    faults = Counter(f"{line['message']}: {line.get('fault', line.get('code', ''))}" for line in lines)
    for fault, times in faults.most_common():
        yield f"{times:>6}  {fault}"


def _id(about: str) -> str:
    try:
        return order_number.parse(about)
    except OrderNumberError:
        return about


if __name__ == "__main__":
    sys.exit(main())
