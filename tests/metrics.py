"""Reads what functions counted, as CloudWatch would: from the lines that they print."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

Dimensions = frozenset[tuple[str, str]]


class Datum(NamedTuple):
    """A metric's values, by the dimensions under which CloudWatch keeps them."""

    namespace: str
    name: str
    unit: str
    dimensions: Dimensions
    values: tuple[float, ...]


def measured(printed: str) -> list[Datum]:
    """Every metric in what was printed, once for each set of dimensions (Embedded Metric Format, CloudWatch guide)."""
    return [datum for line in printed.splitlines() for datum in _of(line)]


def total(printed: str, name: str, **dimensions: str) -> float:
    """The sum of a metric under `service` and these dimensions."""
    wanted = frozenset({"service": "order-processing", **dimensions}.items())
    return sum(sum(d.values) for d in measured(printed) if (d.name, d.dimensions) == (name, wanted))


def _of(line: str) -> list[Datum]:
    if '"_aws"' not in line:
        return []
    said: Mapping[str, Any] = json.loads(line)
    return [
        Datum(
            directive["Namespace"],
            metric["Name"],
            metric.get("Unit", "None"),
            frozenset((name, said[name]) for name in names),
            tuple(said[metric["Name"]]),
        )
        for directive in said["_aws"]["CloudWatchMetrics"]
        for names in directive["Dimensions"]
        for metric in directive["Metrics"]
    ]
