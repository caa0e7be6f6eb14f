"""The dangerous goods note: which parcels of a shipment hold dangerous goods, by UN number."""

from __future__ import annotations

from order_processing import order_number
from order_processing.delivery import Shipment
from order_processing.documents.addresses import address_lines
from order_processing.documents.report import Column, Report, paper
from order_processing.documents.shipping_label import kilograms, recipient_lines
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder

_COLUMNS = (
    Column("UN number", 0.13),
    Column("Goods", 0.33),
    Column("Pieces", 0.1, "right"),
    Column("Gross weight", 0.16, "right"),
    Column("Parcel", 0.28),
)


def dangerous_goods_note(shipment: Shipment, verified: VerifiedOrder, settings: Settings, order_id: str) -> bytes:
    """The note as PDF of a shipment that holds dangerous goods, dated with the ship date; the same bytes each time.

    The catalogue knows the UN number alone: whoever signs adds class, packing group and technical name.
    """
    rows = [
        (part.dangerous, packed.description, str(packed.quantity), kilograms(parcel.weight_g), parcel.sscc)
        for parcel in shipment.parcels
        for packed in parcel.contents
        if (part := verified.item(packed.line_id).part(packed.sku)).dangerous
    ]
    sender = settings.locations[shipment.location].address
    service = settings.services[shipment.service]
    report = Report(
        paper(sender.country),
        title="Dangerous goods note",
        subject=order_number.display(order_id),
        author=settings.store.name,
    )
    report.columns(
        ("Consignor", [*address_lines(sender, sent_from=""), f"Tel. {settings.store.phone}"]),
        ("Consignee", recipient_lines(verified, sent_from="")),
        ("Carriage", [service.carrier, service.title, shipment.ship_date.isoformat()]),
    )
    report.table(_COLUMNS, rows)
    report.signature("Class and division", "Packing group", "Proper shipping name", "Instructions")
    report.paragraph(
        "The goods above are fully and accurately described by their proper shipping name, are classified, packed,"
        " marked and labelled, and are in all respects in proper condition for carriage."
    )
    report.signature("Place and date", "Name and signature of the consignor")
    return report.to_bytes()
