"""Transactions of DynamoDB: conflicts tried again, refusals told apart."""

from __future__ import annotations

import random
import time as clock
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Write = dict[str, Any]
MOST_WRITES = 100
_TRIES = 10
_LONGEST_PAUSE = 1.0


class Refused(RuntimeError):
    """A transaction whose conditions did not all hold; nothing of it was written. places: which of its writes."""

    def __init__(self, places: Sequence[int]) -> None:
        super().__init__(f"conditions of writes {list(places)} did not hold")
        self.places = tuple(places)


def write_all(client: DynamoDBClient, writes: Sequence[Write]) -> None:
    """Write all or nothing. Raises Refused when a condition does not hold.

    A conflict with another transaction is tried again after a pause of random length, which grows.
    """
    items: Any = list(writes)
    for attempt in range(_TRIES):
        try:
            client.transact_write_items(TransactItems=items)
            return
        except client.exceptions.TransactionCanceledException as error:
            codes = [reason.get("Code", "None") for reason in error.response["CancellationReasons"]]
            refused = [place for place, code in enumerate(codes) if code == "ConditionalCheckFailed"]
            if refused:
                raise Refused(refused) from error
            passing = {"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
            if not passing.issuperset(codes) or attempt == _TRIES - 1:
                raise
        pause(attempt)


def pause(attempt: int) -> None:
    """Wait a random time that may be longer with each attempt, so that those who collided spread out."""
    clock.sleep(random.uniform(0, min(_LONGEST_PAUSE, 0.02 * 2**attempt)))  # noqa: S311 - jitter, not a secret
