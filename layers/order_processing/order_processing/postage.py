"""Labels bought from carriers, each once.

A label is drawn up first, which costs nothing, and its id is kept with the order before any money is spent. So
whatever run is cut wherever, the next one buys under the same id, which a carrier sells once, and whoever cancels
the order finds every id under which something may have been bought. Where a parcel is not what it was (its promise was
renewed), the label that was bought for it is given back and another bought.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from order_processing.carriers import OWN, Consignment, Postage, followed
from order_processing.customs import crosses_customs, declared
from order_processing.delivery import Shipment
from order_processing.lead_time import zone_of
from order_processing.order_parts import Purchase
from order_processing.orders import Orders
from order_processing.settings import Settings
from order_processing.stored_order import StoredOrder
from order_processing.verified_order import VerifiedOrder
from order_processing.voiding import Carriers


def buy_labels(
    stored: StoredOrder,
    shipments: tuple[Shipment, ...],
    verified: VerifiedOrder,
    *,
    orders: Orders,
    carriers: Carriers,
    settings: Settings,
    now: datetime,
) -> tuple[StoredOrder, tuple[Shipment, ...], dict[str, Postage]]:
    """The labels of every parcel that a real carrier takes, each bought once.

    Returns the order as it is afterwards, the shipments with tracking numbers and links, and the postage by SSCC.
    Raises what `Carrier` does, and OrderChanged when the order was cancelled before anything was bought.
    """
    consignments = {
        consignment.reference: (settings.services[shipment.service].labels, consignment)
        for shipment in shipments
        if settings.services[shipment.service].labels != OWN
        for consignment in _consignments(shipment, shipments, verified, settings)
    }
    kept: dict[str, Purchase] = {}
    for reference, (carrier, consignment) in consignments.items():
        content = _content(consignment)
        fitting = [p for p in stored.purchases if _fits(p, reference, carrier, content)]
        kept[reference] = (
            fitting[0]
            if fitting
            else Purchase(
                reference=reference,
                content=content,
                carrier=carrier,
                label_id=carriers(carrier).draw_up(_told_apart(consignment, content, stored)),
                begun_at=now,
            )
        )
    if drawn_up := tuple(purchase for purchase in kept.values() if purchase not in stored.purchases):
        stored = orders.note_purchases(stored, (*stored.purchases, *drawn_up))
    if useless := [purchase for purchase in stored.purchases if purchase not in kept.values()]:
        for purchase in useless:
            carriers(purchase.carrier).void(purchase.label_id)
        stored = orders.note_purchases(stored, tuple(kept.values()))
    postage = {
        reference: carriers(carrier).buy(kept[reference].label_id, consignment)
        for reference, (carrier, consignment) in consignments.items()
    }
    return stored, tuple(_tracked(shipment, postage, settings) for shipment in shipments), postage


def _content(consignment: Consignment) -> str:
    return hashlib.sha256(consignment.model_dump_json().encode()).hexdigest()[:32]


def _told_apart(consignment: Consignment, content: str, stored: StoredOrder) -> Consignment:
    """A carrier finds again what was drawn up by its reference: another label for a parcel needs another one."""
    if all(purchase.reference != consignment.reference for purchase in stored.purchases):
        return consignment
    return consignment.model_copy(update={"reference": f"{consignment.reference}-{content[:8]}"})


def _fits(purchase: Purchase, reference: str, carrier: str, content: str) -> bool:
    return (purchase.reference, purchase.carrier) == (reference, carrier) and purchase.content in ("", content)


def _consignments(
    shipment: Shipment, shipments: tuple[Shipment, ...], verified: VerifiedOrder, settings: Settings
) -> list[Consignment]:
    recipient = verified.order.shipping_address
    if recipient is None:
        raise ValueError("shipping_address: a parcel needs one")
    if not recipient.name and not recipient.company:
        recipient = recipient.model_copy(update={"name": verified.order.customer.name})
    sender = settings.locations[shipment.location].address
    service = settings.services[shipment.service]
    zone = zone_of(service, shipment.location, recipient.country)
    abroad = crosses_customs(sender, recipient)
    return [
        Consignment(
            reference=parcel.sscc,
            sender=sender,
            recipient=recipient,
            phone=recipient.phone or verified.order.customer.phone,
            parcel=parcel,
            service=service.carrier_service,
            days=zone.transit_days if zone else None,
            declaration=declared(parcel, shipments, verified, settings) if abroad else None,
            eori=settings.customs.eori,
            zpl=settings.printing.zpl,
        )
        for parcel in shipment.parcels
    ]


def _tracked(shipment: Shipment, postage: dict[str, Postage], settings: Settings) -> Shipment:
    service = settings.services[shipment.service]
    if service.labels == OWN:
        return followed(shipment, service)
    parcels = tuple(
        parcel.model_copy(
            update={
                "tracking_number": postage[parcel.sscc].tracking_number,
                "tracking_url": postage[parcel.sscc].tracking_url,
            }
        )
        for parcel in shipment.parcels
    )
    return shipment.model_copy(update={"parcels": parcels})
