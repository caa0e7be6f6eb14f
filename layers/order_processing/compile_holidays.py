"""Compile the public holidays of the countries that the settings name, for this year and the two after it.

    python compile_holidays.py OUTPUT_FOLDER

The `holidays` package knows every country; coming to the first one takes it three times as long as all else that
promising an order does. So what it says of a store's own countries is written down by the build, a file a country.
Whatever is not in a file is asked of the package, as before (`order_processing.calendars`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from compile_settings import SOURCE

from order_processing import calendars
from order_processing.settings import Settings, parse

YEARS = 3


def countries(settings: Settings) -> list[str]:
    """The countries that orders leave and go to, as far as the settings name them."""
    from_here = {place.address.country for place in settings.locations.values()}
    zones = (zone for service in settings.services.values() for zone in service.zones)
    return sorted((from_here | {country for zone in zones for country in zone.countries}) - {"*"})


def compiled(country: str, years: Iterable[int]) -> calendars.Known:
    """What the package says of a country in these years; see `Known`."""
    return {str(year): _year(country, year) for year in years}


def _year(country: str, year: int) -> calendars.KnownYear:
    first = date(year, 1, 1).toordinal()

    def days(region: str) -> list[int]:
        return sorted(day.toordinal() - first for day in calendars.asked_holidays(country, region, year))

    national = days("")
    regions = {region: days(region) for region in calendars.regions(country)}
    return {
        "weekend": sorted(calendars.asked_weekend(country, year)),
        "": national,
        **{region: own for region, own in regions.items() if own != national},
    }


def write(folder: Path, settings: Settings, first_year: int) -> None:
    """A file for each country of the settings."""
    folder.mkdir(parents=True, exist_ok=True)
    for country in countries(settings):
        known = compiled(country, range(first_year, first_year + YEARS))
        (folder / f"{country}.json").write_text(json.dumps(known, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), parse(SOURCE.read_text(encoding="utf-8")), datetime.now(UTC).year)
