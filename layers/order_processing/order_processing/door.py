"""What all doors of the API share: who holds which secret, and how somebody is turned away."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Protocol

from order_processing.access import holder_of
from order_processing.http import Answer, Problem, Request
from order_processing.observe import logger

LONGEST_KEY = 255


class Senders(Protocol):
    """Who may come in: `{source or right: {store, client or person: [secret, ...]}}`."""

    def read(self, *, seconds: float | None = None) -> dict[str, Any]:
        """seconds: how old what is known of them may be, where that is less than usual."""
        ...


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


@door
def no_such_route() -> Answer:
    """The answer to a path and method that no door has."""
    raise Problem(404, "NO_SUCH_ROUTE", "there is no such path and method in this API")


def key_holder(senders: Senders, request: Request, *rights: str) -> str:
    """Whose key with one of these rights the request holds; "" where it holds none."""
    given, known = request.bearer(), senders.read()
    return next((found for right in rights if (found := holder_of(given, known.get(right, {})))), "")


def required_holder(senders: Senders, request: Request, *rights: str, key: str = "your key") -> str:
    """As `key_holder`; Problem where the request holds no such key. key: what the message calls it."""
    if not (found := key_holder(senders, request, *rights)):
        raise Problem(401, "CREDENTIALS_INVALID", f"expected the header Authorization: Bearer <{key}>")
    return found


def idempotency_key(request: Request, of: str) -> str:
    """The request's Idempotency-Key; Problem where it has none. of: what each must have its own for."""
    key = request.headers.get("idempotency-key", "").strip().strip('"')
    if not 0 < len(key) <= LONGEST_KEY:
        raise Problem(
            400,
            "IDEMPOTENCY_KEY_MISSING",
            f"header Idempotency-Key: {key[:20]!r}, expected 1 to {LONGEST_KEY} characters of this {of}'s own",
        )
    return key
