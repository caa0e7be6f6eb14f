"""Why an order waits or was rejected, of what stands against it."""

from __future__ import annotations

from order_processing.discrepancy import Discrepancy, Resolution
from order_processing.order_parts import Reason


def reason_of(discrepancies: tuple[Discrepancy, ...]) -> Reason | None:
    """Why an order waits or was rejected: all that stands against it, the gravest first."""
    grave: tuple[Resolution, ...] = ("fatal", "needs_customer", "needs_approval")
    against = [d for resolution in grave for d in discrepancies if d.resolution == resolution]
    if not against:
        return None
    return Reason(code=against[0].code, text="; ".join(d.message for d in against))
