"""The manifest: what is handed over to a carrier at a location on a day, parcel by parcel."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from order_processing import order_number
from order_processing.delivery import Shipment
from order_processing.documents.report import Column, Report, paper
from order_processing.documents.shipping_label import kilograms
from order_processing.settings import Settings

_COLUMNS = (
    Column("Order", 0.19),
    Column("Parcel", 0.12),
    Column("SSCC", 0.26),
    Column("Service", 0.25),
    Column("Weight", 0.18, "right"),
)


def manifest(
    location: str, carrier: str, day: date, shipments: Iterable[tuple[str, Shipment]], settings: Settings
) -> bytes:
    """The parcels that a carrier takes over, with lines to sign on, as PDF. It holds nobody's name or address.

    shipments: (order id, shipment); those of other locations, carriers and days are left out.
    """
    taken = [
        (order_id, shipment)
        for order_id, shipment in shipments
        if (shipment.location, shipment.ship_date) == (location, day)
        and settings.services[shipment.service].carrier == carrier
    ]
    rows = sorted(
        (
            order_number.display(order_id),
            f"{parcel.number} of {parcel.of}",
            parcel.sscc,
            settings.services[shipment.service].title,
            kilograms(parcel.weight_g),
        )
        for order_id, shipment in taken
        for parcel in shipment.parcels
    )
    weight = sum(parcel.weight_g for _, shipment in taken for parcel in shipment.parcels)
    place = settings.locations[location]
    report = Report(
        paper(place.address.country),
        title="Manifest",
        subject=f"{place.name}, {carrier}, {day.isoformat()}",
        author=settings.store.name,
    )
    report.table(_COLUMNS, rows, total=(f"Shipments: {len(taken)}", str(len(rows)), "", "", kilograms(weight)))
    report.signature("Handed over by", "Taken over by", "Date and time")
    return report.to_bytes()
