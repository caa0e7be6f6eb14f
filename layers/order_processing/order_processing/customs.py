"""Customs: which parcels must be declared, and what a declaration states.

The forms are those of the Universal Postal Union: CN22 for small and cheap parcels, CN23 for others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from order_processing.delivery import Parcel, Shipment
from order_processing.order import Address, Record, Text
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder

CN22_MAX_G = 2000

_UNION = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU"),
    *("LV", "MC", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
_TERRITORIES = {
    **dict.fromkeys(_UNION, "EU"),
    **dict.fromkeys(["GB", "IM", "GG", "JE"], "GB"),
    **dict.fromkeys(["CH", "LI"], "CH"),
    **dict.fromkeys(["US", "PR"], "US"),
}
# Parts of a country that a declaration is needed for all the same: outside its customs union, or its tax area.
_APART = {
    "ES": ("35", "38", "51", "52"),  # Canary Islands, Ceuta, Melilla
    "DE": ("78266", "27498"),  # Büsingen, Heligoland
    "IT": ("23041", "22061"),  # Livigno, Campione
    "FI": ("22",),  # Åland
    "GR": ("63086", "63087"),  # Mount Athos
    "GB": ("BT",),  # Northern Ireland, for goods from Great Britain
}


class DeclaredLine(Record):
    """Equal pieces in a parcel. value: of all of them, minor units of the order's currency, without tax."""

    sku: Text
    description: Text
    quantity: int
    weight_g: int
    value: int
    hs_code: Text
    origin: Text


class Declaration(Record):
    """What one parcel is declared as. value: of all its goods; ioss: "" where it does not apply."""

    form: Literal["CN22", "CN23"]
    lines: tuple[DeclaredLine, ...]
    value: int
    currency: Text
    ioss: Text = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """What customs will ask for and the catalogue does not say, as `SKU: HS code`."""
        return tuple(
            f"{line.sku}: {what}"
            for line in self.lines
            for what, stated in (("HS code", line.hs_code), ("origin", line.origin))
            if not stated
        )


def crosses_customs(sender: Address, recipient: Address) -> bool:
    """Whether goods from the one to the other must be declared.

    Goods move freely within the European Union, between its parts and Northern Ireland, and within the United
    Kingdom, Switzerland with Liechtenstein, and the United States with Puerto Rico, but for the parts of
    countries that stand apart.
    """
    places = {_territory(sender), _territory(recipient)}
    return len(places) > 1 and places != {"EU", "GB-BT"}


def declared(parcel: Parcel, shipments: Sequence[Shipment], verified: VerifiedOrder, settings: Settings) -> Declaration:
    """The declaration of a parcel, one of the order's shipments' parcels.

    A line's value is what the customer pays for it without tax, shared among its pieces over all parcels so
    that the parcels' values add up to the line's, exactly. Weights are of the goods, without packing.
    """
    lines = tuple(_lines(parcel, shipments, verified))
    value, currency = sum(line.value for line in lines), verified.order.currency
    customs = settings.customs
    small = parcel.weight_g <= CN22_MAX_G and value <= customs.cn22_limits.get(currency, -1)
    order_value = sum(_net(verified, item.line_id) for item in verified.items if not item.digital)
    destination = verified.order.shipping_address
    under_ioss = destination is not None and _territory(destination) == "EU"
    return Declaration(
        form="CN22" if small else "CN23",
        lines=lines,
        value=value,
        currency=currency,
        ioss=customs.ioss if under_ioss and order_value <= customs.ioss_limits.get(currency, -1) else "",
    )


def _territory(address: Address) -> str:
    code = "".join(address.postal_code.split()).upper()
    apart = next((prefix for prefix in _APART.get(address.country, ()) if code.startswith(prefix)), "")
    if apart:
        return f"{address.country}-{apart}"
    return _TERRITORIES.get(address.country, address.country)


def _lines(parcel: Parcel, shipments: Sequence[Shipment], verified: VerifiedOrder) -> Iterator[DeclaredLine]:
    for place, packed in enumerate(parcel.contents):
        item = verified.item(packed.line_id)
        part = item.part(packed.sku)
        yield DeclaredLine(
            sku=packed.sku,
            description=packed.description,
            quantity=packed.quantity,
            weight_g=part.weight_g * packed.quantity,
            value=_share(parcel, place, shipments, _net(verified, packed.line_id)),
            hs_code=item.hs_code,
            origin=item.origin,
        )


def _net(verified: VerifiedOrder, line_id: str) -> int:
    """What the customer pays for a line without tax."""
    order = verified.order
    line = next(line for line in order.lines if line.line_id == line_id)
    return line.net - (line.tax if order.prices_include_tax else 0)


def _share(parcel: Parcel, place: int, shipments: Sequence[Shipment], value: int) -> int:
    """The part of a line's value that one content of a parcel has: by pieces, what is left over to later ones."""
    line_id = parcel.contents[place].line_id
    before = pieces = total = 0
    for packed_in in (p for shipment in shipments for p in shipment.parcels):
        for at, packed in enumerate(packed_in.contents):
            if packed.line_id == line_id:
                if packed_in.sscc == parcel.sscc and at == place:
                    before, pieces = total, packed.quantity
                total += packed.quantity
    return value * (before + pieces) // total - value * before // total
