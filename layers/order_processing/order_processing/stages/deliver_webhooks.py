"""Beside the path: bring an order's events to the endpoints that want them, each once it has come."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

from order_processing.observe import logger, told_without_personal_data
from order_processing.webhooks.delivering import Delivering
from order_processing.webhooks.endpoint import Store
from order_processing.webhooks.message import Message, message_of
from order_processing.webhooks.ports import Line, Origins, Outbox

_THREADS = 32


def deliver_webhooks(
    records: Sequence[Mapping[str, Any]], *, outbox: Outbox, origins: Origins, delivering: Delivering
) -> list[str]:
    """Deliver the events that a queue hands over, all at the same time.

    records: as SQS gives them to Lambda, each body an event of the bus.
    Returns the ids of the queue's messages that are to come again. An endpoint that fails is not among the reasons:
    what it did not take waits for it, and holds up nobody else.
    """
    with ThreadPoolExecutor(_THREADS) as threads:
        begun: list[tuple[str, Future[None]]] = []
        again = set()
        for record in records:
            try:
                message, heard_by = _read(record["body"], outbox, origins)
            except Exception as error:  # noqa: BLE001 - the others are delivered all the same
                again.add(record["messageId"])
                _log(record["messageId"], error)
                continue
            begun += [(record["messageId"], threads.submit(delivering.first, line, message)) for line in heard_by]
        for name, work in begun:
            if failure := work.exception():
                again.add(name)
                _log(name, failure)
    return sorted(again)


def retry_webhooks(*, outbox: Outbox, delivering: Delivering, now: datetime, until: datetime) -> dict[str, int]:
    """Work off what waits, endpoint by endpoint, all at the same time. Returns how many were delivered, and failed."""
    told = {"delivered": 0, "failed": 0}
    due = [line for line in outbox.lines() if line.may_wait and not line.paused and _is_due(line, now)]
    with ThreadPoolExecutor(_THREADS) as threads:
        begun = [(line.name, threads.submit(delivering.work_off, line.name, until)) for line in due]
        for name, work in begun:
            if error := work.exception():
                _log(name, error)
                continue
            for outcome, number in work.result().items():
                told[outcome] += number
    return told


def _is_due(line: Line, now: datetime) -> bool:
    return line.health.probe_at is None or line.health.probe_at <= now or bool(line.health.disabled)


def _read(body: str, outbox: Outbox, origins: Origins) -> tuple[Message, list[Line]]:
    event = json.loads(body)
    detail = event["detail"]
    lines = outbox.lines()
    if not lines:
        return message_of(event["detail-type"], detail), []
    # Only an order's first event names its store.
    origin = (
        Store(source=detail["source"], store=detail["store"])
        if "store" in detail and "source" in detail
        else origins.origin_of(detail["order_id"])
    )
    kind = event["detail-type"]
    return message_of(kind, detail), [line for line in lines if line.endpoint.hears(origin, kind)]


def _log(name: str, error: BaseException) -> None:
    told = told_without_personal_data(error) if isinstance(error, Exception) else type(error).__name__
    logger.error("not delivered for now", extra={"of": name, "fault": told})
