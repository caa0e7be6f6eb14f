"""A shop's webhooks in memory: the real outbox and secrets, endpoints that answer as they are told, a clock to set."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from standardwebhooks import Webhook

from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.secrets import Secrets
from order_processing.adapters.webhook_desk import Desk, DeskSecrets
from order_processing.adapters.webhooks import DynamoOrigins, DynamoOutbox, SecretSigning
from order_processing.stages.deliver_webhooks import deliver_webhooks, retry_webhooks
from order_processing.webhooks.delivering import Delivering
from order_processing.webhooks.endpoint import Endpoint, Store
from order_processing.webhooks.ports import Answer, NotReached, Waiting
from tests.clients import Alone

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
SECRET = "webhooks"


class Endpoints:
    """The port `EndpointHttp`: each URL answers as `answers` says, 204 where it says nothing; None is no answer."""

    def __init__(self) -> None:
        self.answers: dict[str, int | None] = {}
        self.heard: dict[str, list[str]] = defaultdict(list)
        self.tried: dict[str, int] = defaultdict(int)
        self.headers: list[Mapping[str, str]] = []
        self.refused_events: set[str] = set()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.tried[url] += 1
        self.headers.append(headers)
        status = self.answers.get(url, 204)
        if status is None:
            raise NotReached("no answer in time")
        if status == 204 and headers["webhook-id"] in self.refused_events:
            return Answer(status=500)
        if status == 204:
            self.heard[url].append(headers["webhook-id"])
        return Answer(status=status)


class Webhooks:
    """What the functions and the operator have, with `now` to be set. client: makes the outbox's own client."""

    def __init__(self, client: Any = boto3.client) -> None:
        self.now = NOW
        secretsmanager = boto3.client("secretsmanager")
        if not secretsmanager.list_secrets()["SecretList"]:
            secretsmanager.create_secret(Name=SECRET, SecretString="{}")
        self.http = Endpoints()
        self.desk = Desk(boto3.client("dynamodb"), "webhooks")
        self.secrets = DeskSecrets(secretsmanager, SECRET)
        self.orders = DynamoOrders(boto3.client("dynamodb"), "orders")
        self.restart(client)

    def restart(self, client: Any = boto3.client) -> None:
        """A new process, which remembers nothing."""
        self.outbox = DynamoOutbox(Alone(client("dynamodb")), "webhooks")
        self.origins = DynamoOrigins(boto3.client("dynamodb"), "orders")
        self.delivering = Delivering(
            outbox=self.outbox,
            http=self.http,
            signing=SecretSigning(Secrets(boto3.client("secretsmanager"), SECRET)),
            clock=lambda: self.now,
            chance=lambda: 1.0,
        )

    def add(self, name: str, store: str = "web shop", **fields: Any) -> str:
        """An endpoint; its URL."""
        url = f"https://{name}.example.com/hook"
        stores = (Store(source="api", store=store),)
        self.desk.add(Endpoint(name=name, url=url, stores=stores, added_at=NOW, **fields))
        self.secrets.rotate(name, name.encode().ljust(32)[:32])
        self.restart()
        return url

    def come(self, *events: dict[str, Any]) -> list[str]:
        """Events come from the queue; which are to come again."""
        records = [{"messageId": event["detail"]["id"], "body": json.dumps(event)} for event in events]
        return deliver_webhooks(records, outbox=self.outbox, origins=self.origins, delivering=self.delivering)

    def tick(self, after: timedelta = timedelta()) -> dict[str, int]:
        """The schedule's run, after some time. What the process knew of the endpoints is old by then."""
        self.now += after
        self.restart()
        until = self.now + timedelta(seconds=50)
        return retry_webhooks(outbox=self.outbox, delivering=self.delivering, now=self.now, until=until)

    def pass_time(self, length: timedelta, step: timedelta = timedelta(minutes=1)) -> None:
        """The schedule's runs for so long."""
        for _ in range(int(length / step)):
            self.tick(step)

    def waiting(self, name: str) -> list[Waiting]:
        return list(self.desk.waiting(name))

    def dead(self, name: str) -> list[Waiting]:
        return list(self.desk.dead(name))

    def verify(self, name: str, headers: Mapping[str, str], body: str) -> Any:
        """What the published library makes of a message at the present moment."""
        secret = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"])[name][0]
        return Webhook(secret).verify(body, dict(headers))


_numbers = itertools.count(1)


def event(store: str = "web shop", kind: str = "OrderReceived", **detail: Any) -> dict[str, Any]:
    """An event as it stands on the bus; of an order that is received unless `order_id` says of which."""
    at = NOW + timedelta(seconds=next(_numbers))
    order_id = detail.setdefault("order_id", f"ORDER{next(_numbers)}")
    if kind == "OrderReceived":
        detail |= {"source": "api", "store": store}
    said = {"id": f"{order_id}-{detail.get('sequence', 0)}", "at": at.isoformat(), **detail}
    return {"source": "order-processing", "detail-type": kind, "detail": said}
