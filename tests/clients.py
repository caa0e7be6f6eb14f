"""Clients of AWS that misbehave, or behave, for a test."""

from __future__ import annotations

from threading import Lock
from typing import Any


class Cut(Exception):
    """The process ends here."""


class Cutting:
    """A DynamoDB client that goes down after some transactions."""

    def __init__(self, client: Any, after: int) -> None:
        self._client, self._left = client, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        if self._left == 0:
            raise Cut
        self._left -= 1
        return self._client.transact_write_items(**request)


class OneByOne:
    """A DynamoDB client whose transactions happen one after the other: moto's own would undo each other's writes."""

    def __init__(self, client: Any) -> None:
        self._client, self._lock = client, Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        with self._lock:
            return self._client.transact_write_items(**request)
