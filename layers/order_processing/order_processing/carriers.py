"""Carriers: the port behind which each stands, and the built-in one, which needs no account.

The built-in carrier's labels are our own. Its tables are the settings' zones: where it goes from each location,
in how many working days, and what that costs the store. A real carrier's labels are bought (see `postage`).
"""

from typing import Protocol

from order_processing.customs import Declaration
from order_processing.delivery import Parcel, Shipment
from order_processing.lead_time import zone_of
from order_processing.order import Address, Record, Text
from order_processing.settings import Service, Settings

OWN = "own"


class Consignment(Record):
    """One parcel as a carrier must know it.

    reference: ours, which no other parcel has. service: the carrier's, as `USPS/Priority`, "" for the cheapest
    that takes at most `days` (working days). phone: the recipient's. declaration: across a customs border.
    """

    reference: Text
    sender: Address
    recipient: Address
    phone: Text = ""
    parcel: Parcel
    service: Text = ""
    days: int | None = None
    declaration: Declaration | None = None
    eori: Text = ""
    zpl: bool = False


class Quote(Record):
    """What a carrier asks for a parcel. price: minor units; currency: "" for the settings' own unit of cost."""

    service: Text
    price: int
    currency: Text = ""
    transit_days: int | None = None


class Postage(Record):
    """A label that is bought. labels: its files by content type (application/pdf, application/zpl)."""

    tracking_number: Text
    tracking_url: Text = ""
    labels: dict[str, bytes] = {}


class CarrierUnavailable(RuntimeError):
    """The carrier did not answer, or said that it cannot now: asked again later, it may."""


class Carrier(Protocol):
    """One carrier, or one account that sells for many. Each may raise CarrierUnavailable or DeliveryRefused."""

    def quotes(self, consignment: Consignment) -> tuple[Quote, ...]:
        """What each of its services asks, and how long it takes."""
        ...

    def draw_up(self, consignment: Consignment) -> str:
        """The carrier's id of a label that can be bought; it costs nothing. One reference gives one id."""
        ...

    def buy(self, label_id: str, consignment: Consignment) -> Postage:
        """Buy a label that was drawn up; one that was bought before is not bought again."""
        ...

    def void(self, label_id: str) -> None:
        """Give a label back if it was bought; nothing where it was not, or was given back before."""
        ...


def own_quotes(settings: Settings, location: str, country: str) -> tuple[Quote, ...]:
    """What the built-in carrier's services ask for a shipment, and how long they take, from the settings' zones."""
    found = ((name, zone_of(service, location, country)) for name, service in settings.services.items())
    return tuple(
        Quote(service=name, price=zone.cost, transit_days=zone.transit_days)
        for name, zone in found
        if zone and settings.services[name].labels == OWN
    )


def tracking_url(service: Service, number: str) -> str:
    """Where the built-in carrier's parcel is followed; "" where the settings name no such page."""
    return service.tracking_url.replace("{number}", number)


def followed(shipment: Shipment, service: Service) -> Shipment:
    """A shipment of the built-in carrier with each parcel's tracking link: its number there is the SSCC."""
    if not service.tracking_url:
        return shipment
    parcels = tuple(p.model_copy(update={"tracking_url": tracking_url(service, p.sscc)}) for p in shipment.parcels)
    return shipment.model_copy(update={"parcels": parcels})
