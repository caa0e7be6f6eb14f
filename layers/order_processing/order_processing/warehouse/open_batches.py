"""Opening a batch: which orders are printed together, kept before anything is printed. Draws no document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from order_processing.settings import Settings
from order_processing.warehouse.day_list import carrier_of
from order_processing.warehouse.dispatch import KINDS, Batch, Bins, Departing, Dispatch
from order_processing.warehouse.parcels import HandlingRefused, State, state_of
from order_processing.warehouse.picking import picking_order, skus_of

MOST_ORDERS = 500


def open_batch(
    batch_id: str,
    location: str,
    day: date,
    *,
    dispatch: Dispatch,
    bins: Bins,
    settings: Settings,
    now: datetime,
    by: str,
    carrier: str = "",
    orders: Sequence[str] = (),
    format: Literal["pdf", "zpl"] = "pdf",
    kinds: Sequence[str] = KINDS,
) -> Batch:
    """Keep a batch of what leaves a location on a day: what is not printed yet, or `orders`, also once more.

    carrier: only what it takes; "" for all. The same id gives the same batch. Raises HandlingRefused when there is
    nothing to print, when an order is not on the day's list, or when there are more orders than one batch takes.
    """
    if known := dispatch.batch(batch_id):
        return known
    due = [d for d in dispatch.due(location, day) if carrier in ("", carrier_of(d, settings))]
    if missing := sorted(set(orders) - {d.order_id for d in due}):
        raise HandlingRefused("NOT_ON_THE_LIST", f"orders: {missing[0]!r} is not on the list of {location!r}, {day}")
    chosen = [d for d in due if d.order_id in orders] if orders else [d for d in due if to_print(d)]
    if not chosen:
        raise HandlingRefused("NOTHING_TO_PRINT", f"all that leaves {location!r} on {day} is printed or cancelled")
    in_order = list(dict.fromkeys(d.order_id for d in picking_order(chosen, bins.of(location, skus_of(chosen)))))
    if orders and len(in_order) > MOST_ORDERS:
        raise HandlingRefused("TOO_MANY", f"orders: {len(in_order)}, at most {MOST_ORDERS} in one batch")
    return dispatch.open_batch(
        Batch(
            batch_id=batch_id,
            location=location,
            day=day,
            format=format,
            kinds=("label",) if format == "zpl" else tuple(kinds),
            orders=tuple(in_order[:MOST_ORDERS]),
            begun_at=now,
            by=by,
        )
    )


def to_print(departing: Departing) -> bool:
    """Whether a parcel of it is not printed yet."""
    return any(
        state_of(parcel.sscc, departing.handling, departing.status) is State.TO_PRINT
        for parcel in departing.shipment.parcels
    )
