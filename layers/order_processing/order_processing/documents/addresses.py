"""Postal addresses as lines, in the order and the capitals of their country (UPU S42, libaddressinput's formats)."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from order_processing.documents.text import one_line
from order_processing.order import Address

_FIELD = re.compile(r"%([NOADCSZXn])")
_OWN_SCRIPT = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def address_lines(address: Address, *, sent_from: str) -> tuple[str, ...]:
    """The address as its country writes it, with the country's English name last unless it is sent from there.

    sent_from: the sender's country, ISO 3166-1 alpha-2. A region's code is written as the country does: as the
    code in the United States, as a name in Japan. Fields that the country's addresses lack are left out.
    """
    rules = _formats().get(address.country, _formats()["ZZ"])
    native = _OWN_SCRIPT.search(address.line1 + address.city) is not None
    pattern = _with_city(rules["format"] if native else rules.get("latin_format", rules["format"]), native)
    fields = _fields(address, rules, native)
    lines = [_filled(part, fields) for part in pattern.split("%n")]
    if address.country != sent_from:
        lines.append(country_name(address.country).upper())
    return tuple(line for part in lines for line in part.split("\n") if line)


def country_name(country: str) -> str:
    """A country's English name; its code where it is not known."""
    return str(_formats()[country]["name"]) if country in _formats() else country


def country_number(country: str) -> str:
    """A country's number in ISO 3166-1, three digits; "" where it has none."""
    return str(_formats().get(country, {}).get("number", ""))


def _fields(address: Address, rules: dict[str, Any], native: bool) -> dict[str, str]:
    region = one_line(address.region)
    if region in rules.get("regions", {}):
        region = rules["regions"][region][0 if native else 1]
    fields = {
        "N": one_line(address.name),
        "O": one_line(address.company) if one_line(address.company) != one_line(address.name) else "",
        "A": "\n".join(line for line in (one_line(address.line1), one_line(address.line2)) if line),
        "C": one_line(address.city),
        "S": region,
        "Z": one_line(address.postal_code),
    }
    capitals = set(rules.get("upper", "")) & {"C", "S", "Z"}
    return {name: value.upper() if name in capitals else value for name, value in fields.items()}


def _with_city(pattern: str, native: bool) -> str:
    """A format without a city (Japan's holds it in the street's lines) gets a place for it."""
    if "%C" in pattern:
        return pattern
    return pattern.replace("%S", "%S%C", 1) if native else pattern.replace("%A", "%A%n%C", 1)


def _filled(part: str, fields: dict[str, str]) -> str:
    """One line of a format with its fields, without the punctuation that belongs to an empty one."""
    pieces = _FIELD.split(part)  # text, field, text, field, ..., text
    line, between = "", pieces[0]
    for name, following in zip(pieces[1::2], pieces[2::2], strict=True):
        value = fields.get(name, "")
        if value:
            line = line + between + value
            between = following
        elif line:
            between = between if between.strip() else following
        else:
            between = ""
    return line.strip()


@lru_cache(maxsize=1)
def _formats() -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = json.loads(
        Path(__file__).with_name("address_formats.json").read_text(encoding="utf-8")
    )
    return table
