"""Sends a CSV file of counts, planned supply or receipts to a stack, a few hundred lines at a time.

    python -m operating.inventory_import counts counts.csv                    to the running local stack
    INVENTORY_KEY=... python -m operating.inventory_import receipts today.csv --url https://orders.example.com

Each document counts once, so a run that was interrupted is simply started again. What is refused is told by its line;
the rest is taken. Ends with status 1 when anything was refused. docs/inventory.md describes the files.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from local.senders import INVENTORY_KEY
from local.stack import LocalStack
from order_processing.inventory_files import KINDS

AT_A_TIME = 200
Send = Callable[[str, bytes], tuple[int, dict[str, Any]]]


class Refused(RuntimeError):
    """The API took nothing of a part of the file; the message says why."""


def import_file(kind: str, text: str, send: Send, *, say: Callable[[str], None]) -> bool:
    """Send a file part by part; whether all of it was taken. say: is told how far it is, and what was refused."""
    total = sum(len(lines) for lines, _ in parts(text))
    sent, outcomes = 0, Counter[str]()
    for lines, part in parts(text):
        status, answer = send(kind, part)
        if "results" not in answer:
            told = answer.get("errors") or [{"path": "", "message": answer.get("detail", status)}]
            raise Refused("\n".join(_placed(error, lines) for error in told))
        for result in answer["results"]:
            outcomes[result["outcome"]] += 1
            line = lines[result["row"] - 1]
            if result["outcome"] == "refused":
                say(f"line {line}: {result['document']}, {result['sku']}: {result['problem']}")
            if result.get("short"):
                say(
                    f"line {line}: {result['document']}, {result['sku']}: {result['short']} promised pieces are missing"
                )
        sent += len(lines)
        say(f"{sent} of {total}: " + ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())))
    return not outcomes["refused"]


def parts(text: str) -> Iterator[tuple[list[int], bytes]]:
    """(the lines' numbers in the file, a CSV file of just these lines), one after the other."""
    header = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if header.count(";") > header.count(",") else ",")
    names = next(rows, [])
    lines: list[int] = []
    some: list[list[str]] = []
    for row in rows:
        if row:
            lines.append(rows.line_num)
            some.append(row)
        if len(some) == AT_A_TIME:
            yield lines, _csv([names, *some])
            lines, some = [], []
    if some:
        yield lines, _csv([names, *some])


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _placed(error: dict[str, str], lines: list[int]) -> str:
    """A mistake by its line in the whole file."""
    place = error["path"]
    if place.startswith("line "):
        number, comma, field = place.removeprefix("line ").partition(",")
        line = lines[int(number) - 2] if number.isdigit() and 2 <= int(number) < len(lines) + 2 else number
        place = f"line {line}{comma}{field}"
    return f"{place}: {error['message']}" if place else str(error["message"])


def sender(url: str, key: str) -> Send:
    """Sends parts to the API under an address."""

    def send(kind: str, part: bytes) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "text/csv"}
        request = urllib.request.Request(f"{url}/inventory/{kind}", data=part, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    return send


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(
        prog="python -m operating.inventory_import", description="Send a CSV file to a stack."
    )
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("file", type=Path)
    parser.add_argument("--url", help="the API's address; its key is read from INVENTORY_KEY")
    given = parser.parse_args()
    if given.url:
        if not given.url.startswith("https://"):
            parser.error(f"--url: {given.url!r}, expected an address that begins with https://")
        key = os.environ.get("INVENTORY_KEY") or sys.exit(
            "INVENTORY_KEY: missing; expected a key with the inventory right"
        )
        send = sender(given.url.rstrip("/"), key)
    elif stack := LocalStack.running():
        send = _to(stack)
    else:
        sys.exit("No local stack is running: start it with `make run`, or name an API with --url.")
    try:
        taken = import_file(given.kind, given.file.read_text(encoding="utf-8-sig"), send, say=print)
    except Refused as refused:
        sys.exit(str(refused))
    sys.exit(0 if taken else 1)


def _to(stack: LocalStack) -> Send:
    def send(kind: str, part: bytes) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {INVENTORY_KEY}", "Content-Type": "text/csv"}
        answer = stack.request("POST", f"/inventory/{kind}", headers, part)
        return answer.status, answer.json()

    return send


if __name__ == "__main__":
    main()
