"""What the build writes down of public holidays is what the package says, and of the rest the package is asked."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime

import compile_holidays
import pytest
from compile_settings import SOURCE

from order_processing import calendars
from order_processing.settings import parse

SETTINGS = parse(SOURCE.read_text(encoding="utf-8"))
FIRST = datetime.now(UTC).year
ELSEWHERE = "NZ"


@pytest.fixture
def written(tmp_path, monkeypatch):
    """The calendars look into a folder that was just compiled."""
    compile_holidays.write(tmp_path, SETTINGS, FIRST)
    caches = (calendars.public_holidays, calendars.weekend, calendars._compiled)
    monkeypatch.setattr(calendars, "COMPILED", tmp_path)
    for cached in caches:
        cached.cache_clear()
    yield tmp_path
    for cached in caches:
        cached.cache_clear()


def test_every_country_that_the_settings_name_is_written_and_no_other(written):
    names = {path.stem for path in written.iterdir()}
    assert {"US", "DE", "CA", "GB"} < names
    assert not names & {"*", ELSEWHERE}


@pytest.mark.parametrize("country", compile_holidays.countries(SETTINGS))
def test_each_region_of_each_year_is_as_the_package_says(written, country):
    for year in range(FIRST, FIRST + compile_holidays.YEARS):
        assert calendars.weekend(country, year) == calendars.asked_weekend(country, year)
        for region in ("", "no such region", *calendars.regions(country)):
            asked = calendars.asked_holidays(country, region, year)
            assert calendars.public_holidays(country, region, year) == asked, (region, year)


@pytest.mark.parametrize(
    ("country", "year"),
    [("US", FIRST - 1), ("US", FIRST + compile_holidays.YEARS), (ELSEWHERE, FIRST), ("../US", FIRST), ("", FIRST)],
)
def test_what_is_not_written_is_asked_of_the_package(written, country, year):
    assert calendars.public_holidays(country, "", year) == calendars.asked_holidays(country, "", year)
    assert calendars.weekend(country, year) == calendars.asked_weekend(country, year)


def test_what_is_written_is_believed(written):
    (written / "US.json").write_text(f'{{"{FIRST}": {{"weekend": [7], "": [5], "CA": [5, 6]}}}}', encoding="utf-8")
    assert calendars.public_holidays("US", "TX", FIRST) == {date(FIRST, 1, 6)}
    assert calendars.public_holidays("US", "CA", FIRST) == {date(FIRST, 1, 6), date(FIRST, 1, 7)}
    assert calendars.weekend("US", FIRST) == {7}


def test_the_package_is_not_imported_for_what_is_written(written):
    code = f"""
import sys
from pathlib import Path
from order_processing import calendars
calendars.COMPILED = Path({str(written)!r})
calendars.public_holidays("US", "KY", {FIRST})
calendars.weekend("US", {FIRST})
assert "holidays" not in sys.modules
calendars.weekend({ELSEWHERE!r}, {FIRST})
assert "holidays" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": "layers/order_processing"})
