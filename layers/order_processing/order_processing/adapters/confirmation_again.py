"""Sends an order's confirmation once more, by the function that knows how."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class NotSentAgain(RuntimeError):
    """The confirmation could not be sent; the function's log says why."""


class ConfirmationAgain:
    """Calls the function of stage 3 and waits for it."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._client = client
        self._function = function

    def __call__(self, order_id: str) -> None:
        """Send; NotSentAgain."""
        asked = json.dumps({"order_id": order_id, "again": True}).encode()
        answer = self._client.invoke(FunctionName=self._function, Payload=asked)
        if "FunctionError" in answer:
            raise NotSentAgain(order_id)
