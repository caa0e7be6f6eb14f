"""Executions of orders as the sweep sees and mends them, in Step Functions.

An order's execution is named by its id (and a number, where its store opened it again), and there is one. Where that
can neither go on nor be redriven any more, the order is started anew under `<name>-anew-<n>`; the last of these is then
the order's execution.
"""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from order_processing.adapters.executions import ending_name, execution_name
from order_processing.decisions import NotStarted
from order_processing.failures import execution_arn
from order_processing.sweeping import NO_RUN, Run

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

ANEW = "-anew-"
_STATES = {"RUNNING": "running", "PENDING_REDRIVE": "running", "SUCCEEDED": "succeeded"}


class StepFunctionsRuns:
    """The port `Runs`. ending_arn: the state machine that finishes early ends."""

    def __init__(self, client: SFNClient, state_machine_arn: str, ending_arn: str) -> None:
        self._client = client
        self._machine = state_machine_arn
        self._ending = ending_arn

    def of(self, order_id: str, run: int) -> Run:
        """See `Runs`."""
        return self._last(order_id, run)[1]

    def ending_of(self, order_id: str, ending: str, run: int) -> Run:
        """See `Runs`."""
        return self._run(execution_arn(self._ending, ending_name(order_id, ending, run)))

    def redrive(self, order_id: str, run: int) -> None:
        """See `Runs`."""
        self._redrive(execution_arn(self._machine, self._last(order_id, run)[0]))

    def redrive_ending(self, order_id: str, ending: str, run: int) -> None:
        """See `Runs`."""
        self._redrive(execution_arn(self._ending, ending_name(order_id, ending, run)))

    def deliver(self, token: str, decision: str) -> bool:
        """See `Runs`. A token that is years old, or of another machine, is one that nobody waits with."""
        gone = self._client.exceptions
        try:
            self._client.send_task_success(taskToken=token, output=json.dumps({"decision": decision}))
        except (gone.TaskTimedOut, gone.TaskDoesNotExist, gone.InvalidToken):
            return False
        return True

    def start_anew(self, order_id: str, run: int) -> str:
        """Start the order under a name of its own, as its execution can no longer go on; the name.

        Every stage sees from the order what is done already. Two that do this at once start one execution, or none:
        the second finds the name taken. Raises NotStarted while the order has a running execution.
        """
        name, last = self._last(order_id, run)
        if last.state == "running":
            raise NotStarted(f"{name} is running: it needs no other beside it")
        first, _, number = name.partition(ANEW)
        fresh = f"{first}{ANEW}{int(number or 0) + 1}" if last.state != "none" else first
        try:
            given = json.dumps({"order_id": order_id})
            self._client.start_execution(stateMachineArn=self._machine, name=fresh, input=given)
        except (BotoCoreError, ClientError) as error:
            raise NotStarted(fresh) from error
        return fresh

    def _last(self, order_id: str, run: int) -> tuple[str, Run]:
        """The name and state of the order's last execution."""
        name = first = execution_name(order_id, run)
        last = self._run(execution_arn(self._machine, first))
        if last.state == "running":
            return name, last
        for number in count(1):
            later = self._run(execution_arn(self._machine, f"{first}{ANEW}{number}"))
            if later.state == "none":
                break
            name, last = f"{first}{ANEW}{number}", later
        return name, last

    def _run(self, arn: str) -> Run:
        try:
            told: Any = self._client.describe_execution(executionArn=arn)
        except self._client.exceptions.ExecutionDoesNotExist:
            return NO_RUN
        state: Any = _STATES.get(told["status"], "failed")
        return Run(
            state=state,
            error=told.get("error") or (told["status"] if state == "failed" else ""),
            stopped_at=told.get("stopDate"),
            redrives=told.get("redriveCount", 0),
        )

    def _redrive(self, arn: str) -> None:
        try:
            self._client.redrive_execution(executionArn=arn)
        except (BotoCoreError, ClientError) as error:
            raise NotStarted(arn.rpartition(":")[2]) from error
