"""The faults, where they can stand, and what befalls one invocation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

READS = frozenset("GetItem Query BatchGetItem GetSecretValue DescribeExecution Scan GetObject".split())
BATCHES = {"BatchGetItem": "UnprocessedKeys", "BatchWriteItem": "UnprocessedItems"}
THROTTLED_CODES = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "sesv2": "TooManyRequestsException",
    "s3": "SlowDown",
}

CUT_BEFORE, CUT_AFTER = "cut before", "cut after"
THROTTLED, TIMEOUT, LOST_ONCE, LOST = "throttled", "timeout", "answer lost once", "answer lost"
STALE, CONFLICT, PARTLY = "stale read", "conflict", "partly"
AT_ONCE = "both at once"
FOR_THE_SDK = frozenset({THROTTLED, TIMEOUT, LOST_ONCE, LOST, CONFLICT})
"""What the SDK sees, and may try again."""


class Cut(BaseException):
    """The process ends here; nothing that handles errors sees it."""


@dataclass(frozen=True)
class Call:
    """One call of an invocation, for choosing faults. eventual: a read that may see an older state."""

    service: str
    operation: str
    eventual: bool = False

    @property
    def reads(self) -> bool:
        return self.operation in READS

    def kinds(self) -> list[str]:
        """The faults that make a difference here: what a read has not changed cannot be half done."""
        found = [CUT_BEFORE, THROTTLED, TIMEOUT]
        if not self.reads:
            found += [CUT_AFTER, LOST_ONCE, LOST]
        if self.eventual:
            found.append(STALE)
        if self.operation == "TransactWriteItems":
            found.append(CONFLICT)
        if self.operation in BATCHES:
            found.append(PARTLY)
        return found


@dataclass
class Plan:
    """What befalls one invocation: a fault at some of its calls.

    between: what runs wholly before a call, by the name of the fault.
    """

    faults: dict[int, str] = field(default_factory=dict)
    between: dict[str, Callable[[], Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    dead: bool = False
    copied: bool = False
    attempt: int = 0
    done: bool = False
    sent: list[tuple[str, str]] = field(default_factory=list)

    @property
    def fault(self) -> str:
        return self.faults.get(len(self.calls) - 1, "")
