"""Notices of orders that are to be fetched, in an SQS queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from order_processing.fetching import Queued
from order_processing.stores.platform import NeedsFetch

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class QueuedNotices:
    """The port `Notices`. sqs: makes the client when it is first needed: most stores send whole orders."""

    def __init__(self, sqs: Callable[[], SQSClient], queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url

    def put(self, source: str, notice: NeedsFetch) -> None:
        queued = Queued(source=source, notice=notice)
        self._sqs().send_message(QueueUrl=self._queue_url, MessageBody=queued.model_dump_json())
