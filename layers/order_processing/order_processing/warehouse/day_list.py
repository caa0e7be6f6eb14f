"""The shipments of a day at a location, by carrier, and how far each is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from itertools import groupby
from typing import Any

from order_processing import order_number
from order_processing.settings import Settings
from order_processing.warehouse.dispatch import Departing
from order_processing.warehouse.parcels import State, state_of

_NEVER = time(23, 59, 59)


def carrier_of(departing: Departing, settings: Settings) -> str:
    """Who takes a shipment."""
    return settings.services[departing.shipment.service].carrier


def state_of_shipment(departing: Departing) -> State:
    """How far a shipment is: as far as its parcel that is behind all others."""
    states = list(State)
    return min(
        (state_of(parcel.sscc, departing.handling, departing.status) for parcel in departing.shipment.parcels),
        key=states.index,
    )


def day_list(location: str, day: date, due: Iterable[Departing], settings: Settings) -> dict[str, Any]:
    """The day's shipments as the warehouse sees them, by carrier; the carrier that comes first stands first."""
    place = settings.locations[location]
    entries = sorted(due, key=lambda d: (_pickup(carrier_of(d, settings), location, settings), d.order_id))
    carriers = []
    for (at, carrier), together in groupby(entries, key=lambda d: _pickup(carrier_of(d, settings), location, settings)):
        shipments = [_shown(departing, settings) for departing in together]
        counts = {state.value: sum(shown["state"] == state.value for shown in shipments) for state in State}
        carriers.append(
            {
                "carrier": carrier,
                "pickup": "" if at == _NEVER else at.isoformat("minutes"),
                "counts": counts,
                "shipments": shipments,
            }
        )
    return {
        "location": location,
        "name": place.name,
        "day": day.isoformat(),
        "time_zone": place.time_zone,
        "carriers": carriers,
    }


def _pickup(carrier: str, location: str, settings: Settings) -> tuple[time, str]:
    return settings.locations[location].pickups.get(carrier, _NEVER), carrier


def _shown(departing: Departing, settings: Settings) -> dict[str, Any]:
    return {
        "order": order_number.display(departing.order_id),
        "order_id": departing.order_id,
        "service": settings.services[departing.shipment.service].title,
        "state": state_of_shipment(departing).value,
        "parcels": [
            {
                "sscc": parcel.sscc,
                "number": parcel.number,
                "of": parcel.of,
                "box": parcel.box,
                "weight_g": parcel.weight_g,
                "pieces": sum(content.quantity for content in parcel.contents),
                "remarks": list(parcel.remarks),
                "state": state_of(parcel.sscc, departing.handling, departing.status).value,
            }
            for parcel in departing.shipment.parcels
        ],
    }
