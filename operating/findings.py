"""What the sweeps have found: orders and books that are not as they should be.

    python -m operating.findings                      what is open, what needs a person first; exit code 1 when any does
    python -m operating.findings --closed 2026-11-25  what was closed on a day (UTC)
    python -m operating.findings --now                let the sweeps run now, and the audit begin; then what is open

With --stack NAME on a stack in your AWS account. docs/sweeps.md says what each kind is and what to do.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from operating.stack import Clients, add_stack, connect
from order_processing.adapters.findings import DynamoFindings
from order_processing.findings import Finding

SWEEPS = ("SweepOrdersFunction",)
AUDITS = ("AuditBooksFunction",)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m operating.findings", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_stack(parser)
    parser.add_argument("--closed", metavar="DAY", help="what was closed on a day")
    parser.add_argument("--now", action="store_true", help="let the sweeps run now")
    given = parser.parse_args(arguments)
    clients, outputs = connect(given.stack)
    findings = DynamoFindings(clients("dynamodb"), outputs["FindingsTable"])
    if given.now:
        for name in SWEEPS:
            print(f"{name}: {swept(clients, outputs[name])}", file=sys.stderr)
        for name in AUDITS:
            clients("lambda").invoke(FunctionName=outputs[name], InvocationType="Event", Payload=b"{}")
            print(f"{name}: started; what it finds is shown when it has come to its end", file=sys.stderr)
    found = findings.closed(given.closed) if given.closed else findings.open()
    for line in told(found):
        print(line)
    left = sum(finding.needs_person for finding in found)
    print(f"{len(found)} findings, {left} of them need a person", file=sys.stderr)
    return 1 if left else 0


def swept(clients: Clients, function: str) -> dict[str, Any]:
    """Run a sweep, and what it says."""
    answer = clients("lambda").invoke(FunctionName=function, Payload=b"{}")
    said: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise RuntimeError(f"{function} failed: {said.get('errorType')}: {said.get('errorMessage')}")
    return said


def told(findings: Sequence[Finding]) -> Iterator[str]:
    """Each finding in one line."""
    for one in findings:
        what = "; ".join(text for text in (one.done and f"{one.done} {one.times}x", one.advice) if text)
        yield f"{one.since:%Y-%m-%d %H:%M}  {one.kind:22}  {one.subject}  {what}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
