"""What an order costs published peers, counted from their source: `peer.json` says of each step why."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Peer:
    """A peer's bill by step, and what is to be known of the numbers."""

    title: str
    bill: dict[str, Counter[str]]
    notes: str


def peers() -> list[Peer]:
    """As `peer.json` counts them. Time and log of their invocations are assumed, since their source cannot tell."""
    told = json.loads(Path(__file__).with_name("peer.json").read_text(encoding="utf-8"))
    return [_peer(each, told["assumed"]) for each in told["peers"]]


def _peer(told: dict[str, Any], assumed: dict[str, float]) -> Peer:
    bill: dict[str, Counter[str]] = {}
    for step, counted in told["steps"].items():
        used: Counter[str] = Counter({what: count for what, count in counted.items() if what != "why"})
        seconds = used["invocations"] * assumed["invocation_ms"] / 1000
        used["GB-seconds"] = assumed["memory_mb"] / 1024 * seconds  # type: ignore[assignment]
        used["log bytes"] = int(used["invocations"] * assumed["log_bytes_an_invocation"])
        bill[step] = used
    return Peer(
        title=f"{told['name']} at {told['commit'][:7]}",
        bill=bill,
        notes=f"  {told['how']}\n  It {told['does']}.\n  Assumed of each invocation: {assumed['invocation_ms']} ms with"
        f" {assumed['memory_mb']} MB, {assumed['log_bytes_an_invocation']} bytes of log.",
    )
