"""Customs: which parcels must be declared, and what a declaration states.

The forms are those of the Universal Postal Union: CN22 for small and cheap parcels, CN23 for others.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from order_processing.delivery import Parcel, Shipment
from order_processing.order import Address, Record, Text
from order_processing.settings import Settings
from order_processing.verified_order import Item, VerifiedOrder

CN22_MAX_G = 2000

_UNION = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU"),
    *("LV", "MC", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
_TERRITORIES = {
    **dict.fromkeys(_UNION, "EU"),
    **dict.fromkeys(["GB", "IM"], "GB"),
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
    "GB": ("BT", "GY", "JE", "BF1"),  # Northern Ireland, for goods from Great Britain; Channel Islands; forces' post
    "FR": ("971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988"),  # overseas
    "US": ("09", "340", "962", "963", "964", "965", "966"),  # forces' and embassies' post: APO, FPO, DPO
}
_REGIONS_APART = {"US": frozenset({"AA", "AE", "AP", "GU", "AS", "MP", "VI"})}
_STANDS_FOR = {("GB", "GY"): "GG", ("GB", "JE"): "JE"}


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
    Kingdom with Man, Switzerland with Liechtenstein, and the United States with Puerto Rico, but for the parts of
    countries that stand apart, and the post of armed forces abroad.
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
        return _STANDS_FOR.get((address.country, apart), f"{address.country}-{apart}")
    if address.region in _REGIONS_APART.get(address.country, ()):
        return f"{address.country}-{address.region}"
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
            value=_share(parcel, place, shipments, _part_of(_net(verified, packed.line_id), item, packed.sku)),
            hs_code=part.hs_code or item.hs_code,
            origin=part.origin or item.origin,
        )


def _net(verified: VerifiedOrder, line_id: str) -> int:
    """What the customer pays for a line without tax."""
    order = verified.order
    line = next(line for line in order.lines if line.line_id == line_id)
    return line.net - (line.tax if order.prices_include_tax else 0)


def _part_of(net: int, item: Item, sku: str) -> int:
    """What of a line's value one of its SKUs has: all of it, or a component's part of the bundle's price, exactly."""
    amounts: dict[str, int] = {}
    each = item.component_amounts if sum(item.component_amounts) else [count for _, count in item.components]
    for (component, _), amount in zip(item.components, each, strict=True):
        amounts[component] = amounts.get(component, 0) + amount
    if sku not in amounts:
        return net
    before = sum(list(amounts.values())[: list(amounts).index(sku)])
    total = sum(amounts.values())
    return net * (before + amounts[sku]) // total - net * before // total


def _share(parcel: Parcel, place: int, shipments: Sequence[Shipment], value: int) -> int:
    """The part of a SKU's value in a line that one content of a parcel has: by pieces, what is left to later ones."""
    wanted = (parcel.contents[place].line_id, parcel.contents[place].sku)
    before = pieces = total = 0
    for packed_in in (p for shipment in shipments for p in shipment.parcels):
        for at, packed in enumerate(packed_in.contents):
            if (packed.line_id, packed.sku) == wanted:
                if packed_in.sscc == parcel.sscc and at == place:
                    before, pieces = total, packed.quantity
                total += packed.quantity
    return value * (before + pieces) // total - value * before // total
