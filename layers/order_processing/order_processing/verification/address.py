"""The address: codes for country and region, the postal code's form, and all that the country's post needs."""

from __future__ import annotations

import re
from difflib import get_close_matches

from order_processing.order import Address
from order_processing.places import CountryRules, country_code, country_name, country_rules, fold, region_code
from order_processing.verification.findings import Findings

_WORDS = {
    "line1": "street and house number",
    "city": "city",
    "region": "state or province",
    "postal_code": "postal code",
}


def check_address(address: Address, path: str, findings: Findings, *, complete: bool) -> Address:
    """The address in its normal form. complete: whether it must be fit to deliver to; else only forms are put right."""
    code = country_code(address.country)
    if code is None:
        if complete:
            expected = "a country's name or ISO 3166-1 code such as US"
            findings.add("COUNTRY_UNKNOWN", f"{path}.country", found=address.country, expected=expected)
        return address
    rules = country_rules(code)
    update: dict[str, str] = {}
    _put(update, "country", address.country, code, "COUNTRY_FORM", path, findings)
    postal = normal_postal_code(address.postal_code, rules)
    _put(update, "postal_code", address.postal_code, postal, "POSTAL_CODE_FORM", path, findings)
    region = region_code(code, address.region)
    if not region and "region" in rules.required:
        region = _region_of_postal_code(postal, address.region, rules) or region
    if region:
        _put(update, "region", address.region, region, "REGION_FORM", path, findings)
    address = address.model_copy(update=update)
    if complete:
        _check_complete(address, path, rules, findings)
        if region is None and "region" in rules.required and not _is_other_scheme(address.region, rules):
            expected = f"a region of {rules.name}"
            findings.add("REGION_UNKNOWN", f"{path}.region", found=address.region, expected=expected)
        _check_postal_code(address, region, path, rules, findings)
    return address


def normal_postal_code(written: str, rules: CountryRules) -> str:
    """A postal code with capitals and its country's own separators; as written where no form of it fits.

    A country prefix before it (`D-04347`) is dropped where the country's codes have none.
    """
    plain = " ".join(written.upper().split())
    if not rules.postal_code:
        return plain
    bare = re.sub(r"^[A-Z]{1,3}[- ]+(?=\d)", "", plain)
    for code in (plain, bare):
        for form in (_separated(code, rules), code):
            if re.fullmatch(rules.postal_code, form):
                return form
    return plain


def _separated(code: str, rules: CountryRules) -> str:
    """The code with separators where the country's examples have them."""
    letters = re.sub(r"[\s-]", "", code)
    if rules.code == "GB" and re.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}", letters):
        return f"{letters[:-3]} {letters[-3:]}"
    if rules.code == "US" and len(letters) == 9:
        return f"{letters[:5]}-{letters[5:]}"
    for example in rules.postal_examples:
        if _shape(re.sub(r"[\s-]", "", example)) == _shape(letters):
            rest = iter(letters)
            return "".join(c if c in " -" else next(rest) for c in example)
    return code


def _shape(code: str) -> str:
    return "".join("9" if c.isdigit() else "A" for c in code)


def _region_of_postal_code(postal: str, written: str, rules: CountryRules) -> str:
    """The region that a postal code lies in, for one that is missing or misspelt; "" where it is not exactly one."""
    if not postal:
        return ""
    inside = {region for region, start in rules.region_postal.items() if re.match(start, postal)}
    if len(inside) != 1:
        return ""
    (region,) = inside
    names = [name for name, code in rules.regions.items() if code == region]
    return region if not written or get_close_matches(fold(written), names, n=1, cutoff=0.75) else ""


def _is_other_scheme(region: str, rules: CountryRules) -> bool:
    """Whether it is a code of letters where the country's codes here are numbers, as platforms write China's."""
    return (
        len(region) <= 3 and region.isalpha() and region.isascii() and not any(map(str.isalpha, rules.regions.values()))
    )


def _put(update: dict[str, str], field: str, found: str, normal: str, code: str, path: str, findings: Findings) -> None:
    if found != normal and findings.add(code, f"{path}.{field}", found=found, expected=normal) == "corrected":
        update[field] = normal


def _check_complete(address: Address, path: str, rules: CountryRules, findings: Findings) -> None:
    if not (address.name or address.company):
        expected = "the recipient's name or company"
        findings.add("ADDRESS_FIELD_MISSING", f"{path}.name", expected=expected)
    for field in rules.required:
        if not getattr(address, field):
            expected = f"{_WORDS[field]}, which an address in {rules.name} needs"
            findings.add("ADDRESS_FIELD_MISSING", f"{path}.{field}", expected=expected)


def _check_postal_code(
    address: Address, region: str | None, path: str, rules: CountryRules, findings: Findings
) -> None:
    code = address.postal_code
    if not code or not rules.postal_code:
        return
    where, example = country_name(rules.code), rules.postal_examples[0]
    start = rules.region_postal.get(region or "")
    if not re.fullmatch(rules.postal_code, normal_postal_code(code, rules)):
        expected = f"a postal code of {where} such as {example}"
    elif start and not re.match(start, normal_postal_code(code, rules)):
        expected = f"a postal code of {where}, {region}"
    else:
        return
    findings.add("POSTAL_CODE_INVALID", f"{path}.postal_code", found=code, expected=expected)
