"""What people do with an order through the public API, as persistently as they are: who hears no answer asks again."""

from __future__ import annotations

import contextlib
import http.client
import json
import time
from collections.abc import Callable
from typing import Any

from local import LocalStack, Response, wait_for
from local.senders import STAFF_KEY
from order_processing.adapters.orders import DynamoOrders
from order_processing.order_parts import SENDING
from order_processing.status import ENDED, PENDING, Status
from order_processing.stored_order import StoredOrder
from tests.stack.senders import api_order, place

Journey = Callable[[LocalStack, str], str]
REDRIVES = 2
_PATIENCE = SENDING.total_seconds() + 20
"""Seconds; for so long after a run that was cut while it sent the confirmation nothing is cancelled."""


def happy(stack: LocalStack, key: str, sku: str) -> str:
    """One line, from stock."""
    return settled(stack, _placed(stack, api_order(key, sku=sku)))


def corrected(stack: LocalStack, key: str, sku: str) -> str:
    """A product that there is not, put right by staff."""
    order_id = settled(stack, _placed(stack, api_order(key, sku="NO-SUCH-SKU")))
    said = {"decision": "correct", "corrections": [{"path": "lines[0].sku", "value": sku}]}
    path = f"/orders/{order_id}/decision"
    headers = {"Authorization": f"Bearer {STAFF_KEY}", "Content-Type": "application/json"}
    insisted(lambda: stack.request("POST", path, headers, json.dumps(said)))
    return settled(stack, order_id, but=Status.CORRECTION_PENDING)


def cancelled(stack: LocalStack, key: str, sku: str) -> str:
    """Cancelled by staff once it is ready."""
    order_id = happy(stack, key, sku)
    headers = {"Authorization": f"Bearer {STAFF_KEY}", "Content-Type": "application/json"}
    insisted(lambda: stack.request("POST", f"/orders/{order_id}/cancel", headers, b"{}"))
    return settled(stack, order_id, but=Status.READY_TO_SHIP)


JOURNEYS = {"happy": happy, "corrected": corrected, "cancelled": cancelled}


def insisted(ask: Callable[[], Response]) -> Response:
    """The answer to a request that is made again while it is refused for now or nothing comes back.

    Raises RuntimeError for a request that is refused for good.
    """
    until = time.monotonic() + _PATIENCE
    pause = 0.2
    while time.monotonic() < until:
        with contextlib.suppress(OSError, http.client.HTTPException):
            answer = ask()
            if answer.status < 300:
                return answer
            if not _for_now(answer):
                raise RuntimeError(f"{answer.status} {answer.body!r}")
        time.sleep(pause)
        pause = min(pause + 0.2, 1)
    raise TimeoutError(f"refused for {_PATIENCE:g} s")


def _for_now(answer: Response) -> bool:
    """Whether an answer asks to come again: too many requests, a fault, or a mail that a run cut off may be sending."""
    under_way = answer.status == 409 and answer.json()["code"] == "CONFIRMATION_UNDER_WAY"
    return under_way or answer.status == 429 or answer.status >= 500


def settled(stack: LocalStack, order_id: str, *, but: Status | None = None) -> str:
    """Waits until an order is where it stays, or its execution waits for somebody; its id.

    but: not in this status, in which it was. An execution that fails is redriven, as an operator would.
    """
    orders = DynamoOrders(stack.client("dynamodb"), stack.outputs["OrdersTable"])
    redriven = 0

    def look() -> bool:
        nonlocal redriven
        stored = orders.load(order_id)
        execution = _execution(stack, order_id)
        if execution.get("status") == "FAILED" and redriven < REDRIVES:
            redriven += 1
            stack.client("stepfunctions").redrive_execution(executionArn=execution["executionArn"])
            return False
        if stored.status is but:
            return False
        if stored.status in PENDING:
            return stored.question is not None
        over = execution.get("status") == "SUCCEEDED"
        return over and (stored.status is Status.READY_TO_SHIP or _told_of_its_end(stored))

    try:
        wait_for(look, seconds=90, what=f"order {order_id} to settle")
    except TimeoutError as error:
        raise TimeoutError(f"{error}: {orders.load(order_id).status} {_execution(stack, order_id)}") from error
    return order_id


def _told_of_its_end(stored: StoredOrder) -> bool:
    return stored.status in ENDED and bool(stored.notice and stored.notice.sent_at)


def _execution(stack: LocalStack, order_id: str) -> dict[str, Any]:
    client = stack.client("stepfunctions")
    try:
        return stack.execution(order_id)
    except client.exceptions.ExecutionDoesNotExist:
        return {}


def _placed(stack: LocalStack, order: dict[str, Any]) -> str:
    return str(insisted(lambda: place(stack, order)).json()["id"])
