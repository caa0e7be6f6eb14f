"""The way through the shelves: bins in the order in which somebody passes them, and shipments in that order."""

from __future__ import annotations

import re
from collections.abc import Iterable

from order_processing.warehouse.dispatch import Departing


def picking_order(due: Iterable[Departing], bins: dict[str, str]) -> list[Departing]:
    """Shipments by the first bin on the way that anything of them lies in."""
    return sorted(due, key=lambda d: (min(way_to(bins.get(sku, "")) for sku in skus_of([d])), d.order_id))


def way_to(place: str) -> tuple[bool, tuple[tuple[int, str], ...]]:
    """Sorts bins along the way: numbers by their value (A-2 before A-10), no bin at all last."""
    parts = re.findall(r"\d+|[^\W\d_]+", place)
    return not place, tuple((int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in parts)


def skus_of(due: Iterable[Departing]) -> list[str]:
    """What lies in the parcels of these."""
    return sorted({c.sku for d in due for parcel in d.shipment.parcels for c in parcel.contents})
