"""An order's offer as the API shows it."""

from __future__ import annotations

from datetime import date
from typing import Any

from order_processing import money
from order_processing.offer import Alternative, changed
from order_processing.promise import Promise
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.verified_order import VerifiedOrder


def show_offer(stored: StoredOrder) -> dict[str, Any] | None:
    """What may be chosen, until when, and what each choice changes; None while nothing is."""
    if stored.status is not Status.OFFER_PENDING or stored.offer is None or stored.verified is None:
        return None
    return {
        "expires_at": stored.question.expires_at.isoformat() if stored.question else None,
        "choices": [show_choice(stored.verified, alternative) for alternative in stored.offer.alternatives],
    }


def show_choice(verified: VerifiedOrder, alternative: Alternative) -> dict[str, Any]:
    """One choice, and what it changes of the order."""
    currency, promise = verified.order.currency, alternative.promise
    shown: dict[str, Any] = {
        "choice": alternative.key,
        "kind": alternative.kind,
        "price_difference": money.major_units(alternative.difference, currency),
    }
    if promise is None:
        return shown
    after = changed(verified, alternative)
    return shown | {
        "total": money.major_units(after.order.total, currency),
        "delivery_date": promise.delivery_date.isoformat() if promise.delivery_date else None,
        "lines": [
            {
                "sku": after.item(line.line_id).sku,
                "description": line.title,
                "quantity": line.quantity,
                "price": money.major_units(line.net, currency),
                "deliveries": deliveries_of(promise, line.line_id),
            }
            for line in after.order.lines
        ],
    }


def deliveries_of(promise: Promise, line_id: str) -> list[dict[str, Any]]:
    """How many pieces of a line come on which day."""
    days: dict[date, int] = {}
    for part in promise.allocations:
        if part.line_id == line_id:
            days[part.delivery_date] = days.get(part.delivery_date, 0) + part.quantity
    return [{"date": day.isoformat(), "quantity": days[day]} for day in sorted(days)]
