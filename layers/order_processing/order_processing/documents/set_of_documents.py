"""Which documents an order's delivery needs, and each of them made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import count
from typing import NamedTuple

from order_processing.carriers import OWN, Postage
from order_processing.customs import crosses_customs
from order_processing.delivery import Delivery, Shipment
from order_processing.documents.drawing import TextTooLong
from order_processing.documents.fonts import UnprintableText
from order_processing.documents.packing_slip import packing_slip
from order_processing.documents.shipping_label import shipping_label, shipping_label_zpl
from order_processing.goods import un_numbers
from order_processing.promise import Promise
from order_processing.settings import Settings
from order_processing.verified_order import VerifiedOrder

PDF, ZPL = "application/pdf", "application/zpl"
_LABELS = {PDF: ("label", "pdf"), ZPL: ("label_zpl", "zpl")}


class DocumentRefused(ValueError):
    """A document that cannot be printed as it must be; the message names it and the order's field, never the text."""


class Printed(NamedTuple):
    """A finished document. kind: `label`, `packing_slip`, ...; name: of the file, without personal data."""

    kind: str
    name: str
    content_type: str
    body: bytes


def documents_for(
    order_id: str, verified: VerifiedOrder, promise: Promise, delivery: Delivery, settings: Settings
) -> Iterator[Printed]:
    """All documents of a delivery, the same bytes each time; none where nothing is packed.

    A label a parcel (as ZPL too if the settings ask for it) and one packing slip. A service whose labels are
    bought has none here: see `bought_labels`. A shipment that crosses a
    customs border has a customs declaration a parcel and a commercial invoice, one with dangerous goods a note of
    them. Declarations have their label's number; invoices and notes have their shipment's.
    Raises DocumentRefused.
    """
    parcel_numbers = count(1)
    for number, shipment in enumerate(delivery.shipments, 1):
        numbers = [next(parcel_numbers) for _ in shipment.parcels]
        if settings.services[shipment.service].labels == OWN:
            yield from _labels(numbers, shipment, verified, settings, order_id)
        if _crosses_customs(shipment, verified, settings):
            yield from _customs_papers(numbers, number, delivery, verified, settings, order_id)
        if any(un_numbers(parcel.contents, verified) for parcel in shipment.parcels):
            yield _dangerous_goods_note(number, shipment, verified, settings, order_id)
    if delivery.shipments:
        yield _pdf(
            "packing_slip", "packing-slip.pdf", partial(packing_slip, order_id, verified, promise, delivery, settings)
        )


def bought_labels(shipments: Iterable[Shipment], bought: Mapping[str, Postage]) -> Iterator[Printed]:
    """The labels that were bought, by SSCC, under the names that ours would have."""
    for number, parcel in enumerate((parcel for shipment in shipments for parcel in shipment.parcels), 1):
        for content_type, body in sorted(bought[parcel.sscc].labels.items() if parcel.sscc in bought else ()):
            kind, ending = _LABELS[content_type]
            yield Printed(kind, f"label-{number}.{ending}", content_type, body)


def _labels(
    numbers: list[int], shipment: Shipment, verified: VerifiedOrder, settings: Settings, order_id: str
) -> Iterator[Printed]:
    for number, parcel in zip(numbers, shipment.parcels, strict=True):
        facts = (parcel, shipment, verified, settings, order_id)
        yield _pdf("label", f"label-{number}.pdf", partial(shipping_label, *facts))
        if settings.printing.zpl:
            name = f"label-{number}.zpl"
            yield Printed("label_zpl", name, ZPL, _made(name, partial(shipping_label_zpl, *facts)))


def _crosses_customs(shipment: Shipment, verified: VerifiedOrder, settings: Settings) -> bool:
    recipient = verified.order.shipping_address
    return recipient is not None and crosses_customs(settings.locations[shipment.location].address, recipient)


def _customs_papers(
    numbers: list[int], number: int, delivery: Delivery, verified: VerifiedOrder, settings: Settings, order_id: str
) -> Iterator[Printed]:
    # Imported here, because most orders stay within their customs territory.
    from order_processing.documents.commercial_invoice import commercial_invoice
    from order_processing.documents.customs_declaration import customs_declaration

    shipments = delivery.shipments
    shipment = shipments[number - 1]
    for parcel_number, parcel in zip(numbers, shipment.parcels, strict=True):
        facts = (parcel, shipment, shipments, verified, settings, order_id)
        name = f"customs-declaration-{parcel_number}.pdf"
        yield _pdf("customs_declaration", name, partial(customs_declaration, *facts))
    yield _pdf(
        "commercial_invoice",
        f"commercial-invoice-{number}.pdf",
        partial(commercial_invoice, shipment, shipments, verified, settings, order_id),
    )


def _dangerous_goods_note(
    number: int, shipment: Shipment, verified: VerifiedOrder, settings: Settings, order_id: str
) -> Printed:
    # Imported here, because few orders hold dangerous goods.
    from order_processing.documents.dangerous_goods_note import dangerous_goods_note

    return _pdf(
        "dangerous_goods_note",
        f"dangerous-goods-note-{number}.pdf",
        partial(dangerous_goods_note, shipment, verified, settings, order_id),
    )


def _pdf(kind: str, name: str, make: Callable[[], bytes]) -> Printed:
    return Printed(kind, name, PDF, _made(name, make))


def _made(name: str, make: Callable[[], bytes]) -> bytes:
    try:
        return make()
    except (TextTooLong, UnprintableText) as refusal:
        raise DocumentRefused(f"{name}: {refusal}") from None
