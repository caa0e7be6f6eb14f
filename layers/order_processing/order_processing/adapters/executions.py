"""The state machine's executions: one an order, named by its id."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from order_processing.decisions import NotStarted

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class StepFunctionsExecutions:
    """Starts executions and answers waiting ones."""

    def __init__(self, client: SFNClient, state_machine_arn: str) -> None:
        self._client = client
        self._state_machine_arn = state_machine_arn

    def start(self, order_id: str) -> None:
        """Start the order's execution. Its name is the order's id, so it can exist only once."""
        try:
            self._client.start_execution(
                stateMachineArn=self._state_machine_arn,
                name=order_id,
                input=json.dumps({"order_id": order_id}),
            )
        except self._client.exceptions.ExecutionAlreadyExists:
            return
        except (BotoCoreError, ClientError) as error:
            raise NotStarted(order_id) from error

    def answer(self, token: str, decision: str) -> None:
        """Complete the waiting task with `{"decision": decision}`; a task that is gone is left alone."""
        try:
            self._client.send_task_success(taskToken=token, output=json.dumps({"decision": decision}))
        except (self._client.exceptions.TaskTimedOut, self._client.exceptions.TaskDoesNotExist):
            return
