"""API Gateway's events as requests, and answers as its responses: what every function with routes shares."""

from __future__ import annotations

from collections.abc import Callable

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from order_processing.http import Answer, Problem, Request
from order_processing.observe import logger, told_without_personal_data


def request_of(app: APIGatewayHttpResolver) -> Request:
    """The request that is being answered."""
    event = app.current_event
    headers = {name.lower(): value for name, value in event.headers.items()}
    if cookies := event.raw_event.get("cookies"):  # API Gateway hands them over apart
        headers["cookie"] = "; ".join(cookies)
    return Request(
        headers=headers,
        query=dict(event.query_string_parameters),
        body=event.raw_event.get("body") or "",
        is_base64=event.is_base64_encoded,
    )


def response_of(answer: Answer) -> Response[str]:
    """The answer as API Gateway takes it."""
    response = Response(answer.status, answer.content_type, answer.body, headers=dict(answer.headers))
    response.cookies.extend(answer.cookies)  # type: ignore[arg-type]  # Powertools writes out whatever says itself
    return response


def resolver(unknown: Callable[[], Answer]) -> APIGatewayHttpResolver:
    """A function's routes, which are still to be added. unknown: answers a path and method that is none of them."""
    app = APIGatewayHttpResolver()
    app.not_found(lambda _: response_of(unknown()))
    app.exception_handler(Exception)(failed)
    return app


def note_fault(error: Exception) -> None:
    """Log a fault without what a customer wrote."""
    logger.error("fault", extra={"fault": told_without_personal_data(error)})


def failed(error: Exception) -> Response[str]:
    """The answer to a request that met a fault of ours: sent again, it may well succeed."""
    note_fault(error)
    problem = Problem(500, "INTERNAL_FAULT", "something went wrong here; nothing is half-done, so send it again")
    return response_of(problem.answer())
