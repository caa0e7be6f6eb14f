"""Clients of AWS that misbehave, or behave, for a test."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

import boto3


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


class Alone:
    """A client of AWS for several threads whose calls happen one after the other, for moto's sake."""

    _lock = Lock()

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return self._locked(found) if callable(found) else found

    def get_paginator(self, name: str) -> Any:
        return Alone(self._client.get_paginator(name))

    def _locked(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def locked(*args: Any, **kwargs: Any) -> Any:
            with Alone._lock:
                answer = call(*args, **kwargs)
                return list(answer) if call.__name__ == "paginate" else answer

        return locked


class CutClient:
    """A client whose nth call to AWS is the process's last: before it had an effect, or after."""

    calls = 0
    cut_at = 0
    after = False

    def __init__(self, service: str) -> None:
        self._client = boto3.client(service)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return self._cutting(found) if callable(found) and name != "get_paginator" else found

    def _cutting(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def cutting(*args: Any, **kwargs: Any) -> Any:
            CutClient.calls += 1
            if CutClient.calls != CutClient.cut_at:
                return call(*args, **kwargs)
            if CutClient.after:
                call(*args, **kwargs)
            raise Cut

        return cutting


class Meanwhile:
    """A DynamoDB client before whose first write that says `word` something else happens, once."""

    def __init__(self, client: Any, happens: Callable[[], object], word: str = "ConditionExpression") -> None:
        self._client, self._word = client, word
        self._happens: list[Callable[[], object]] = [happens]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return self._writing(found) if name in ("put_item", "update_item", "transact_write_items") else found

    def _writing(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def writing(**request: Any) -> Any:
            if self._happens and self._word in repr(request):
                self._happens.pop()()
            return call(**request)

        return writing
