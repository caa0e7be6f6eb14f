"""Corrections: what a customer or a member of staff puts right in an order, before it is verified anew.

Paths are those of discrepancies: `shipping_address.city`, `lines[2].quantity`. Amounts are text in major units.
A quantity of 0 takes the line out. A price may only be lowered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pydantic import ValidationError

from order_processing.checks import CHECKS
from order_processing.discrepancy import Correction, Discrepancy
from order_processing.money import AmountError, major_units, minor_units
from order_processing.order import Address, Customer, Line, Order
from order_processing.order_parts import CUSTOMER
from order_processing.stored_order import StoredOrder
from order_processing.verification.changes import with_line, with_shipping_price

_LINE = re.compile(r"lines\[(\d{1,3})\]\.(quantity|unit_price|sku)")
_ADDRESS = ("name", "company", "line1", "line2", "city", "region", "postal_code", "country", "phone")
_CUSTOMER = ("email", "name", "phone", "company", "tax_number")
_TEXTS = {
    *(f"customer.{field}" for field in _CUSTOMER),
    *(f"{address}.{field}" for address in ("shipping_address", "billing_address") for field in _ADDRESS),
    "shipping.title",
}
_WHOLE_ADDRESS = tuple(f"shipping_address.{field}" for field in _ADDRESS)
_PLACE = ("line1", "line2", "city", "region", "postal_code", "country")
_ELSEWHERE = tuple(f"shipping_address.{field}" for field in _PLACE)

# Which fields put a finding right, where that is not the field it names.
_FIELDS: dict[str, tuple[str, ...]] = {
    "ADDRESS_MISSING": _WHOLE_ADDRESS,
    "COUNTRY_UNSERVED": _ELSEWHERE,
    "COUNTRY_UNKNOWN": _ELSEWHERE,
    "POSTAL_CODE_INVALID": _ELSEWHERE,
    "REGION_UNKNOWN": _ELSEWHERE,
    "PO_BOX": _ELSEWHERE,
    "MILITARY_ADDRESS": _ELSEWHERE,
    "SERVICE_CANNOT_DELIVER": (*_ELSEWHERE, "shipping.title"),
    "SERVICE_UNKNOWN": ("shipping.title",),
    "CUSTOMER_AMBIGUOUS": ("customer.email",),
}
# What is wrong with the product itself is put right by ordering none of it; staff may also name another SKU.
_TAKE_OUT = frozenset(
    ("PRODUCT_INACTIVE", "COUNTRY_NOT_ALLOWED", "AGE_NOT_PROVEN", "LICENCE_MISSING", "UNKNOWN_SKU", "SKU_CONFLICT",
     "DUPLICATE_LINE", "PIECE_TOO_HEAVY", "DANGEROUS_GOODS", "BUNDLE_INCOMPLETE", "QUANTITY_NOT_ALLOWED")
)  # fmt: skip


class CorrectionError(ValueError):
    """A correction that cannot be made. path: which; the message says what was found and what would be right."""

    def __init__(self, path: str, found: str, expected: str) -> None:
        super().__init__(f"{path}: found {found or 'nothing'}, expected {expected}")
        self.path = path
        self.found = found
        self.expected = expected


def correctable(discrepancy: Discrepancy, *, staff: bool = False) -> tuple[str, ...]:
    """The fields with which this finding can be put right; none where only consent or an end of the order helps."""
    if discrepancy.code in _FIELDS:
        return _FIELDS[discrepancy.code]
    line = _LINE.match(discrepancy.path) or re.match(r"lines\[(\d{1,3})\]\.", discrepancy.path)
    if line and discrepancy.code in _TAKE_OUT:
        number = line[1]
        return (f"lines[{number}].quantity", *((f"lines[{number}].sku",) if staff else ()))
    by_text = discrepancy.path in _TEXTS
    by_price = discrepancy.code in ("PRICE_ABOVE_LIST", "SHIPPING_PRICE_ABOVE")
    return (discrepancy.path,) if by_text or by_price else ()


def proposed(discrepancy: Discrepancy) -> str | None:
    """The value that would put a finding right, as a correction takes it; None where only the customer knows it."""
    if discrepancy.code in ("PRICE_ABOVE_LIST", "SHIPPING_PRICE_ABOVE"):
        return discrepancy.expected.partition(" ")[0]
    return discrepancy.expected if CHECKS[discrepancy.code].resolution == "corrected" else None


def value_at(order: Order, path: str) -> str:
    """What stands in a field, as text; "" for one that is not there. CorrectionError for a path that is no field."""
    if match := _LINE.fullmatch(path):
        line = _line(order, path, int(match[1]))
        return (
            major_units(line.unit_price, order.currency) if match[2] == "unit_price" else str(getattr(line, match[2]))
        )
    if path == "shipping.price":
        return major_units(order.shipping.price, order.currency)
    if path not in _TEXTS:
        raise CorrectionError(path, "", "a field that can be corrected")
    part, _, field = path.partition(".")
    return str(getattr(getattr(order, part), field, ""))


def correct(order: Order, corrections: Iterable[Correction], *, staff: bool = False) -> Order:
    """The order with the corrections made. All paths name the order as it is given; CorrectionError.

    Only the field itself is changed, and with a quantity or a price the sums that follow from it.
    """
    corrections = sorted(corrections, key=lambda c: _taken_out_last(c))
    for correction in corrections:
        order = _corrected(order, correction.path, correction.value, staff=staff)
    if not order.lines:
        raise CorrectionError("lines", "", "at least one line; without any, cancel the order")
    return order


def order_of(stored: StoredOrder) -> Order:
    """The order as it stands: as placed, with every correction that was decided since, and the address to write to.

    Of what was corrected before the store changed the order, an address or a name still counts where it replaces the
    same text as it did then.
    """
    order = stored.placed
    standing = stored.standing_answers
    for answer in stored.answers[: len(stored.answers) - len(standing)]:
        still = tuple(c for c in answer.corrections if c.path in _TEXTS and value_at(order, c.path) == c.found)
        order = correct(order, still, staff=answer.actor != CUSTOMER) if still else order
    for answer in standing:
        if answer.corrections:
            order = correct(order, answer.corrections, staff=answer.actor != CUSTOMER)
    if stored.contact:
        order = order.model_copy(update={"customer": order.customer.model_copy(update={"email": stored.contact.email})})
    return order


def change_in_total(order: Order, corrections: Sequence[Correction], *, staff: bool = False) -> int:
    """By how much the corrections change the total, in minor units; above 0 the customer has to agree."""
    return correct(order, corrections, staff=staff).total - order.total


def _taken_out_last(correction: Correction) -> tuple[bool, int]:
    """Lines are taken out at the end and from the last to the first, so that every path still names its line."""
    match = _LINE.fullmatch(correction.path)
    out = bool(match and match[2] == "quantity" and not correction.value.strip().strip("0"))
    return out, -int(match[1]) if match and out else 0


def _corrected(order: Order, path: str, value: str, *, staff: bool) -> Order:
    if match := _LINE.fullmatch(path):
        i, field = int(match[1]), match[2]
        line = _line(order, path, i)
        if field == "sku":
            return _with_sku(order, i, line, value, path, staff=staff)
        if field == "quantity":
            return with_line(order, i, quantity=_pieces(value, path))
        return with_line(order, i, unit_price=_lower(value, line.unit_price, order, path))
    if path == "shipping.price":
        return with_shipping_price(order, _lower(value, order.shipping.price, order, path))
    if path not in _TEXTS:
        raise CorrectionError(path, value, "a field that can be corrected")
    return _with_text(order, path, value)


def _with_text(order: Order, path: str, value: str) -> Order:
    part, _, field = path.partition(".")
    empty = Customer() if part == "customer" else Address()
    record = getattr(order, part) or empty
    try:
        changed = type(record).model_validate({**record.model_dump(), field: value})
    except ValidationError as error:
        raise CorrectionError(path, value[:80], error.errors(include_url=False)[0]["msg"]) from None
    return order.model_copy(update={part: changed})


def _with_sku(order: Order, i: int, line: Line, value: str, path: str, *, staff: bool) -> Order:
    """Another product for a line, at the price that the customer saw."""
    sku = value.strip()
    if not staff or not 0 < len(sku) <= 100:
        raise CorrectionError(path, value[:80], "a SKU of the catalogue, named by staff")
    changed = line.model_copy(update={"sku": sku, "store_variant_id": "", "gtin": ""})
    return order.model_copy(update={"lines": (*order.lines[:i], changed, *order.lines[i + 1 :])})


def _line(order: Order, path: str, i: int) -> Line:
    if i >= len(order.lines):
        raise CorrectionError(path, "", f"a line from 0 to {len(order.lines) - 1}")
    return order.lines[i]


def _pieces(value: str, path: str) -> int:
    text = value.strip()
    if not (text.isascii() and text.isdigit()) or int(text) > 1_000_000:
        raise CorrectionError(path, value[:80], "a whole number from 0 to 1000000")
    return int(text)


def _lower(value: str, than: int, order: Order, path: str) -> int:
    expected = f"an amount from 0 to {major_units(than, order.currency)}"
    try:
        amount = minor_units(value.strip(), order.currency)
    except AmountError:
        raise CorrectionError(path, value[:80], expected) from None
    if not 0 <= amount <= than:
        raise CorrectionError(path, value[:80], expected)
    return amount
