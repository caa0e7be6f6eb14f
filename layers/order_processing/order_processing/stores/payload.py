"""Reading a store's JSON body: every getter names the field that it could not read, as `Unreadable`.

Numbers with a fraction are read as Decimal, so no amount ever passes through a float.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

from order_processing.foreign_json import read_foreign_json
from order_processing.money import AmountError, exponent, minor_units, rounded_minor_units
from order_processing.stores.platform import Unreadable

TEXT_LIMIT = 500
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{0,30})?")
_QUANTITY_LIMIT = 1_000_000


def parse_json(raw: bytes) -> object:
    """The JSON value in a body (RFC 8259; NaN and Infinity are refused), fractions as Decimal."""
    try:
        return read_foreign_json(raw, parse_float=_decimal, parse_constant=_no_constant)
    except ValueError as error:
        where = f"not JSON at character {error.pos}" if isinstance(error, json.JSONDecodeError) else "not JSON"
        raise Unreadable("", f"{where} ({len(raw)} bytes)", "one JSON object") from None


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if number and abs(number.adjusted()) > 100:
        raise ValueError("a number beyond all measure")
    return number


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def kind(value: object) -> str:
    """What a JSON value is, for a message that must not repeat what a customer wrote."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return f"the number {str(value)[:30]}"
    if isinstance(value, str):
        return "text" if value.strip() else "nothing"
    return "an object" if isinstance(value, dict) else "a list"


def instant(text: str, path: str) -> datetime:
    """An ISO 8601 time as UTC; one without an offset is taken as UTC."""
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(path, text, "a time such as 2026-05-04T13:00:00Z") from None


def version(time: datetime | None) -> str:
    """A time as text that sorts as the time does; "" for None."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(27) if time else ""


class Part:
    """One object of a body, with the path to it."""

    def __init__(self, value: object, path: str = "") -> None:
        if not isinstance(value, dict):
            raise Unreadable(path, kind(value), "an object")
        self._fields: dict[str, object] = value
        self.path = path

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def raw(self, name: str) -> object:
        """A field's value as it is; None when it is not there."""
        return self._fields.get(name)

    def has(self, name: str) -> bool:
        """Whether a field is there and says something."""
        return self._fields.get(name) not in (None, "")

    def text(self, *names: str) -> str:
        """The first of these fields that says something, in one line, cut at 500 characters."""
        return next(filter(None, (self._text(name) for name in names)), "")

    def note(self, name: str) -> str:
        """Like `text`, with its line ends."""
        return self._text(name, lines=True)

    def _text(self, name: str, *, lines: bool = False) -> str:
        value = self._fields.get(name)
        if isinstance(value, bool) or not isinstance(value, (str, int, Decimal, type(None))):
            raise Unreadable(self.at(name), kind(value), "text")
        return clean(value, lines=lines)

    def identity(self, name: str) -> str:
        """A required id: a whole number or text."""
        value = self._fields.get(name)
        if isinstance(value, bool) or not isinstance(value, (str, int)) or not clean(value):
            raise Unreadable(self.at(name), kind(value), "an id")
        return clean(value)

    def flag(self, name: str) -> bool:
        """A yes or no; what is not there is a no. Stores also write 0, 1, "0", "1", "true", "yes"."""
        value = self._fields.get(name)
        if isinstance(value, bool) or value is None:
            return bool(value)
        if isinstance(value, (str, int)) and str(value).lower() in ("", "0", "1", "true", "false", "yes", "no"):
            return str(value).lower() in ("1", "true", "yes")
        raise Unreadable(self.at(name), kind(value), "true or false")

    def currency(self, name: str) -> str:
        """A currency code of ISO 4217, upper case."""
        code = self.text(name).upper()
        try:
            exponent(code)
        except AmountError:
            raise Unreadable(self.at(name), code, "a currency code of ISO 4217 such as 'USD'") from None
        return code

    def amount(self, name: str, currency: str, *, rounded: bool = False, signed: bool = False) -> int:
        """A required amount in minor units. rounded: a longer fraction is rounded half up, else refused."""
        return amount(self._fields.get(name), self.at(name), currency, rounded=rounded, signed=signed)

    def amount_or_zero(self, name: str, currency: str, *, rounded: bool = False, signed: bool = False) -> int:
        """Like `amount`; 0 when the field is not there, null or ""."""
        return self.amount(name, currency, rounded=rounded, signed=signed) if self.has(name) else 0

    def number(self, name: str) -> Decimal | None:
        """A number, written as one or as text; None when it is not there."""
        return decimal(self._fields.get(name), self.at(name)) if self.has(name) else None

    def quantity(self, name: str, *, least: int = 1, most: int = _QUANTITY_LIMIT) -> int:
        """A whole number, of pieces if nothing else is said."""
        value = self._fields.get(name)
        expected = f"a whole number from {least} to {most}"
        number = decimal(value, self.at(name), expected=expected)
        if number != number.to_integral_value() or not least <= number <= most:
            raise Unreadable(self.at(name), str(number)[:30], expected)
        return int(number)

    def time(self, *names: str) -> datetime | None:
        """The first of these fields that says something, as a time in UTC."""
        name = next((name for name in names if self.has(name)), None)
        return instant(self.text(name), self.at(name)) if name else None

    def part(self, name: str) -> Part:
        """An object within; an empty one when it is not there (PHP writes an empty object as a list)."""
        value = self._fields.get(name)
        return Part({} if value in (None, "", []) else value, self.at(name))

    def parts(self, name: str) -> Iterator[Part]:
        """The objects of a list; PHP writes a list with gaps as an object."""
        for i, item in enumerate(self.items(name)):
            yield Part(item, f"{self.at(name)}[{i}]")

    def items(self, name: str) -> list[object]:
        """A list's values; none when it is not there."""
        value = self._fields.get(name)
        if isinstance(value, dict):
            return list(value.values())
        if value not in (None, "") and not isinstance(value, list):
            raise Unreadable(self.at(name), kind(value), "a list")
        return value if isinstance(value, list) else []

    def pairs(self) -> Iterator[tuple[str, object]]:
        """Every field with its value."""
        return iter(self._fields.items())

    def __bool__(self) -> bool:
        return bool(self._fields)


def clean(value: object, *, lines: bool = False) -> str:
    """A scalar as text: at most 500 characters, no control characters, no unpaired surrogates.

    lines: keep line ends, for a note; else they become spaces, so that no field can break a header.
    """
    if value is None or isinstance(value, (dict, list)):
        return ""
    text = str(value)[: 4 * TEXT_LIMIT].encode("utf-8", "replace").decode("utf-8")
    text = "\n".join(text.splitlines()) if lines else " ".join(text.split())
    text = "".join(c for c in text if c == "\n" or c.isprintable()).strip()
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1].rstrip() + "…"


def decimal(value: object, path: str, *, expected: str = "a number such as 19.99") -> Decimal:
    """A number, from a JSON number or from text in plain decimal notation."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool) and -(10**18) < value < 10**18:
        return Decimal(value)
    raise Unreadable(path, value if isinstance(value, str) else kind(value), expected)


def amount(value: object, path: str, currency: str, *, rounded: bool = False, signed: bool = False) -> int:
    """An amount in minor units of the currency, exactly; Unreadable for any that is no amount of that currency."""
    number = decimal(value, path, expected=f"an amount in {currency} such as '19.99'")
    if number < 0 and not signed:
        raise Unreadable(path, str(number)[:30], "an amount of 0 or more")
    try:
        return rounded_minor_units(number, currency) if rounded else minor_units(number, currency)
    except AmountError as error:
        raise Unreadable(path, str(number)[:40], f"at most {exponent(currency)} decimals in {currency}") from error


def unique(ids: Sequence[str]) -> list[str]:
    """The ids, each made unlike those before it: a second "7" becomes "7-2"."""
    taken: set[str] = set()
    found = []
    for name in ids:
        candidates = (name if n == 1 else f"{name}-{n}" for n in count(1))
        free = next(candidate for candidate in candidates if candidate not in taken)
        taken.add(free)
        found.append(free)
    return found


def one_order(body: object) -> Part:
    """The order in a body: bare, or wrapped as {"order": {...}}, {"orders": [{...}]} or [{...}] with exactly one."""
    path = ""
    if isinstance(body, dict) and "id" not in body:
        if "order" in body:
            body, path = body["order"], "order"
        elif "orders" in body:
            body, path = body["orders"], "orders"
    if isinstance(body, list):
        if len(body) != 1:
            raise Unreadable(path, f"a list of {len(body)}", "exactly one order")
        body, path = body[0], f"{path}[0]"
    return Part(body, path)
