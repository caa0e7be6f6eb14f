"""Orders that wait for a decision, by key: the index `waiting` of the orders table holds them and no others."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import read_document, text
from order_processing.adapters.queried import each_item
from order_processing.approval import Case
from order_processing.order_parts import Question, Reason
from order_processing.status import Status
from order_processing.waiting import Waiting, WaitsFor, Whom

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WAITING_INDEX = "waiting"
_DOCUMENTS: dict[str, type[Reason | Question | Case]] = {"reason": Reason, "question": Question, "approval": Case}


class DynamoWaiting:
    """The port `WaitingOrders`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def waiting(self, waits_for: WaitsFor) -> list[Waiting]:
        found = each_item(
            self._client.query,
            TableName=self._table,
            IndexName=WAITING_INDEX,
            KeyConditionExpression="waits_for = :whom",
            ExpressionAttributeValues={":whom": text(waits_for)},
        )
        return [_waiting(item) for item in found]

    def oldest(self, whom: Whom) -> datetime | None:
        first = self._client.query(
            TableName=self._table,
            IndexName=WAITING_INDEX,
            KeyConditionExpression="waits_for = :whom",
            ExpressionAttributeValues={":whom": text(whom)},
            Limit=1,
        )["Items"]
        return datetime.fromisoformat(first[0]["waits_since"]["S"]) if first else None


def _waiting(item: Any) -> Waiting:
    parts: Any = {name: read_document(item[name], model) for name, model in _DOCUMENTS.items() if name in item}
    status = Status(item["status"]["S"])
    question = parts.get("question")
    if question and question.kind != status.value:  # what was asked before
        del parts["question"]
    return Waiting(
        order_id=item["order_id"]["S"],
        status=status,
        since=datetime.fromisoformat(item["waits_since"]["S"]),
        **parts,
    )
