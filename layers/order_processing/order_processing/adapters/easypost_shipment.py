"""A parcel as EasyPost's API describes one: inches and ounces, an address in its fields, a customs declaration."""

from __future__ import annotations

from typing import Any

from order_processing import money
from order_processing.carriers import Consignment
from order_processing.customs import Declaration
from order_processing.documents.text import one_line
from order_processing.order import Address

_MM_PER_INCH = 25.4
_G_PER_OUNCE = 28.349523125
_LARGEST_WITHOUT_FILING = 2500 * 100


def shipment_body(consignment: Consignment) -> dict[str, Any]:
    """The body of POST /shipments. Sizes and weights are rounded up, so that no parcel is understated."""
    parcel = consignment.parcel
    length, width, height = sorted((_up(mm / _MM_PER_INCH) for mm in parcel.size_mm), reverse=True)
    shipment: dict[str, Any] = {
        "reference": consignment.reference,
        "to_address": _address(consignment.recipient, consignment.phone),
        "from_address": _address(consignment.sender, consignment.sender.phone),
        "parcel": {"length": length, "width": width, "height": height, "weight": _up(parcel.weight_g / _G_PER_OUNCE)},
        "options": {"label_format": "PDF", "label_size": "4x6", "print_custom_1": consignment.parcel.sscc},
    }
    if consignment.declaration:
        shipment["customs_info"] = _customs(consignment.declaration, consignment)
    return {"shipment": shipment}


def _up(value: float) -> float:
    """Up to the next tenth; at least one."""
    return max(1, -int(-value * 10 // 1)) / 10


def _address(address: Address, phone: str) -> dict[str, str]:
    fields = {
        "name": address.name,
        "company": address.company,
        "street1": address.line1,
        "street2": address.line2,
        "city": address.city,
        "state": address.region,
        "zip": address.postal_code,
        "country": address.country,
        "phone": phone,
    }
    return {name: one_line(value) for name, value in fields.items() if one_line(value)}


def _customs(declaration: Declaration, consignment: Consignment) -> dict[str, Any]:
    """A declaration of merchandise; to Canada, or up to 2,500 USD, what leaves the United States is not filed."""
    info: dict[str, Any] = {
        "contents_type": "merchandise",
        "contents_explanation": "",
        "restriction_type": "none",
        "non_delivery_option": "return",
        "customs_certify": True,
        "customs_signer": one_line(consignment.sender.name),
        "customs_items": [
            {
                "description": one_line(line.description)[:50],
                "quantity": line.quantity,
                "weight": _up(line.weight_g / _G_PER_OUNCE),
                "value": float(money.major_units(line.value, declaration.currency)),
                "currency": declaration.currency,
                "hs_tariff_number": line.hs_code,
                "origin_country": line.origin,
                "code": line.sku[:35],
            }
            for line in declaration.lines
        ],
    }
    exempt = declaration.currency == "USD" and declaration.value <= _LARGEST_WITHOUT_FILING
    if consignment.sender.country == "US" and (exempt or consignment.recipient.country == "CA"):
        info["eel_pfc"] = "NOEEI 30.36" if consignment.recipient.country == "CA" else "NOEEI 30.37(a)"
    return info
