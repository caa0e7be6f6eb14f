"""API Gateway's events as requests, and answers as its responses: what every function with routes shares."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

from order_processing.conditional import is_known
from order_processing.http import Answer, Problem, Request
from order_processing.observe import logger, note_fault
from order_processing.routes import Response, Routes

API_VERSION = "2026-11-01"
"""The version of the API: the day from which it is as it is. docs/api.md says what changes it."""
RATE_POLICY = '"all-clients";q=1000;w=1'
"""What API Gateway lets through (draft-ietf-httpapi-ratelimit-headers): requests of all clients, in a second."""
_OVERLOADED = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "ThrottlingException",
        "ThrottlingError",
        "Throttling",
        "TooManyRequestsException",
        "SlowDown",
    }
)
"""AWS's codes for too much at once."""
_COME_BACK = (2, 10)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def serve(app: Routes, event: dict[str, Any], context: Any) -> Response:
    """API Gateway's answer to its event, as a function's handler returns it.

    Every answer names its request and the API's version; what the client has already (If-None-Match) is 304.
    """
    given = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    named = given.get("x-request-id", "")
    if not _REQUEST_ID.fullmatch(named):
        named = ""
    else:  # API Gateway's own is in the log already
        logger.append_keys(client_request_id=named)
    try:
        answered = _of_another_version(given) or app.resolve(event)
    finally:
        if named:
            logger.remove_keys(["client_request_id"])
    headers = answered["headers"] = {**answered.get("headers", {})}
    headers["X-Request-Id"] = named or str(event.get("requestContext", {}).get("requestId", ""))
    headers |= {"API-Version": API_VERSION, "RateLimit-Policy": RATE_POLICY}
    etag = headers.get("ETag", "")
    if answered["statusCode"] == 200 and etag and is_known(given.get("if-none-match", ""), etag):
        headers.pop("Content-Type", None)
        answered.update(statusCode=304, body="", isBase64Encoded=False)
    return answered


def _of_another_version(headers: dict[str, str]) -> Response | None:
    asked = headers.get("api-version", API_VERSION)
    if asked == API_VERSION:
        return None
    detail = f"header API-Version: {asked[:20]!r}, expected {API_VERSION}, or none"
    return response_of(Problem(400, "API_VERSION_UNKNOWN", detail).answer())


def request_of(app: Routes) -> Request:
    """The request that is being answered."""
    event = app.event
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if cookies := event.get("cookies"):  # API Gateway hands them over apart
        headers["cookie"] = "; ".join(cookies)
    return Request(
        headers=headers,
        query=event.get("queryStringParameters") or {},
        body=event.get("body") or "",
        is_base64=bool(event.get("isBase64Encoded")),
    )


def response_of(answer: Answer) -> Response:
    """The answer as API Gateway takes it."""
    return {
        "statusCode": answer.status,
        "headers": {"Content-Type": answer.content_type, **answer.headers},
        "cookies": list(answer.cookies),
        "body": answer.body,
        "isBase64Encoded": False,
    }


def resolver(unknown: Callable[[], Answer]) -> Routes:
    """A function's routes, which are still to be added. unknown: answers a path that is none of them."""
    app = Routes()

    @app.unknown
    def not_found() -> Response:
        return not_allowed(app) or response_of(unknown())

    app.on_fault(failed)
    return app


def not_allowed(app: Routes) -> Response | None:
    """The answer to a method that the path does not have; None where there is no such path at all."""
    allowed = app.methods_of(app.path)
    if not allowed:
        return None
    detail = f"method {app.method[:20]}, expected {' or '.join(allowed)}"
    return response_of(Problem(405, "METHOD_NOT_ALLOWED", detail, headers={"Allow": ", ".join(allowed)}).answer())


def failed(error: Exception) -> Response:
    """The answer to a request that met a fault of ours: sent again, it may well succeed.

    Where AWS takes no more at this moment, it says after how many seconds: at random, so that not all come at once.
    """
    note_fault(error)
    if _is_overload(error):
        after = {"Retry-After": str(random.randint(*_COME_BACK))}  # noqa: S311 - jitter, not a secret
        detail = "more comes in than can be kept at this moment; nothing is half-done, so send it again later"
        return response_of(Problem(503, "OVERLOADED", detail, headers=after).answer())
    problem = Problem(500, "INTERNAL_FAULT", "something went wrong here; nothing is half-done, so send it again")
    return response_of(problem.answer())


def _is_overload(error: Exception) -> bool:
    """Whether AWS refused for there being too much at once, also as one write of a transaction."""
    told = getattr(error, "response", None)
    if not isinstance(told, dict):
        return False
    codes = {told.get("Error", {}).get("Code", "")}
    codes |= {reason.get("Code", "") for reason in told.get("CancellationReasons", ())}
    return not codes.isdisjoint(_OVERLOADED)
