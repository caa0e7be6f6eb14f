"""Whether every document that a delivery needs is there: what READY_TO_SHIP promises the warehouse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from order_processing.customs import crosses_customs
from order_processing.delivery import Document, Shipment
from order_processing.goods import un_numbers
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder


def missing(
    shipments: Sequence[Shipment], documents: Sequence[Document], verified: VerifiedOrder, settings: Settings
) -> list[str]:
    """Kinds of documents of which there are fewer than the shipments need, each with how many are missing.

    Counted from the shipments themselves, not from what was made: a label a parcel, a packing slip, a declaration a
    parcel and an invoice a shipment across a customs border, a note where there are dangerous goods.
    """
    kept = [document for document in documents if document.size]
    there = Counter(document.kind for document in kept)
    # A carrier may sell a label as ZPL alone: either form of a parcel's label will do.
    there["label"] = len({_stem(document.key) for document in kept if document.kind in ("label", "label_zpl")})
    wanted = Counter(_needed(shipments, verified, settings))
    return [f"{kind}: {count - there[kind]} missing" for kind, count in sorted(wanted.items()) if there[kind] < count]


def _needed(shipments: Sequence[Shipment], verified: VerifiedOrder, settings: Settings) -> Iterator[str]:
    if shipments:
        yield "packing_slip"
    recipient = verified.order.shipping_address
    for shipment in shipments:
        yield from ("label" for _ in shipment.parcels)
        if recipient and crosses_customs(settings.locations[shipment.location].address, recipient):
            yield from ("customs_declaration" for _ in shipment.parcels)
            yield "commercial_invoice"
        if any(un_numbers(parcel.contents, verified) for parcel in shipment.parcels):
            yield "dangerous_goods_note"


def _stem(key: str) -> str:
    return key.rpartition(".")[0]
