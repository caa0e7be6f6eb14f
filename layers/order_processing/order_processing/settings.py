"""The store's settings: who it is, from where and how it ships, and every limit of the rules.

They stand in one file, `settings.json` beside this module, that a store replaces by its own.
The build loads it (`python -m order_processing.settings FILE`), so a mistake stops the deployment
with the field's name, and not an order.
"""

from __future__ import annotations

import json
import sys
from datetime import time
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from order_processing.order import Address, Record, Text

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Days = Annotated[int, Field(ge=0, le=366)]


class Store(Record):
    """Who the customer deals with: shown in e-mails, on pages and documents."""

    name: Text
    url: Text
    sender: Text
    reply_to: Text
    phone: Text
    address: Address
    logo_url: Text = ""
    colour: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")] = "#1f4e79"
    legal_footer: Text = ""
    locale: Text = "en"
    time_zone: Text = "UTC"


class Location(Record):
    """A place that holds stock. Orders before `cut_off` (local time) are handled that working day.

    handling_days: working days between the cut-off and the hand-over to the carrier.
    working_days: ISO weekdays, Monday is 1. postal and country: see `address`.
    """

    name: Text
    address: Address
    time_zone: Text
    cut_off: time
    handling_days: Days = 0
    working_days: tuple[int, ...] = (1, 2, 3, 4, 5)


class Zone(Record):
    """Destination countries with the carrier's transit time in working days; `*` is everywhere else."""

    countries: tuple[Text, ...]
    transit_days: Days


class Service(Record):
    """A delivery service. store_methods: what stores call it (title, code or method id, any case)."""

    title: Text
    carrier: Text
    store_methods: tuple[Text, ...] = ()
    zones: tuple[Zone, ...]
    max_weight_g: Annotated[int, Field(gt=0)] = 30_000


class Limits(Record):
    """Limits of the rules. Amount limits are minor units of the order's currency."""

    tolerance: Annotated[int, Field(ge=0)] = 1
    unserved_countries: tuple[Country, ...] = ()
    decision_days: Annotated[int, Field(gt=0)] = 3


class Settings(Record):
    """Everything that a store can set."""

    store: Store
    locations: dict[str, Location]
    services: dict[str, Service]
    default_service: Text
    gs1_company_prefix: Annotated[str, Field(pattern=r"^\d{6,12}$")]
    limits: Limits = Limits()


class SettingsError(ValueError):
    """A settings file that cannot be used; one line a mistake."""


def parse(text: str) -> Settings:
    """Settings from JSON text; a SettingsError names each field that is wrong and what it should be."""
    try:
        settings = Settings.model_validate(json.loads(text))
    except json.JSONDecodeError as error:
        raise SettingsError(f"not JSON: {error}") from None
    except ValidationError as error:
        raise SettingsError(
            "\n".join(
                f"{'.'.join(map(str, e['loc']))}: {e['input']!r}: {e['msg']}" for e in error.errors(include_url=False)
            )
        ) from None
    if settings.default_service not in settings.services:
        raise SettingsError(
            f"default_service: {settings.default_service!r} is not one of {', '.join(settings.services)}"
        )
    return settings


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings that were deployed with this package."""
    return parse(Path(__file__).with_name("settings.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    try:
        parse(Path(sys.argv[1]).read_text(encoding="utf-8"))
    except SettingsError as mistake:
        sys.exit(f"{sys.argv[1]} cannot be used:\n{mistake}")
