"""What operations staff see of a stage: its log lines, and how its faults are told.

A fault's text ends up in the execution's history and in the log, and what botocore or pydantic say of a
value may hold a customer's address. So a fault is told by its kind and place; only our own errors, which
never hold what a customer wrote, are told in their own words.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger

from order_processing.errors import DeliveryRefused, NamedFault, TurnOff

logger = Logger(service="order-processing")

# Of what Powertools puts into each line: what the function's name, its settings, CloudWatch's metrics or the message
# say as well. A fault's text names its own place.
_SAID_ELSEWHERE = ["function_arn", "function_memory_size", "cold_start", "service", "location", "sampling_rate"]

Event = dict[str, Any]


def logged(handler: Callable[[Event, Any], Any]) -> Callable[[Event, Any], Any]:
    """A Lambda handler whose log lines say by `correlation_id` what they are for, or which invocation wrote them.

    A line about an order carries `order_id`, which is all that its stages have in common. A request's line
    carries the id that API Gateway's access log and its answer's header `apigw-requestid` carry, a message's
    line its message's id, and an event's line its event's: so a line that has both ties them together.
    """

    @logger.inject_lambda_context
    @wraps(handler)
    def with_context(event: Event, context: Any) -> Any:
        logger.remove_keys(_SAID_ELSEWHERE)
        if correlation_id := _correlation_id(event):
            logger.remove_keys(["function_request_id"])
        logger.set_correlation_id(correlation_id)
        return handler(event, context)

    return with_context


def _correlation_id(event: Event) -> str | None:
    records = event.get("Records") or [{}]
    request: dict[str, str] = event.get("requestContext") or {}
    return request.get("requestId") or records[0].get("messageId") or event.get("id")


def count(name: str, value: float = 1, **dimensions: str) -> None:
    """Count something for operations: a metric of `metrics.METRICS`, with all of its dimensions and no others.

    A dimension has few values (a store's kind, a mail's kind): never an order, a customer or a SKU.
    """
    from order_processing.metrics import emit  # only where something is counted

    emit({name: value}, **dimensions)


class StageFault(RuntimeError):
    """A stage could not do its work: it is retried, then the execution fails and keeps what it holds."""


def stage(work: Callable[[Event], None]) -> Callable[[Event, Any], dict[str, str]]:
    """A Lambda handler for a stage: `{"order_id": ...}` comes in and goes out.

    Turns off the happy path are raised by their names, for the state machine to catch.
    """

    @logged
    @wraps(work)
    def handler(event: Event, context: Any) -> dict[str, str]:
        order_id: str = event["order_id"]
        logger.append_keys(order_id=order_id)
        try:
            work(event)
        except (DeliveryRefused, NamedFault) as fault:
            logger.error("fault", extra={"fault": type(fault).__name__, "code": fault.code})
            fault.args = (_with_advice(type(fault).__name__, str(fault)),)
            raise
        except TurnOff as turn:
            logger.info("turned off the happy path", extra={"turn": type(turn).__name__, "code": turn.code})
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, its words may hold personal data
            raise StageFault(_with_advice("StageFault", note_fault(error))) from None
        logger.debug("done")
        return {"order_id": order_id}

    return handler


def worker(work: Callable[[Event], None]) -> Callable[[Event, Any], None]:
    """A Lambda handler for messages of a queue: each body is JSON, and a fault leaves it to be delivered again."""

    @logged
    @wraps(work)
    def handler(event: Event, context: Any) -> None:
        for record in event["Records"]:
            message: Event = json.loads(record["body"])
            logger.append_keys(**message)
            try:
                work(message)
            except Exception as error:  # noqa: BLE001 - whatever it is, its words may hold personal data
                raise StageFault(note_fault(error)) from None
            finally:
                logger.remove_keys(list(message))

    return handler


def _with_advice(error: str, told: str) -> str:
    """A fault's text as the execution shows it: with what to do about it."""
    from order_processing.faults import explained  # imported here, because most invocations have no fault

    return explained(error, told)


def note_fault(error: Exception, **said: str) -> str:
    """Log a fault without what a customer wrote, count it, and return how it was told. said: more for the log line."""
    told = told_without_personal_data(error)
    count("Fault")
    logger.error("fault", extra={"fault": told, **said})
    return told


def told_without_personal_data(error: Exception) -> str:
    """A fault in words that hold nothing a customer wrote.

    An error of AWS by its code and operation; one of ours by its text, unless it quotes a value (`found`);
    any other by its class. Each with the place in our code.
    """
    kind = type(error).__name__
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        kind = f"{response.get('Error', {}).get('Code', kind)} in {getattr(error, 'operation_name', 'a call')}"
    elif type(error).__module__.startswith("order_processing") and not hasattr(error, "found"):
        kind = f"{kind}: {error}"
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "order_processing" in frame.filename]
    return f"{kind} (at {Path(ours[-1].filename).stem}:{ours[-1].lineno})" if ours else kind
