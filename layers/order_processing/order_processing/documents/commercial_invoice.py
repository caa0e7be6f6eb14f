"""The commercial invoice that goes with a shipment across a customs border."""

from __future__ import annotations

from order_processing import order_number
from order_processing.customs import declared
from order_processing.delivery import Shipment
from order_processing.documents.addresses import address_lines, country_name
from order_processing.documents.report import Column, Report, paper
from order_processing.documents.shipping_label import kilograms
from order_processing.money import major_units
from order_processing.order import Address
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder

_COLUMNS = (
    Column("Description", 0.36),
    Column("HS code", 0.12),
    Column("Origin", 0.12),
    Column("Quantity", 0.1, "right"),
    Column("Net weight", 0.13, "right"),
    Column("Value", 0.17, "right"),
)


def commercial_invoice(
    shipment: Shipment, shipments: tuple[Shipment, ...], verified: VerifiedOrder, settings: Settings, order_id: str
) -> bytes:
    """One shipment's commercial invoice as PDF. shipments: all of the order's, over which values are shared.

    Dated with the ship date. Values are without tax, in the order's currency.
    """
    order, number = verified.order, order_number.display(order_id)
    sender = settings.locations[shipment.location].address
    report = Report(
        paper(sender.country),
        title="Commercial invoice",
        subject=f"{number}-{shipments.index(shipment) + 1}",
        author=settings.store.name,
    )
    consignee = order.shipping_address or Address()
    report.columns(
        ("Exporter", [*address_lines(sender, sent_from=""), settings.store.phone]),
        ("Consignee", [*address_lines(consignee, sent_from=""), consignee.phone or order.customer.phone]),
        ("Invoice", _facts(shipment, verified, settings, number)),
    )
    declarations = [declared(parcel, shipments, verified, settings) for parcel in shipment.parcels]
    lines = [line for declaration in declarations for line in declaration.lines]
    report.table(
        _COLUMNS,
        [
            (
                f"{line.description} ({line.sku})",
                line.hs_code or "not stated",
                country_name(line.origin) if line.origin else "not stated",
                str(line.quantity),
                kilograms(line.weight_g),
                major_units(line.value, order.currency),
            )
            for line in lines
        ],
        total=(
            f"Total, parcels: {len(shipment.parcels)}, gross {kilograms(sum(p.weight_g for p in shipment.parcels))}",
            "",
            "",
            str(sum(line.quantity for line in lines)),
            kilograms(sum(line.weight_g for line in lines)),
            f"{order.currency} {major_units(sum(line.value for line in lines), order.currency)}",
        ),
    )
    report.paragraph("Sale of goods. We declare that what this invoice states is true and complete.")
    report.signature("Place and date", "Name and signature")
    return report.to_bytes()


def _facts(shipment: Shipment, verified: VerifiedOrder, settings: Settings, number: str) -> list[str]:
    customs = settings.customs
    ioss = declared(shipment.parcels[0], (shipment,), verified, settings).ioss if shipment.parcels else ""
    return [
        f"Order {number}",
        f"Date {shipment.ship_date.isoformat()}",
        f"Incoterm {customs.incoterm} (Incoterms 2020)",
        f"Currency {verified.order.currency}",
        *([f"EORI {customs.eori}"] if customs.eori else []),
        *([f"IOSS {ioss}"] if ioss else []),
        *([f"Tax number {verified.order.customer.tax_number}"] if verified.order.customer.tax_number else []),
    ]
