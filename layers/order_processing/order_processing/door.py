"""What all doors of the API share: who holds which secret, and how somebody is turned away."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Protocol

from order_processing.http import Answer, Problem
from order_processing.observe import logger


class Senders(Protocol):
    """Who may come in: `{source or right: {store, client or person: [secret, ...]}}`."""

    def read(self) -> dict[str, Any]: ...


def door(route: Callable[..., Answer]) -> Callable[..., Answer]:
    """A route whose Problems are answered, and logged by their code."""

    @functools.wraps(route)
    def answered(*args: Any) -> Answer:
        try:
            return route(*args)
        except Problem as problem:
            logger.info("turned away", extra={"code": problem.code, "status": problem.status})
            return problem.answer()

    return answered
