"""The customs declaration on a parcel: CN22 in the label's size, CN23 on office paper (Universal Postal Union)."""

from __future__ import annotations

from order_processing import order_number
from order_processing.customs import Declaration, declared
from order_processing.delivery import Parcel, Shipment
from order_processing.documents.addresses import address_lines, country_name
from order_processing.documents.commercial_invoice import invoice_number
from order_processing.documents.drawing import ascent
from order_processing.documents.fonts import replaced
from order_processing.documents.report import BLANK, Column, Report, paper, to_fill_in
from order_processing.documents.sheet import Sheet
from order_processing.documents.shipping_label import SIZES_MM, kilograms, recipient_lines
from order_processing.documents.text import one_line
from order_processing.goods import un_numbers
from order_processing.money import major_units
from order_processing.order import Address
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder

_MOST_LINES = 6
_CERTIFIED = (
    "I, the undersigned, whose name and address are given on the item, certify that the particulars given in this"
    " declaration are correct and that this item does not contain any"
)
_PROHIBITED = "articles prohibited by legislation or by postal or customs regulations."
_COLUMNS = (
    Column("Contents", 0.34),
    Column("Quantity", 0.1, "right"),
    Column("Net weight", 0.13, "right"),
    Column("Value", 0.15, "right"),
    Column("HS tariff number", 0.15, "right"),
    Column("Origin", 0.13, "right"),
)


def customs_declaration(
    parcel: Parcel,
    shipment: Shipment,
    shipments: tuple[Shipment, ...],
    verified: VerifiedOrder,
    settings: Settings,
    order_id: str,
) -> bytes:
    """One parcel's declaration as PDF, dated with the ship date; the same bytes each time.

    shipments: all of the order's, over which values are shared. A CN22 with more kinds of goods than it has
    lines becomes a CN23.
    """
    declaration = declared(parcel, shipments, verified, settings)
    if declaration.form == "CN22" and len(declaration.lines) <= _MOST_LINES:
        return _cn22(declaration, parcel, shipment, verified, settings, order_id)
    invoice = invoice_number(shipment, shipments, order_id)
    return _cn23(declaration, parcel, shipment, verified, settings, order_id, invoice=invoice)


def _statement(parcel: Parcel, verified: VerifiedOrder) -> str:
    """What is signed: that nothing dangerous is inside, or which dangerous goods are."""
    numbers = un_numbers(parcel.contents, verified)
    if not numbers:
        return f"{_CERTIFIED} dangerous article or {_PROHIBITED}"
    return (
        f"{_CERTIFIED} {_PROHIBITED} It contains dangerous goods: {', '.join(numbers)}, see the dangerous goods note."
    )


def _cn22(
    declaration: Declaration,
    parcel: Parcel,
    shipment: Shipment,
    verified: VerifiedOrder,
    settings: Settings,
    order_id: str,
) -> bytes:
    wide, high = SIZES_MM[settings.printing.label_size]
    number = order_number.display(order_id)
    sheet = Sheet(wide, high, title=f"Customs declaration {number}", author=one_line(settings.store.name))
    left, right = 4.0, wide - 4.0
    sheet.text(left, 8, "CUSTOMS DECLARATION", 12, bold=True)
    sheet.text(right, 8, "CN 22", 14, bold=True, align="right")
    sheet.text(left, 12, "May be opened officially", 8)
    sheet.text(right, 12, f"{number}, parcel {parcel.number} of {parcel.of}", 8, align="right")
    sheet.rule(left, 14, right, 14)
    for place, (kind, ticked) in enumerate(
        (("Gift", False), ("Documents", False), ("Sale of goods", True), ("Other", False))
    ):
        x = left + place * (wide - 8) / 4
        sheet.box(x, 16, 3.2, 3.2)
        if ticked:
            sheet.text(x + 0.55, 18.7, "X", 8, bold=True)
        sheet.text(x + 4.2, 18.7, kind, 7.5)
    sheet.rule(left, 21, right, 21)
    for x, title, align in (
        (left, "Quantity and contents", "left"),
        (wide * 0.68, "Weight", "right"),
        (right, "Value", "right"),
    ):
        sheet.text(x, 24.5, title, 7, bold=True, align=align)
    y = 26.0
    for line in declaration.lines:
        what = replaced(one_line(f"{line.quantity} x {line.description}"))
        end = sheet.block(left, y, [what], within=wide * 0.4, tall=8, size=8, smallest=5, field="contents", cut=True)
        sheet.text(wide * 0.68, y + ascent(8), kilograms(line.weight_g), 8, align="right")
        sheet.text(right, y + ascent(8), major_units(line.value, declaration.currency), 8, align="right")
        codes = f"HS {line.hs_code or BLANK}, origin {country_name(line.origin) if line.origin else BLANK}"
        sheet.fitted(left, end + 2.5, codes, within=wide - 8, size=7, smallest=4, field="codes", cut=True)
        y = end + 4.5
    sheet.rule(left, y, right, y)
    sheet.text(left, y + 4.5, "Total, gross weight", 9, bold=True)
    sheet.text(wide * 0.68, y + 4.5, kilograms(parcel.weight_g), 9, bold=True, align="right")
    total = f"{declaration.currency} {major_units(declaration.value, declaration.currency)}"
    sheet.text(right, y + 4.5, total, 9, bold=True, align="right")
    if declaration.ioss:
        sheet.text(left, y + 9, f"IOSS {one_line(declaration.ioss)}", 8, bold=True)
    if declaration.missing:
        gaps = replaced(one_line(to_fill_in(declaration.missing)))
        at, tall = y + 10.5, high - 29 - y - 10.5
        sheet.block(
            left, at, [gaps], within=wide - 8, tall=tall, size=8, smallest=5, field="gaps", bold_first=True, cut=True
        )
    text = _statement(parcel, verified)
    sheet.block(left, high - 28, [text], within=wide - 8, tall=14, size=6.5, smallest=4, field="statement")
    sheet.rule(left, high - 7, right, high - 7)
    sheet.text(left, high - 3.5, f"Date and sender's signature: {shipment.ship_date.isoformat()}", 7)
    return sheet.to_bytes()


def _cn23(
    declaration: Declaration,
    parcel: Parcel,
    shipment: Shipment,
    verified: VerifiedOrder,
    settings: Settings,
    order_id: str,
    *,
    invoice: str,
) -> bytes:
    order, number, currency = verified.order, order_number.display(order_id), declaration.currency
    sender = settings.locations[shipment.location].address
    addressee = order.shipping_address or Address()
    report = Report(
        paper(sender.country),
        title="Customs declaration CN 23",
        subject=f"{number}, parcel {parcel.number} of {parcel.of}",
        author=settings.store.name,
    )
    tax_number = order.customer.tax_number
    report.columns(
        ("From", [*address_lines(sender, sent_from=""), f"Tel. {settings.store.phone}"]),
        ("To", [*recipient_lines(verified, sent_from=""), f"Tel. {addressee.phone or order.customer.phone or 'none'}"]),
        (
            "References",
            [
                f"Parcel {parcel.sscc}",
                f"Invoice {invoice}",
                *([f"Sender's EORI {settings.customs.eori}"] if settings.customs.eori else []),
                *([f"IOSS {declaration.ioss}"] if declaration.ioss else []),
                *([f"Importer's tax number {tax_number}"] if tax_number else []),
            ],
        ),
    )
    report.table(
        _COLUMNS,
        [
            (
                line.description,
                str(line.quantity),
                kilograms(line.weight_g),
                major_units(line.value, currency),
                line.hs_code or BLANK,
                country_name(line.origin) if line.origin else BLANK,
            )
            for line in declaration.lines
        ],
        total=(
            "Total",
            str(sum(line.quantity for line in declaration.lines)),
            kilograms(sum(line.weight_g for line in declaration.lines)),
            f"{currency} {major_units(declaration.value, currency)}",
            "",
            "",
        ),
    )
    report.columns(
        ("Category of item", ["Sale of goods"]),
        ("Total gross weight", [kilograms(parcel.weight_g)]),
        ("Incoterm", [settings.customs.incoterm]),
    )
    if declaration.missing:
        report.paragraph(to_fill_in(declaration.missing), bold=True)
    report.paragraph(_statement(parcel, verified))
    report.signature(f"Date: {shipment.ship_date.isoformat()}", "Sender's signature")
    return report.to_bytes()
