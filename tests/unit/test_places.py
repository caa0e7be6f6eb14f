"""Countries, regions and postal codes by any of their names and forms."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from order_processing import places
from order_processing.places import country_code, country_rules, region_code
from order_processing.verification.address import normal_postal_code

COUNTRIES = json.loads(Path(places.__file__).with_name("countries.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("US", "US"),
        ("us", "US"),
        (" U.S.A. ", "US"),
        ("United States of America", "US"),
        ("Deutschland", "DE"),
        ("ÖSTERREICH", "AT"),
        ("Cote d'Ivoire", "CI"),
        ("UK", "GB"),
        ("England", "GB"),
        ("日本", "JP"),
        ("GBR", "GB"),
        ("España", "ES"),
        ("Atlantis", None),
        ("XX", None),
        ("", None),
    ],
)
def test_a_country_is_known_by_code_and_name(written, code):
    assert country_code(written) == code


@pytest.mark.parametrize(
    ("country", "written", "code"),
    [
        ("US", "Kentucky", "KY"),
        ("US", "US-KY", "KY"),
        ("CA", "quebec", "QC"),
        ("JP", "東京都", "13"),
        ("JP", "Tokyo", "13"),
        ("ES", "Madrid", "M"),
        ("BR", "São Paulo", "SP"),
        ("US", "Ontario", None),
        ("US", "", ""),
        ("DE", "Sachsen", "Sachsen"),
    ],
)
def test_a_region_is_known_by_code_and_name(country, written, code):
    assert region_code(country, written) == code


@pytest.mark.parametrize(
    ("country", "written", "normal"),
    [
        ("CA", "k2p1l4", "K2P 1L4"),
        ("GB", "ec1y8sy", "EC1Y 8SY"),
        ("GB", "M1 1AE", "M1 1AE"),
        ("US", "402022181", "40202-2181"),
        ("US", "40202", "40202"),
        ("DE", "D-04347", "04347"),
        ("BR", "20040000", "20040-000"),
        ("JP", "1540023", "154-0023"),
        ("NL", "1234ab", "1234 AB"),
        ("SE", "SE-11455", "11455"),
        ("PL", "00950", "00-950"),
        ("IE", "a65f4e2", "A65 F4E2"),
        ("US", "nonsense", "NONSENSE"),
        ("HK", "", ""),
    ],
)
def test_a_postal_code_takes_its_countrys_form(country, written, normal):
    rules = country_rules(country)
    assert normal_postal_code(written, rules) == normal
    assert normal_postal_code(normal, rules) == normal


@pytest.mark.parametrize("country", COUNTRIES)
def test_what_is_normal_stays_so(country):
    rules = country_rules(country)
    assert country_code(country) == country
    for region in set(rules.regions.values()):
        assert region_code(country, region) == region
    for example in filter(None, rules.postal_examples):
        normal = normal_postal_code(example, rules)
        assert re.fullmatch(rules.postal_code, normal)
        assert normal_postal_code(normal, rules) == normal
