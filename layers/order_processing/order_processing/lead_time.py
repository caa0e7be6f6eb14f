"""Lead time: when what is at a location leaves it, and when it arrives.

Dates of shipping are dates at the location, dates of delivery are dates at the destination. Handling
counts the location's working days. Transit counts the days on which the carrier moves at both ends:
a public holiday or a weekend at either of them is no transit day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from order_processing.calendars import Calendar, add_working_days, next_working_day, weekend
from order_processing.order import Address
from order_processing.places import country_name
from order_processing.settings import Location, Service, Settings, Zone

_DAY = timedelta(days=1)
_SATURDAY_AND_SUNDAY = frozenset({6, 7})
_MONTHS = ["", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class UnknownService(LookupError):
    """A delivery service that the settings do not have."""


class UnknownTime(ValueError):
    """A time without its time zone."""


@dataclass(frozen=True)
class Route:
    """The way from one location to one destination with one service, for one order.

    ordered_at: when the order was there, so that its cut-off is known.
    """

    location_id: str
    location: Location
    service: Service
    zone: Zone
    destination: Address
    ordered_at: datetime

    @cached_property
    def plant(self) -> Calendar:
        """The location's working days."""
        return plant_calendar(self.location)

    @cached_property
    def collection(self) -> Calendar:
        """The carrier's working days at the location."""
        place = self.location
        return self._carrier(place.address.country, place.region or place.address.region)

    @cached_property
    def delivery(self) -> Calendar:
        """The carrier's working days at the destination."""
        return self._carrier(self.destination.country, self.destination.region)

    @cached_property
    def today(self) -> date:
        """The day of the order at the location."""
        return self.ordered_at.astimezone(ZoneInfo(self.location.time_zone)).date()

    @cached_property
    def in_time(self) -> bool:
        """Whether the order came before the cut-off of its own day.

        The cut-off is an instant: on a night when clocks change, one that does not exist counts an hour
        later on the clock, and of one that exists twice the first counts.
        """
        zone = ZoneInfo(self.location.time_zone)
        cut_off = datetime.combine(self.today, self.location.cut_off, tzinfo=zone)
        return self.ordered_at.astimezone(UTC) < cut_off.astimezone(UTC)

    @cached_property
    def first_day(self) -> date:
        """The first day on which the location works on the order."""
        return next_working_day(self.today if self.in_time else self.today + _DAY, self.plant)

    def usable_on(self, received: date) -> date:
        """The day from which a receipt that is due on this date can be handled."""
        return max(add_working_days(received, self.location.receiving_days, self.plant), self.first_day)

    def made_on(self, start: date, working_days: int) -> date:
        """The day from which a product can be handled whose making starts on a date."""
        return add_working_days(start, working_days, self.plant)

    def ships_on(self, ready: date) -> date:
        """The day on which goods leave that can be handled from a date on."""
        handled = add_working_days(ready, self.location.handling_days, self.plant)
        return next_working_day(handled, self.plant, self.collection)

    def arrives_on(self, ships: date) -> date:
        """The day on which goods are delivered that leave on a date."""
        return add_working_days(ships, self.zone.transit_days, self.collection, self.delivery)

    def latest_departure(self, ships: date, by: date) -> date:
        """The last day from `ships` on at which goods can leave and still arrive `by` a date."""
        following = next_working_day(ships + _DAY, self.plant, self.collection)
        while self.arrives_on(following) <= by:
            ships, following = following, next_working_day(following + _DAY, self.plant, self.collection)
        return ships

    def in_words(self, quantity: int, origin: str, ships: date) -> str:
        """A source and its dates for people: `2 in Leipzig today, ships 3 Dec, 2 working days to Spain`."""
        days = self.zone.transit_days
        side = "before" if self.in_time else "after"
        cut_off = f"ordered {side} the {self.location.cut_off:%H:%M} cut-off"
        transit = f"{days} working day{'' if days == 1 else 's'} to {country_name(self.destination.country)}"
        return f"{quantity} in {self.location.name} {origin}, {cut_off}, ships {short_date(ships)}, {transit}"

    def _carrier(self, country: str, region: str) -> Calendar:
        free = weekend(country, self.ordered_at.year)
        usual = frozenset(self.service.working_days)
        return Calendar(usual if free == _SATURDAY_AND_SUNDAY else frozenset(range(1, 8)) - free, country, region)


def routes(settings: Settings, service_id: str, destination: Address, ordered_at: datetime) -> dict[str, Route]:
    """The routes to a destination, one for each location that the service serves it from.

    service_id: "" is the settings' default. Raises UnknownService, and UnknownTime for a naive `ordered_at`.
    """
    if ordered_at.tzinfo is None:
        raise UnknownTime(f"ordered_at: {ordered_at} has no time zone, so its cut-off is unknown")
    name = service_id or settings.default_service
    if name not in settings.services:
        raise UnknownService(f"service {name!r} is not one of {', '.join(settings.services)}")
    service = settings.services[name]
    found = {}
    for location_id, location in settings.locations.items():
        zone = zone_of(service, location_id, destination.country)
        if zone:
            found[location_id] = Route(location_id, location, service, zone, destination, ordered_at)
    return found


def zone_of(service: Service, location_id: str, country: str) -> Zone | None:
    """The zone in which a service carries from a location to a country; None where it does not."""
    zones = [zone for zone in service.zones if not zone.locations or location_id in zone.locations]
    for wanted in (country, "*"):
        for zone in zones:
            if wanted in zone.countries:
                return zone
    return None


def plant_calendar(location: Location) -> Calendar:
    """The working days of a location."""
    return Calendar(
        frozenset(location.working_days),
        location.address.country,
        location.region or location.address.region,
        frozenset(location.closed_on),
        frozenset(location.open_on),
    )


def leaves_on(location: Location, due_on: date) -> date:
    """The first day on which supply that is due on a date can leave a location, whatever the carrier does."""
    return add_working_days(usable_on(location, due_on), location.handling_days, plant_calendar(location))


def usable_on(location: Location, due_on: date) -> date:
    """The first day on which something can be made from supply that is due on a date."""
    return add_working_days(due_on, location.receiving_days, plant_calendar(location))


def short_date(day: date) -> str:
    """A date for people: `3 Dec`."""
    return f"{day.day} {_MONTHS[day.month]}"
