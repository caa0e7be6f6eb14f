"""The commercial invoice that goes with a shipment across a customs border."""

from __future__ import annotations

from order_processing import order_number
from order_processing.customs import declared
from order_processing.delivery import Shipment
from order_processing.documents.addresses import address_lines, country_name
from order_processing.documents.report import BLANK, Column, Report, paper, to_fill_in
from order_processing.documents.shipping_label import kilograms, recipient_lines
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
    invoice = invoice_number(shipment, shipments, order_id)
    report = Report(
        paper(sender.country),
        title="Commercial invoice",
        subject=invoice,
        author=settings.store.name,
    )
    consignee = order.shipping_address or Address()
    phone = consignee.phone or order.customer.phone
    report.columns(
        ("Exporter", [*address_lines(sender, sent_from=""), f"Tel. {settings.store.phone}"]),
        ("Consignee", [*recipient_lines(verified, sent_from=""), *([f"Tel. {phone}"] if phone else [])]),
        ("Invoice", [f"Invoice {invoice}", f"Order {number}", *_facts(shipment, verified, settings)]),
    )
    declarations = [declared(parcel, shipments, verified, settings) for parcel in shipment.parcels]
    lines = [line for declaration in declarations for line in declaration.lines]
    report.table(
        _COLUMNS,
        [
            (
                f"{line.description} ({line.sku})",
                line.hs_code or BLANK,
                country_name(line.origin) if line.origin else BLANK,
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
    if missing := [what for declaration in declarations for what in declaration.missing]:
        report.paragraph(to_fill_in(missing), bold=True)
    report.paragraph("Sale of goods. We declare that what this invoice states is true and complete.")
    report.signature("Place and date", "Name and signature")
    return report.to_bytes()


def invoice_number(shipment: Shipment, shipments: tuple[Shipment, ...], order_id: str) -> str:
    """The number of a shipment's invoice: the order's with the shipment's, from 1."""
    return f"{order_number.display(order_id)}-{shipments.index(shipment) + 1}"


def _facts(shipment: Shipment, verified: VerifiedOrder, settings: Settings) -> list[str]:
    customs = settings.customs
    ioss = declared(shipment.parcels[0], (shipment,), verified, settings).ioss if shipment.parcels else ""
    return [
        f"Date {shipment.ship_date.isoformat()}",
        f"Incoterm {customs.incoterm} (Incoterms 2020)",
        f"Currency {verified.order.currency}",
        *([f"EORI {customs.eori}"] if customs.eori else []),
        *([f"IOSS {ioss}"] if ioss else []),
        *([f"Tax number {verified.order.customer.tax_number}"] if verified.order.customer.tax_number else []),
    ]
