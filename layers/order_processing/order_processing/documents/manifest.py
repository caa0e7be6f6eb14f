"""The manifest: what a carrier took over at a location, parcel by parcel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from order_processing import order_number
from order_processing.delivery import Parcel
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


class ManifestLine(NamedTuple):
    """A parcel on a manifest. service: its key in the settings."""

    order_id: str
    service: str
    parcel: Parcel


def manifest_document(
    number: str,
    location: str,
    carrier: str,
    day: date,
    lines: Sequence[ManifestLine],
    settings: Settings,
    *,
    at: datetime,
) -> bytes:
    """The parcels that a carrier took over, with lines to sign on, as PDF. It holds nobody's name or address.

    number: the manifest's. at: when it was closed (UTC; shown in the location's time).
    """
    rows = sorted(
        (
            order_number.display(line.order_id),
            f"{line.parcel.number} of {line.parcel.of}",
            line.parcel.sscc,
            settings.services[line.service].title,
            kilograms(line.parcel.weight_g),
        )
        for line in lines
    )
    weight = sum(line.parcel.weight_g for line in lines)
    place = settings.locations[location]
    report = Report(
        paper(place.address.country),
        title="Manifest",
        subject=f"{number}, {day.isoformat()}",
        author=settings.store.name,
    )
    closed = at.astimezone(ZoneInfo(place.time_zone))
    report.columns(
        ("Number", [number]),
        ("From, by", [place.name, carrier]),
        ("Closed", [f"{closed:%Y-%m-%d %H:%M}"]),
    )
    orders = len({line.order_id for line in lines})
    report.table(_COLUMNS, rows, total=(f"Orders: {orders}", str(len(rows)), "", "", kilograms(weight)))
    report.signature("Handed over by", "Taken over by", "Date and time")
    return report.to_bytes()
