"""The shipping label: 4x6 inch or A6, PDF or ZPL, a GS1 logistic label with the parcel's SSCC.

Layout, sizes and text after the GS1 Logistic Label Guideline: the SSCC's barcode at the bottom, upright bars
at least 32 mm high, X-dimension at least 0.495 mm in whole dots of the printer, quiet zones of ten modules,
the human readable interpretation below. Above it the destination's postal code as a barcode for sorting, lower
than 32 mm as the guideline allows where a label is small, and a QR code with the parcel's GS1 Digital Link.
"""

from __future__ import annotations

from order_processing import order_number, sscc
from order_processing.barcodes import QUIET_ZONE, human_readable, modules_of
from order_processing.delivery import Parcel, Shipment
from order_processing.documents.addresses import address_lines, country_number
from order_processing.documents.drawing import Drawing
from order_processing.documents.fonts import UnprintableText, printable
from order_processing.documents.sheet import Sheet
from order_processing.documents.text import one_line
from order_processing.documents.zpl import ZplLabel
from order_processing.order import Address
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder

SIZES_MM = {"4x6": (101.6, 152.4), "A6": (105.0, 148.0)}
MODULE_DOTS = {203: 4, 300: 6}
"""Printer dots of one module: 0.5005 mm and 0.508 mm."""

_MARGIN = 3.5
_BAR_HEIGHT = 32.5
_TOP = 25.0
_FACTS = 21.0
_CODE = 49.5
_ROUTING = 18.0
_QR_MODULES, _QR_QUIET = 29, 4


def shipping_label(
    parcel: Parcel, shipment: Shipment, verified: VerifiedOrder, settings: Settings, order_id: str
) -> bytes:
    """One parcel's label as a PDF page in the printer's size, the same bytes each time.

    Raises TextTooLong or UnprintableText, which name the field, when an address cannot be printed as it is:
    better no label than one that leads astray.
    """
    wide, high = _size(settings)
    title, author = f"Shipping label {order_number.display(order_id)}", one_line(settings.store.name)
    sheet = Sheet(wide, high, title=title, author=author, dpi=settings.printing.label_dpi)
    _draw(sheet, parcel, shipment, verified, settings, order_id)
    return sheet.to_bytes()


def shipping_label_zpl(
    parcel: Parcel, shipment: Shipment, verified: VerifiedOrder, settings: Settings, order_id: str
) -> bytes:
    """The same label for a Zebra printer, as ZPL II; refuses what `shipping_label` refuses."""
    label = ZplLabel(*_size(settings), dpi=settings.printing.label_dpi)
    _draw(label, parcel, shipment, verified, settings, order_id)
    return label.to_bytes()


def return_label(
    parcel: Parcel, shipment: Shipment, verified: VerifiedOrder, settings: Settings, order_id: str
) -> bytes:
    """A label with which a parcel comes back to the location that it left, as PDF.

    parcel: what comes back, with an SSCC of its own: the one under which it was sent is not used again.
    """
    order = verified.order
    sender = order.shipping_address or Address()
    back = order.model_copy(update={"shipping_address": settings.locations[shipment.location].address})
    title, author = f"Return label {order_number.display(order_id)}", one_line(settings.store.name)
    sheet = Sheet(*_size(settings), title=title, author=author, dpi=settings.printing.label_dpi)
    returned = verified.model_copy(update={"order": back})
    _draw(sheet, parcel, shipment, returned, settings, order_id, returned_from=sender)
    return sheet.to_bytes()


def _size(settings: Settings) -> tuple[float, float]:
    """Width and height in millimetres, whole dots of the printer."""
    dot = 25.4 / settings.printing.label_dpi
    wide, high = SIZES_MM[settings.printing.label_size]
    return round(wide / dot) * dot, round(high / dot) * dot


def _draw(
    label: Drawing,
    parcel: Parcel,
    shipment: Shipment,
    verified: VerifiedOrder,
    settings: Settings,
    order_id: str,
    *,
    returned_from: Address | None = None,
) -> None:
    sender = returned_from or settings.locations[shipment.location].address
    phone = "" if returned_from else verified.order.customer.phone
    dpi = settings.printing.label_dpi
    facts_at = label.height - _CODE - _FACTS
    routed = _routing(label, verified, dpi, bottom=facts_at)
    _carrier(label, shipment, sender, settings, title="Return" if returned_from else "")
    _recipient(label, verified, sender, phone=phone, top=_TOP, bottom=facts_at - (_ROUTING if routed else 0))
    _facts(label, parcel, shipment, order_id, dpi, top=facts_at)
    _sscc(label, parcel.sscc, dpi, top=label.height - _CODE)


def recipient_lines(verified: VerifiedOrder, sent_from: str) -> tuple[str, ...]:
    """Whom the parcel goes to, as printed; UnprintableText where there is no address or no name."""
    order = verified.order
    address = order.shipping_address
    if address is None:
        raise UnprintableText("shipping_address: a parcel needs one")
    if not one_line(address.name) and not one_line(address.company):
        address = address.model_copy(update={"name": order.customer.name})
    if not one_line(address.name) and not one_line(address.company):
        raise UnprintableText("shipping_address.name: holds nothing that can be printed")
    return tuple(printable(line, "shipping_address") for line in address_lines(address, sent_from=sent_from))


def kilograms(grams: int) -> str:
    """A weight for a label, rounded up to 10 g: 1234 is "1.24 kg"."""
    return f"{-(-grams // 10) / 100:.2f} kg"


def _carrier(sheet: Drawing, shipment: Shipment, sender: Address, settings: Settings, *, title: str) -> None:
    service = settings.services[shipment.service]
    middle = sheet.width * 0.52
    sheet.text(_MARGIN, _MARGIN + 2.2, "FROM", 6, bold=True)
    lines = [printable(line, "sender") for line in address_lines(sender, sent_from="")]
    sheet.block(
        _MARGIN,
        _MARGIN + 3,
        lines,
        within=middle - 2 * _MARGIN,
        tall=_TOP - _MARGIN - 4,
        size=8,
        smallest=5,
        field="sender",
    )
    sheet.rule(middle, 0.8, middle, _TOP, thick=0.375)
    sheet.fitted(
        middle + 2.5,
        8.5,
        printable(title or one_line(service.title), "service"),
        within=sheet.width - middle - 5,
        size=15,
        smallest=7,
        bold=True,
        field="service",
    )
    sheet.fitted(
        middle + 2.5,
        14.5,
        printable(one_line(service.carrier), "carrier"),
        within=sheet.width - middle - 5,
        size=10,
        smallest=6,
        field="carrier",
    )
    sheet.rule(0.8, _TOP, sheet.width - 0.8, _TOP, thick=0.375)


def _recipient(
    sheet: Drawing, verified: VerifiedOrder, sender: Address, *, phone: str, top: float, bottom: float
) -> None:
    lines = recipient_lines(verified, sender.country)
    address = verified.order.shipping_address
    named_first = address is not None and lines[0] in (one_line(address.name), one_line(address.company))
    sheet.text(_MARGIN, top + 4.2, "TO", 6, bold=True)
    left = _MARGIN + 6
    end = sheet.block(
        left,
        top + 2.2,
        lines,
        within=sheet.width - left - _MARGIN,
        tall=bottom - top - 8.5,
        size=15,
        smallest=7,
        bold_first=named_first,
        field="shipping_address",
    )
    own = one_line(address.phone) if address else ""
    phone, field = (own, "shipping_address.phone") if own else (one_line(phone), "customer.phone")
    if phone:
        sheet.fitted(
            left,
            max(end + 4, bottom - 2.5),
            f"Tel. {printable(phone, field)}",
            within=sheet.width - left - _MARGIN,
            size=8,
            smallest=5,
            field=field,
        )


def _routing(sheet: Drawing, verified: VerifiedOrder, dpi: int, *, bottom: float) -> bool:
    """The destination's country and postal code as a barcode, AI (421), if it has both and the label is wide enough."""
    address = verified.order.shipping_address
    postal_code = "".join(letter for letter in address.postal_code if letter.isalnum()) if address else ""
    number = country_number(address.country) if address else ""
    if not number or not 1 <= len(postal_code) <= 9 or not postal_code.isascii():
        return False
    elements = [("421", number + postal_code.upper())]
    dots = MODULE_DOTS[dpi]
    if (modules_of(elements) + 2 * QUIET_ZONE) * dots * 25.4 / dpi > sheet.width:
        return False
    sheet.rule(0.8, bottom - _ROUTING, sheet.width - 0.8, bottom - _ROUTING, thick=0.25)
    bars = modules_of(elements) * dots * 25.4 / dpi
    left = QUIET_ZONE * dots * 25.4 / dpi
    sheet.bars(left, bottom - _ROUTING + 1.2, _ROUTING - 6, elements, dots=dots)
    sheet.text(left + bars / 2, bottom - 1.2, human_readable(elements), 9, align="center")
    return True


def _facts(sheet: Drawing, parcel: Parcel, shipment: Shipment, order_id: str, dpi: int, *, top: float) -> None:
    """Order, ship date, weight and parcel n of m, with their data titles, and the parcel's GS1 Digital Link."""
    sheet.rule(0.8, top, sheet.width - 0.8, top, thick=0.375)
    second = sheet.width * 0.44
    fields = (
        (_MARGIN, top, "ORDER", order_number.display(order_id)),
        (second, top, "PARCEL", f"{parcel.number} of {parcel.of}"),
        (_MARGIN, top + _FACTS / 2, "SHIP DATE", shipment.ship_date.isoformat()),
        (second, top + _FACTS / 2, "WEIGHT", kilograms(parcel.weight_g)),
    )
    for x, y, title, value in fields:
        sheet.text(x, y + 3.4, title, 6, bold=True)
        sheet.fitted(
            x, y + 8.8, value, within=second - 2 * _MARGIN, size=13, smallest=8, bold=True, field=title.lower()
        )
    dots = MODULE_DOTS[dpi]
    side = (_QR_MODULES + _QR_QUIET) * dots * 25.4 / dpi
    sheet.qr_code(sheet.width - side - 1, top + 2.8, f"https://id.gs1.org/00/{parcel.sscc}", dots=dots)


def _sscc(sheet: Drawing, code: str, dpi: int, *, top: float) -> None:
    sheet.rule(0.8, top, sheet.width - 0.8, top, thick=0.375)
    sheet.text(_MARGIN, top + 4, "SSCC", 6, bold=True)
    sheet.text(_MARGIN + 8, top + 4, code, 9, bold=True)
    elements = [("00", code)]
    dots = MODULE_DOTS[dpi]
    bars = modules_of(elements) * dots * 25.4 / dpi
    sheet.bars((sheet.width - bars) / 2, top + 6, _BAR_HEIGHT, elements, dots=dots)
    sheet.text(sheet.width / 2, top + 6 + _BAR_HEIGHT + 5, sscc.human_readable(code), 12, align="center")
