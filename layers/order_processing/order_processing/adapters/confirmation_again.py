"""Sends an order's confirmation once more, by the function that knows how."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from order_processing.errors import NotSentAgain
from order_processing.faults import advice, code_of, plain

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_TURNS = {
    "AddressRefused": "mail to this address is not sent, since it came back or its owner complained: note another one",
    "OrderEnded": "the order has ended",
}


class ConfirmationAgain:
    """Calls the function of stage 3 and waits for it."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._client = client
        self._function = function

    def __call__(self, order_id: str) -> None:
        """Send; NotSentAgain."""
        asked = json.dumps({"order_id": order_id, "again": True}).encode()
        answer = self._client.invoke(FunctionName=self._function, Payload=asked)
        if "FunctionError" not in answer:
            return
        said = json.loads(answer["Payload"].read() or b"{}")
        error, told = str(said.get("errorType", "")), plain(str(said.get("errorMessage", "")))
        meant = advice(error, told)
        raise NotSentAgain(
            _TURNS.get(code_of(told)) or _TURNS.get(error) or f"{meant.title.lower()} ({told}). {meant.todo}"
        )
