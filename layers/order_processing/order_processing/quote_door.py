"""The door for dry runs: POST /orders/quote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from order_processing import money
from order_processing.api_offer import deliveries_of, show_choice
from order_processing.api_order import InvalidOrder, read_order
from order_processing.callers import PLACE, Callers, Tokens
from order_processing.door import Senders, door
from order_processing.http import Answer, Problem, Request, answer
from order_processing.observe import logger
from order_processing.order import Order
from order_processing.quoting import Quote

_NO_KEY = "a dry run"
"""In the place of an idempotency key: a quote is no order, and there may be many."""


class QuoteDoor:
    """quoted: what would become of an order; it only reads."""

    def __init__(
        self,
        quoted: Callable[[Order, datetime], Quote],
        *,
        senders: Senders,
        tokens: Tokens | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._quoted = quoted
        self._callers = Callers(senders, tokens)
        self._clock = clock

    @door
    def quote(self, request: Request) -> Answer:
        """POST /orders/quote: what would become of an order if it were placed now."""
        client = self._callers.required(request, PLACE).name
        now = self._clock()
        try:
            order = read_order(request.raw_body(), client=client, idempotency_key=_NO_KEY, received_at=now)
        except InvalidOrder as error:
            raise Problem(400, "ORDER_INVALID", "the body is not an order that can be taken", error.errors) from None
        found = self._quoted(order, now)
        logger.info("quoted", extra={"by": client, "status": found.status.value})
        return answer(200, show_quote(found, order, now))


def show_quote(quote: Quote, placed: Order, at: datetime) -> dict[str, Any]:
    """A quote as the API shows it: without name, address and e-mail. placed: the order as it came."""
    verified, promise = quote.verified, quote.promise
    order = verified.order if verified else placed
    currency = order.currency
    return {
        "quoted_at": at.isoformat(),
        "would_be": quote.status.value,
        "currency": currency,
        "lines": [
            {
                "sku": verified.item(line.line_id).sku if verified else line.sku,
                "description": line.title,
                "quantity": line.quantity,
                "unit_price": money.major_units(line.unit_price, currency),
                "price": money.major_units(line.net, currency),
                "deliveries": deliveries_of(promise, line.line_id) if promise else [],
            }
            for line in order.lines
        ],
        "service": verified.service if verified else "",
        "shipping_price": money.major_units(order.shipping.price, currency),
        "tax_total": money.major_units(order.tax_total, currency),
        "discount_total": money.major_units(order.discount_total, currency),
        "total": money.major_units(order.total, currency),
        "delivery_date": promise.delivery_date.isoformat() if promise and promise.delivery_date else None,
        "discrepancies": [{**d.model_dump(), "message": d.message} for d in quote.discrepancies],
        "missing": [missing.model_dump(mode="json") for missing in quote.shortage.missing] if quote.shortage else [],
        "choices": [show_choice(verified, choice) for choice in quote.alternatives] if verified else [],
    }
