"""The queue of what may have made promises untrue, in SQS: in sequence for each SKU.

A message is a concern (`{"sku", "location", "document"}`) or one order (`{"order_id", "sku"}`); none holds more.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from order_processing.inventory_documents import Concern

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_BATCH = 10


class PromiseQueue:
    """Puts messages into the queue; each is its own, since the same may have to be looked at again any time."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def look_at(self, concerns: Sequence[Concern]) -> None:
        """Have the promises looked at that something concerns."""
        self._send([(concern.sku, concern.model_dump()) for concern in concerns])

    def look_at_orders(self, sku: str, order_ids: Sequence[str]) -> None:
        """Have orders looked at, one after the other."""
        self._send([(sku, {"order_id": order_id, "sku": sku}) for order_id in order_ids])

    def _send(self, messages: Sequence[tuple[str, dict[str, Any]]]) -> None:
        for first in range(0, len(messages), _BATCH):
            entries: Any = [
                {
                    "Id": str(number),
                    "MessageBody": json.dumps(body),
                    "MessageGroupId": hashlib.sha256(sku.encode()).hexdigest()[:32],
                    "MessageDeduplicationId": uuid.uuid4().hex,
                }
                for number, (sku, body) in enumerate(messages[first : first + _BATCH])
            ]
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            if failed := answer.get("Failed"):
                raise NotQueued(f"{len(failed)} of {len(entries)} messages were not taken: {failed[0]['Code']}")


class NotQueued(RuntimeError):
    """The queue did not take everything; sent again, it may well."""
