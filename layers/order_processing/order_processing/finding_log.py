"""How operations hear of what a sweep found: a line for each finding, and a count for each new one."""

from __future__ import annotations

from collections.abc import Iterable

from order_processing.findings import Finding
from order_processing.observe import count, logger


def tell(found: Iterable[Finding]) -> None:
    """Log each finding; the alarm counts those that were not there before."""
    for finding in found:
        told = {"finding": finding.kind, "subject": finding.subject, "done": finding.done, "advice": finding.advice}
        logger.warning("not as it should be", extra=told)
        if finding.times == 1:
            count("SweeperFinding", kind=finding.kind)
