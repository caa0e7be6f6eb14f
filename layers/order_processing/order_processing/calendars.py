"""Working days: weekends and public holidays of a place, and the days on which it is closed or open anyway.

Public holidays come from the `holidays` package: of the countries that the settings name they were written down by the
build (`compile_holidays.py`), and of others the package is asked, which is imported only then.
Countries are ISO 3166-1 alpha-2 codes; regions are what follows the hyphen in an ISO 3166-2 code.
Of a country that the package does not know, Saturday and Sunday are free and nothing else.
"""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

COMPILED = Path(__file__).with_name("compiled_holidays")
KnownYear = dict[str, list[int]]
"""By region the public holidays, as days after the first of January; under "" those of the whole country, which hold
for a region that is not there; under `weekend` the days of the week that are free."""
Known = dict[str, KnownYear]
"""A country's years."""
_DAY = timedelta(days=1)
_SATURDAY_AND_SUNDAY = frozenset({6, 7})
_LONGEST_CLOSURE = 366
_CODE = re.compile(r"[A-Z]{2}")


class NeverOpen(ValueError):
    """A calendar that has no working day within a year."""


class Calendar(NamedTuple):
    """The working days of a place: `weekdays` (ISO, Monday is 1) that are no public holiday.

    closed_on: further days off; open_on: days worked whatever else is said.
    """

    weekdays: frozenset[int]
    country: str = ""
    region: str = ""
    closed_on: frozenset[date] = frozenset()
    open_on: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        """Whether this is a working day."""
        if day in self.open_on:
            return True
        if day.isoweekday() not in self.weekdays or day in self.closed_on:
            return False
        return day not in public_holidays(self.country, self.region, day.year)


def next_working_day(day: date, *calendars: Calendar) -> date:
    """The first day from `day` on, itself included, that is a working day in all the calendars."""
    for _ in range(_LONGEST_CLOSURE):
        if all(calendar.works_on(day) for calendar in calendars):
            return day
        day += _DAY
    raise NeverOpen(f"no common working day in the {_LONGEST_CLOSURE} days before {day}")


def add_working_days(day: date, days: int, *calendars: Calendar) -> date:
    """The `days`-th common working day after `day`; with 0 the first one from `day` on."""
    if days == 0:
        return next_working_day(day, *calendars)
    for _ in range(days):
        day = next_working_day(day + _DAY, *calendars)
    return day


@lru_cache(maxsize=1024)
def public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    """The public holidays of a country's region in a year; none where they are not known."""
    if known := _compiled(country).get(str(year)):
        first = date(year, 1, 1)
        return frozenset(first + timedelta(days=day) for day in known.get(region, known[""]))
    return asked_holidays(country, region, year)


@lru_cache(maxsize=256)
def weekend(country: str, year: int) -> frozenset[int]:
    """The days of the week (ISO) that are free in a country: Saturday and Sunday, or Friday and Saturday, ..."""
    if known := _compiled(country).get(str(year)):
        return frozenset(known["weekend"])
    return asked_weekend(country, year)


def asked_holidays(country: str, region: str, year: int) -> frozenset[date]:
    """The public holidays of a country's region, as the package says them."""
    import holidays

    for part in (region, None) if region else (None,):
        try:
            return frozenset(holidays.country_holidays(country, subdiv=part, years=year))
        except NotImplementedError:
            continue
    return frozenset()


def asked_weekend(country: str, year: int) -> frozenset[int]:
    """The days of the week that are free in a country, as the package says them."""
    import holidays

    try:
        days = holidays.country_holidays(country, years=year).weekend
    except NotImplementedError:
        return _SATURDAY_AND_SUNDAY
    return frozenset(day + 1 for day in days)


def regions(country: str) -> list[str]:
    """All names by which the package knows a country's regions."""
    import holidays

    try:
        known = holidays.country_holidays(country)
    except NotImplementedError:
        return []
    return sorted({*known.subdivisions, *known.subdivisions_aliases})


@lru_cache(maxsize=256)
def _compiled(country: str) -> Known:
    """What the build wrote down of a country; nothing where it wrote nothing, as of a country that only `*` serves."""
    # Only a code is looked for: nothing that an order says becomes another path.
    if not _CODE.fullmatch(country):
        return {}
    try:
        known: Known = json.loads((COMPILED / f"{country}.json").read_bytes())
    except FileNotFoundError:
        return {}
    return known
