"""The customer's tax number: a VAT or other business number with its check digits."""

from __future__ import annotations

from typing import Any

from order_processing.places import country_name
from order_processing.verification.findings import Findings

_MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_EU = frozenset(_MEMBERS.split())
_PREFIX = {"GR": "EL"}  # Greece writes its VAT numbers with EL
_PATH = "customer.tax_number"


def checked_tax_number(number: str, country: str | None, findings: Findings) -> str:
    """A tax number in its normal form, in the EU with the country's prefix; as written where no rule is known."""
    if not number:
        return number
    normal = normal_tax_number(number, country)
    if normal is None:
        where = country_name(country) if country else "its country"
        expected = f"a VAT or tax number of {where} with a right check digit"
        findings.add("TAX_NUMBER_INVALID", _PATH, found=number, expected=expected)
        return number
    if normal != number and findings.add("TAX_NUMBER_FORM", _PATH, found=number, expected=normal) == "corrected":
        return normal
    return number


def normal_tax_number(number: str, country: str | None) -> str | None:
    """The normal form, or None for a number that cannot exist."""
    from stdnum.exceptions import ValidationError  # slow to import, and few orders carry a number

    compact = "".join(c for c in number.upper() if c.isalnum())
    european = {_PREFIX.get(code, code): code for code in _EU}
    holder = european.get(compact[:2]) or country
    rule = _rule(holder)
    if holder is None or rule is None:
        return " ".join(number.split())
    prefix = _PREFIX.get(holder, holder) if holder in _EU else ""
    bare = compact.removeprefix(prefix) if prefix else number
    try:
        return prefix + str(rule.validate(bare)).removeprefix(prefix)
    except ValidationError:
        return None


def _rule(country: str | None) -> Any:
    """The module of python-stdnum that knows the country's business tax numbers, or None."""
    if not country:
        return None
    from stdnum import get_cc_module

    return get_cc_module(_PREFIX.get(country, country).lower(), "vat")
