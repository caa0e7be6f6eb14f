"""Starting the function that works batches off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaPrinter:
    """The port `Printer`: an invocation that nobody waits for, which Lambda tries again when it fails."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._client = client
        self._function = function

    def start(self, batch_id: str) -> None:
        """Begin, or go on with, a batch."""
        payload = json.dumps({"batch_id": batch_id})
        self._client.invoke(FunctionName=self._function, InvocationType="Event", Payload=payload)
