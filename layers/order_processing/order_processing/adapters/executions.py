"""The state machine's executions: one an order, named by its id; further ones by id and number."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from order_processing.decisions import NotStarted

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class StepFunctionsExecutions:
    """Starts executions and answers waiting ones.

    ending_arn: the state machine that finishes early ends. alias: by which both are started, so that a new version
    takes over as the deployment says; an execution stays with the version that it began with.
    """

    def __init__(self, client: SFNClient, state_machine_arn: str, ending_arn: str = "", *, alias: str = "") -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn
        self._ending_arn = ending_arn
        self._alias = f":{alias}" if alias else ""

    def start(self, order_id: str, run: int = 1) -> None:
        """Start the order's execution. Its name is the order's id, so it can exist only once."""
        self._start(self._state_machine_arn, execution_name(order_id, run), {"order_id": order_id})

    def answer(self, token: str, decision: str) -> None:
        """Complete the waiting task with `{"decision": decision}`; a task that is gone is left alone."""
        gone = self._client.exceptions
        try:
            self._client.send_task_success(taskToken=token, output=json.dumps({"decision": decision}))
        except (gone.TaskTimedOut, gone.TaskDoesNotExist, gone.InvalidToken):
            return

    def runs(self, order_id: str, run: int = 1) -> bool:
        """Whether the order's own execution is under way."""
        # Imported here: only a cancellation asks.
        from order_processing.adapters.runs import StepFunctionsRuns

        runs = StepFunctionsRuns(self._client, self._state_machine_arn, self._ending_arn)
        return runs.of(order_id, run).state == "running"

    def finish(self, order_id: str, ending: str, run: int = 1) -> None:
        """Start the execution that finishes an early end. It is named by the order and the ending, so it is one."""
        self._start(self._ending_arn, ending_name(order_id, ending, run), {"order_id": order_id, "ending": ending})

    def _start(self, machine: str, name: str, given: dict[str, str]) -> None:
        try:
            self._client.start_execution(stateMachineArn=machine + self._alias, name=name, input=json.dumps(given))
        except self._client.exceptions.ExecutionAlreadyExists:
            return
        except (BotoCoreError, ClientError) as error:
            raise NotStarted(name) from error


def execution_name(order_id: str, run: int) -> str:
    """The name of the order's how-manieth execution."""
    return order_id if run == 1 else f"{order_id}-{run}"


def ending_name(order_id: str, ending: str, run: int) -> str:
    """The name of the execution that finishes an early end, or tells that it is too late for one."""
    return f"{execution_name(order_id, run)}-{ending.lower()}"
