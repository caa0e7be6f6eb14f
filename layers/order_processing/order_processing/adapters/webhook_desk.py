"""What an operator does with endpoints and their messages: see `operating.webhooks`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from order_processing.adapters.attributes import document, iso, text
from order_processing.adapters.queried import each_item
from order_processing.adapters.webhook_items import DEAD, SENT, WAITING, endpoint_key, message_key, read_waiting
from order_processing.adapters.webhooks import DynamoOutbox
from order_processing.webhooks.endpoint import Endpoint
from order_processing.webhooks.message import Message, new_secret
from order_processing.webhooks.ports import NoSuchEndpoint, Waiting

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class NameTaken(ValueError):
    """There is an endpoint of this name."""


class Desk(DynamoOutbox):
    """Endpoints as data: added, paused, taken away; their messages looked up and sent again."""

    def add(self, endpoint: Endpoint) -> None:
        """Raises NameTaken."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item={**endpoint_key(endpoint.name), "document": document(endpoint)},
                ConditionExpression="attribute_not_exists(endpoint)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            raise NameTaken(f"{endpoint.name}: there is an endpoint of this name; remove it first") from None

    def pause(self, name: str) -> None:
        """From now on what comes for it waits. Raises NoSuchEndpoint."""
        self._update(name, "SET paused = :yes", {":yes": {"BOOL": True}})

    def resume(self, name: str) -> None:
        """It gets its messages again, as if it had never failed. Raises NoSuchEndpoint."""
        self._update(name, "REMOVE paused, disabled, failures, failing_since, probes, probe_at", {})

    def remove(self, name: str) -> None:
        """It gets nothing any more; its messages go when their 30 days are over. Raises NoSuchEndpoint."""
        gone = self._client.delete_item(TableName=self._table, Key=endpoint_key(name), ReturnValues="ALL_OLD")
        if not gone.get("Attributes"):
            raise NoSuchEndpoint(name)

    def dead(self, name: str) -> Iterator[Waiting]:
        """The messages that were given up, by the time of their events."""
        return map(read_waiting, self._query(name, f"{DEAD}#"))

    def between(self, name: str, since: datetime, until: datetime) -> Iterator[Waiting]:
        """Messages that were sent or given up, of events between two times, both counted."""
        for state in (SENT, DEAD):
            asked = self._asked(name, "")
            asked["KeyConditionExpression"] += " AND #item BETWEEN :since AND :until"
            asked["ExpressionAttributeNames"] = {"#item": "item"}
            bounds = {":since": text(f"{state}#{iso(since)}#"), ":until": text(f"{state}#{iso(until)}#~")}
            asked["ExpressionAttributeValues"] |= bounds
            yield from map(read_waiting, each_item(self._client.query, **asked))

    def of_event(self, name: str, event_id: str) -> Iterator[Waiting]:
        """The message of an event, sent or given up. Reads all of the endpoint's messages."""
        for state in (SENT, DEAD):
            yield from (
                read_waiting(item)
                for item in self._query(name, f"{state}#")
                if item["item"]["S"].endswith(f"#{event_id}")
            )

    def replay(self, name: str, messages: Iterable[Message], now: datetime) -> int:
        """Have messages sent again, with three days of their own; how many. Raises NoSuchEndpoint."""
        told = 0
        for message in messages:
            again = Waiting(message=message, attempts=0, first_at=now, next_at=now, last="sent again on demand")
            self.wait(name, again, again=True)
            self._client.delete_item(TableName=self._table, Key=message_key(name, DEAD, message))
            told += 1
        return told

    def count_waiting(self, name: str) -> int:
        """How many messages wait."""
        return sum(1 for _ in self._query(name, f"{WAITING}#"))


class DeskSecrets:
    """The secret of all endpoints, for whoever may change it."""

    def __init__(self, client: SecretsManagerClient, secret_id: str) -> None:
        self._client = client
        self._secret_id = secret_id

    def rotate(self, name: str, random: bytes) -> str:
        """Make a new secret, which signs beside the one before from now on; the one before that goes."""
        known = self._read()
        made = new_secret(random)
        self._write({**known, name: [made, *known.get(name, ())[:1]]})
        return made

    def drop_old(self, name: str) -> None:
        """From now on the newest alone signs."""
        known = self._read()
        self._write({**known, name: known.get(name, [])[:1]})

    def forget(self, name: str) -> None:
        """The endpoint is gone."""
        self._write({known: secrets for known, secrets in self._read().items() if known != name})

    def _read(self) -> dict[str, list[str]]:
        known: dict[str, list[str]] = json.loads(
            self._client.get_secret_value(SecretId=self._secret_id)["SecretString"]
        )
        return known

    def _write(self, known: dict[str, Sequence[str]] | dict[str, list[str]]) -> None:
        self._client.put_secret_value(SecretId=self._secret_id, SecretString=json.dumps(known))
