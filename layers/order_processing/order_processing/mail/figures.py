"""Amounts, dates and places as people of a locale write them (CLDR, by Babel)."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_gmt
from babel.numbers import format_decimal

from order_processing.money import exponent
from order_processing.order import Address

_POSTAL_CODE_LAST = frozenset(
    [
        "AU",
        "BR",
        "CA",
        "CN",
        "GB",
        "HK",
        "IE",
        "IN",
        "JO",
        "KR",
        "MX",
        "NZ",
        "PK",
        "SA",
        "SG",
        "TH",
        "TW",
        "UA",
        "US",
        "VN",
        "ZA",
    ]
)
_WITH_REGION = frozenset(["AR", "AU", "BR", "CA", "CN", "IE", "IN", "IT", "MX", "MY", "NZ", "US", "VE"])


class Figures:
    """How one locale writes figures. `tag` is a BCP 47 tag such as "de-AT"; `language` is used if Babel lacks it."""

    def __init__(self, tag: str, language: str) -> None:
        try:
            self.locale = Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            self.locale = Locale.parse(language, sep="-")

    def amount(self, amount: int, currency: str) -> str:
        """Minor units with the currency's symbol: exactly its ISO 4217 decimals, which CLDR's often are not."""
        decimals = exponent(currency)
        pattern = copy.copy(self.locale.currency_formats["standard"])
        pattern.frac_prec = (decimals, decimals)
        value = Decimal(amount).scaleb(-decimals)
        return str(pattern.apply(value, self.locale, currency=currency, currency_digits=False))

    def percent(self, rate: str) -> str:
        """A rate given as a fraction in text ("0.0725") in percent with all its decimals; "" if it is no number."""
        try:
            share = Decimal(rate)
        except ArithmeticError:
            return ""
        if not share.is_finite():
            return ""
        pattern = copy.copy(self.locale.percent_formats[None])
        pattern.frac_prec = (0, 6)
        return str(pattern.apply(share, self.locale))

    def number(self, number: int) -> str:
        """A whole number with the locale's grouping."""
        return format_decimal(number, locale=self.locale)

    def day(self, day: date) -> str:
        """A date with its weekday, in full."""
        return format_date(day, format="full", locale=self.locale)

    def day_of(self, time: datetime, zone: str) -> str:
        """The date of an instant in a time zone; a time without zone is read as UTC."""
        aware = time if time.tzinfo else time.replace(tzinfo=UTC)
        return format_date(aware.astimezone(ZoneInfo(zone)), format="long", locale=self.locale)

    def moment(self, time: datetime, zone: str) -> str:
        """Date and time of an instant in a time zone, with the offset from Greenwich."""
        aware = time if time.tzinfo else time.replace(tzinfo=UTC)
        local = aware.astimezone(ZoneInfo(zone))
        clock = format_time(local, format="short", tzinfo=local.tzinfo, locale=self.locale)
        offset = get_timezone_gmt(local, width="long", locale=self.locale).replace("-", "−")  # a hyphen would break
        return f"{self.day(local.date())}, {clock} {offset}"

    def address(self, address: Address) -> tuple[str, ...]:
        """The lines of a postal address, the city's line in its country's usual order, the country's name last."""
        country = address.country
        region = address.region if country in _WITH_REGION and not address.region.isdigit() else ""
        parts = (address.city, region, address.postal_code)
        if country not in _POSTAL_CODE_LAST:
            parts = (address.postal_code, address.city, region)
        city = " ".join(part for part in parts if part)
        if country == "US" and address.city and region:
            city = f"{address.city}, {region} {address.postal_code}".strip()
        name = self.locale.territories.get(country, country)
        lines = (address.name, address.company, address.line1, address.line2, city, name)
        return tuple(line for line in lines if line)
