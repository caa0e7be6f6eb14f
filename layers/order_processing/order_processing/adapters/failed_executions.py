"""Failed executions by Step Functions' own lists, and the redrives in the orders table.

Partition `redrives`: sort key, a redrive's id, which begins with its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, count, islice
from typing import TYPE_CHECKING, Any, TypeVar, cast

from order_processing.adapters.attributes import document, read_document, text
from order_processing.adapters.executions import execution_name
from order_processing.adapters.order_items import key
from order_processing.adapters.runs import ANEW
from order_processing.failures import Failed, Failure, Machine, Progress, Redrive, execution_arn, told_in

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_stepfunctions import SFNClient

_STATUSES = ("FAILED", "TIMED_OUT", "ABORTED")
_AT_ONCE = 8
_MOST = 200
"""Executions on a page, for each machine and status: each costs a call, of which AWS allows 15 a second."""
T = TypeVar("T")
R = TypeVar("R")


class StepFunctionsFailures:
    """The port `FailedExecutions`. machines: the ARNs of the state machines, by what they are for."""

    def __init__(self, client: SFNClient, machines: dict[Machine, str]) -> None:
        self._client = client
        self._machines = machines

    def failed(self, page: int = 0, /) -> Failed:
        listed: list[tuple[Machine, Any]] = []
        start, more = page * _MOST, False
        for machine, arn in self._machines.items():
            for status in _STATUSES:
                pages: Any = self._client.get_paginator("list_executions").paginate(
                    stateMachineArn=arn, statusFilter=cast(Any, status), PaginationConfig={"PageSize": 100}
                )
                found = list(islice((each for some in pages for each in some["executions"]), start, start + _MOST + 1))
                more = more or len(found) > _MOST
                listed += [(machine, each) for each in found[:_MOST]]
        failures = _at_once(lambda each: self._failure(*each), listed)
        return Failed(failures=tuple(failure for failure in failures if failure), more=more)

    def redrive(self, failures: Iterable[Failure], token: str) -> None:
        _at_once(lambda failure: self._redrive(failure, token), list(failures))

    def progress(self, failures: Iterable[Failure]) -> list[Progress]:
        return _at_once(self._progress, list(failures))

    def of_order(self, order_id: str, run: int) -> tuple[str, Progress] | None:
        """The ARN of the order's last execution, and where it stands; None where there is none.

        run: the how-manieth; where that was started anew, the newest counts.
        """
        first, found = execution_name(order_id, run), None
        for name in chain([first], (f"{first}{ANEW}{number}" for number in count(1))):
            arn = execution_arn(self._machines["order"], name)
            try:
                told = self._client.describe_execution(executionArn=arn)
            except self._client.exceptions.ExecutionDoesNotExist:
                return found
            found = arn, _progress(told)
            if told["status"] not in _STATUSES:
                return found
        raise AssertionError("count() does not end")

    def _failure(self, machine: Machine, listed: Any) -> Failure | None:
        told = self._client.describe_execution(executionArn=listed["executionArn"])
        if told["status"] not in _STATUSES:  # redriven meanwhile
            return None
        return Failure(
            arn=listed["executionArn"],
            machine=machine,
            order_id=listed["name"].partition("-")[0],
            at=told["stopDate"],
            error=told.get("error", told["status"]),
            told=told_in(told.get("cause", "")) or _WITHOUT_CAUSE[told["status"]],
            redrives=told.get("redriveCount", 0),
        )

    def _redrive(self, failure: Failure, token: str) -> None:
        errors = self._client.exceptions
        try:
            self._client.redrive_execution(executionArn=failure.arn, clientToken=token)
        except (errors.ExecutionNotRedrivable, errors.ExecutionDoesNotExist, errors.ExecutionLimitExceeded):
            return

    def _progress(self, failure: Failure) -> Progress:
        try:
            told = self._client.describe_execution(executionArn=failure.arn)
        except self._client.exceptions.ExecutionDoesNotExist:
            return Progress(status="GONE")
        return _progress(told)


class DynamoRedrives:
    """The port `Redrives`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def keep(self, redrive: Redrive) -> None:
        item = {**key(_REDRIVES, redrive.id), "document": document(redrive)}
        self._client.put_item(TableName=self._table, Item=item)

    def find(self, redrive_id: str) -> Redrive | None:
        found: Any = self._client.query(
            TableName=self._table,
            KeyConditionExpression="order_id = :list AND part = :id",
            ExpressionAttributeValues={":list": text(_REDRIVES), ":id": text(redrive_id)},
            ConsistentRead=True,
        )
        return read_document(found["Items"][0]["document"], Redrive) if found["Items"] else None

    def latest(self) -> list[Redrive]:
        found: Any = self._client.query(
            TableName=self._table,
            KeyConditionExpression="order_id = :list",
            ExpressionAttributeValues={":list": text(_REDRIVES)},
            ScanIndexForward=False,
            Limit=10,
        )
        return [read_document(item["document"], Redrive) for item in found["Items"]]


def _progress(told: Any) -> Progress:
    return Progress(
        status=told["status"],
        redrives=told.get("redriveCount", 0),
        error=told.get("error") or "",
        told=told_in(told.get("cause") or ""),
    )


def _at_once(work: Callable[[T], R], things: list[T]) -> list[R]:
    if len(things) < 2:
        return [work(thing) for thing in things]
    with ThreadPoolExecutor(min(_AT_ONCE, len(things))) as workers:
        return list(workers.map(work, things))


_REDRIVES = "redrives"
_WITHOUT_CAUSE = {"FAILED": "no cause", "TIMED_OUT": "timed out", "ABORTED": "stopped by hand"}
