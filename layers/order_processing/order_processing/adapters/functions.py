"""Stages that are called outside an execution."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class StageFailed(RuntimeError):
    """A stage that was called did not do its work; the message is what it said, without personal data."""


class StageFunction:
    """One stage's function: called with an order's id, and waited for."""

    def __init__(self, client: LambdaClient, name: str) -> None:
        self._client = client
        self._name = name

    def __call__(self, order_id: str) -> None:
        """Run the stage for an order. Raises StageFailed."""
        payload = json.dumps({"order_id": order_id}).encode()
        answer = self._client.invoke(FunctionName=self._name, Payload=payload)
        if "FunctionError" in answer:
            error = json.loads(answer["Payload"].read())
            raise StageFailed(f"{error.get('errorType', 'error')}: {error.get('errorMessage', '')}")
