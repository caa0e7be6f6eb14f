"""The label: whether an address can be printed on one, judged before anything is promised or bought."""

from __future__ import annotations

from order_processing.documents.text import one_line
from order_processing.order import Address, Customer
from order_processing.printing import LINES, lines_needed, unprintable
from order_processing.verification.findings import Findings

_FIELDS = ("name", "company", "line1", "line2", "city", "region", "postal_code", "phone")
_LETTERS = "letters that a label can print, such as Latin ones"
_COUNTRY = 1


def check_label(address: Address, customer: Customer, findings: Findings) -> None:
    """Find letters that no font has, a name that is nothing but pictograms, and more text than a label has room for.

    A letter is told by its code point, which says which script is meant without spelling a name.
    """
    texts = {field: one_line(getattr(address, field)) for field in _FIELDS}
    if not address.phone:
        texts["phone"] = one_line(customer.phone)
    for field, text in texts.items():
        if letter := unprintable(text):
            path = "customer.phone" if field == "phone" and not address.phone else f"shipping_address.{field}"
            findings.add("ADDRESS_UNPRINTABLE", path, found=f"U+{ord(letter):04X}", expected=_LETTERS)
    named = (address.name, address.company, customer.name)
    if any(named) and not any(one_line(name) for name in named):
        findings.add("ADDRESS_UNPRINTABLE", "shipping_address.name", found="pictograms", expected=_LETTERS)
    printed = {field: lines_needed(text) for field, text in texts.items() if field != "phone"}
    last = max(lines_needed(f"{address.city} {address.region} {address.postal_code}"), 1)
    needed = sum(printed[field] for field in ("name", "company", "line1", "line2")) + last + _COUNTRY
    if needed > LINES:
        longest = max(printed, key=lambda field: printed[field])
        found = f"{len(texts[longest])} characters"
        expected = f"about 60 characters a line, {LINES} lines in all"
        findings.add("ADDRESS_TOO_LONG", f"shipping_address.{longest}", found=found, expected=expected)
