"""Endpoints and their messages in DynamoDB, for the functions that deliver; `webhook_items` says what stands where."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from order_processing.adapters.attributes import iso, number, text
from order_processing.adapters.order_items import key
from order_processing.adapters.queried import each_item
from order_processing.adapters.secrets import Secrets
from order_processing.adapters.transactions import write_all
from order_processing.adapters.webhook_items import (
    DEAD,
    ENDPOINTS,
    WAITING,
    endpoint_key,
    message_key,
    read_line,
    read_waiting,
    sent_item,
    waiting_item,
)
from order_processing.errors import OrderNotFound
from order_processing.webhooks.circuit import Health
from order_processing.webhooks.endpoint import Store
from order_processing.webhooks.message import Message
from order_processing.webhooks.ports import Line, NoSuchEndpoint, Waiting

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SECONDS = 5.0
"""How old what is known of the endpoints may be."""


class DynamoOutbox:
    """The port `Outbox`. May be used by several threads."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._known: dict[str, Line] = {}
        self._read_at = float("-inf")
        self._lock = Lock()

    def lines(self) -> Sequence[Line]:
        with self._lock:
            if time.monotonic() - self._read_at > SECONDS:
                self._known = {line.name: line for line in map(read_line, self._query(ENDPOINTS))}
                self._read_at = time.monotonic()
            return tuple(self._known.values())

    def note_sent(self, endpoint: str, message: Message, now: datetime, *, waited: bool = False) -> None:
        item = sent_item(endpoint, message, now)
        if not waited:
            self._client.put_item(TableName=self._table, Item=item)
            return
        self._move(item, endpoint, message)

    def wait(self, endpoint: str, waiting: Waiting, *, again: bool = False) -> None:
        # First the message, then the word that something waits: a run that is cut between the two comes again.
        asked: Any = {"Item": waiting_item(endpoint, WAITING, waiting, waiting.first_at)}
        if not again:
            asked["ConditionExpression"] = "attribute_not_exists(endpoint)"
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.put_item(TableName=self._table, **asked)
        self._update(endpoint, "ADD parked :one", {":one": number(1)})

    def bury(self, endpoint: str, waiting: Waiting, now: datetime) -> None:
        self._move(waiting_item(endpoint, DEAD, waiting, now), endpoint, waiting.message)

    def note_failure(self, endpoint: str) -> Line:
        return self._update(endpoint, "ADD failures :one", {":one": number(1)})

    def keep_health(self, endpoint: str, health: Health) -> None:
        values = {":probes": number(health.probes)}
        sets = ["probes = :probes"]
        for name in ("failing_since", "probe_at"):
            if moment := getattr(health, name):
                values[f":{name}"] = text(iso(moment))
                sets.append(f"{name} = :{name}")
        if health.disabled:
            values[":disabled"] = text(health.disabled)
            sets.append("disabled = :disabled")
        self._update(endpoint, "SET " + ", ".join(sets), values)

    def recovered(self, endpoint: str) -> None:
        self._update(endpoint, "REMOVE failures, failing_since, probes, probe_at", {})

    def claim(self, endpoint: str, now: datetime, until: datetime) -> Line | None:
        try:
            return self._update(
                endpoint,
                "SET worked_until = :until",
                {":until": text(iso(until)), ":now": text(iso(now))},
                " AND (attribute_not_exists(worked_until) OR worked_until < :now)",
            )
        except NoSuchEndpoint:
            return None

    def release(self, line: Line, *, cleared: bool) -> None:
        values = {":seen": number(line.parked)} if cleared else {}
        self._update(line.name, ("SET cleared = :seen " if cleared else "") + "REMOVE worked_until", values)

    def waiting(self, endpoint: str, due: datetime | None = None) -> Iterator[Waiting]:
        return map(read_waiting, self._query(endpoint, f"{WAITING}#", due=due))

    def waits(self, endpoint: str) -> bool:
        found = self._client.query(**self._asked(endpoint, f"{WAITING}#"), Limit=1, ConsistentRead=True)
        return bool(found["Items"])

    def _query(self, partition: str, prefix: str = "", due: datetime | None = None) -> Iterator[dict[str, Any]]:
        asked = self._asked(partition, prefix)
        if due:
            asked["FilterExpression"] = "next_at <= :due"
            asked["ExpressionAttributeValues"][":due"] = text(iso(due))
        yield from each_item(self._client.query, **asked)

    def _asked(self, partition: str, prefix: str) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "endpoint = :of",
            "ExpressionAttributeValues": {":of": text(partition)},
        }
        if prefix:
            asked["KeyConditionExpression"] += " AND begins_with(#item, :prefix)"
            asked["ExpressionAttributeNames"] = {"#item": "item"}
            asked["ExpressionAttributeValues"][":prefix"] = text(prefix)
        return asked

    def _move(self, item: dict[str, Any], endpoint: str, message: Message) -> None:
        """Keep a message in another state than waiting."""
        waits = message_key(endpoint, WAITING, message)
        delete = {"Delete": {"TableName": self._table, "Key": waits}}
        write_all(self._client, [{"Put": {"TableName": self._table, "Item": item}}, delete])

    def _update(self, endpoint: str, expression: str, values: dict[str, Any], also: str = "") -> Line:
        """Change an endpoint's own item, and know it as it is then. also: a condition beside that there is one.

        Raises NoSuchEndpoint where the condition does not hold: an endpoint that was removed stays so.
        """
        asked: dict[str, Any] = {"ExpressionAttributeValues": values} if values else {}
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=endpoint_key(endpoint),
                UpdateExpression=expression,
                ConditionExpression=f"attribute_exists(endpoint){also}",
                ReturnValues="ALL_NEW",
                **asked,
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            raise NoSuchEndpoint(endpoint) from None
        line = read_line(answer["Attributes"])
        with self._lock:
            self._known[endpoint] = line
        return line


class DynamoOrigins:
    """The port `Origins`: of an order it reads where it came from, and nothing else. What it has read it remembers."""

    _MOST = 10_000

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._known: dict[str, Store] = {}

    def origin_of(self, order_id: str) -> Store:
        if order_id not in self._known:
            found: Any = self._client.get_item(
                TableName=self._table, Key=key(order_id, "placed"), ProjectionExpression="origin"
            ).get("Item")
            if not found:
                raise OrderNotFound(order_id)
            source, store, _ = found["origin"]["S"].split("\n", 2)
            if len(self._known) >= self._MOST:
                self._known.clear()
            self._known[order_id] = Store(source=source, store=store)
        return self._known[order_id]


class SecretSigning:
    """The port `Signing`, on one secret: `{"<endpoint>": ["whsec_new", "whsec_old"]}`."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def secrets_of(self, endpoint: str) -> Sequence[str]:
        known: Sequence[str] = self._secrets.read().get(endpoint) or ()
        if not known:  # it may be newer than what is remembered
            known = self._secrets.read(seconds=0).get(endpoint) or ()
        return known
