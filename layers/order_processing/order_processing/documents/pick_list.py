"""The pick list: what to take from the shelves of one location, for many orders at once, along the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from order_processing import order_number
from order_processing.delivery import Shipment
from order_processing.documents.report import Column, Report, paper
from order_processing.settings import Settings
from order_processing.warehouse.picking import way_to

_COLUMNS = (
    Column("", 0.05),
    Column("Bin", 0.13),
    Column("Pieces", 0.09, "right"),
    Column("SKU", 0.19),
    Column("Description", 0.29),
    Column("For orders", 0.25),
)


def pick_list(
    location: str,
    day: date,
    shipments: Iterable[tuple[str, Shipment]],
    settings: Settings,
    bins: Mapping[str, str] | None = None,
) -> bytes:
    """All that leaves a location on a day, one row a SKU, in the order of the bins, as PDF.

    shipments: (order id, shipment); those of other locations and days are left out. bins: where each SKU lies;
    those that lie nowhere stand last, by SKU.
    """
    bins = bins or {}
    pieces: dict[str, int] = {}
    descriptions: dict[str, str] = {}
    orders: dict[str, dict[str, int]] = {}
    for order_id, shipment in sorted(shipments, key=lambda entry: entry[0]):
        if (shipment.location, shipment.ship_date) != (location, day):
            continue
        for packed in (content for parcel in shipment.parcels for content in parcel.contents):
            pieces[packed.sku] = pieces.get(packed.sku, 0) + packed.quantity
            descriptions.setdefault(packed.sku, packed.description)
            wanted = orders.setdefault(packed.sku, {})
            wanted[order_id] = wanted.get(order_id, 0) + packed.quantity
    place = settings.locations[location]
    report = Report(
        paper(place.address.country),
        title="Pick list",
        subject=f"{place.name}, {day.isoformat()}",
        author=settings.store.name,
    )
    rows = [
        (
            "[  ]",
            bins.get(sku, ""),
            str(pieces[sku]),
            sku,
            descriptions[sku],
            ", ".join(f"{order_number.display(order_id)}: {quantity}" for order_id, quantity in orders[sku].items()),
        )
        for sku in sorted(pieces, key=lambda sku: (way_to(bins.get(sku, "")), sku))
    ]
    report.table(_COLUMNS, rows, total=("", "", str(sum(pieces.values())), f"{len(pieces)} SKUs", "", ""))
    return report.to_bytes()
