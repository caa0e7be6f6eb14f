"""What a page shows, in finished words: the templates only lay it out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from order_processing.mail.letter import LineShown

_LINE = re.compile(r"lines\[(\d+)\]")
_PARTS = ("shipping_address", "billing_address", "customer", "shipping")


@dataclass(frozen=True)
class OptionShown:
    """One choice of a list."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class FieldShown:
    """One field. kind: text, select or check. hints, problems: what would be right, and what is wrong."""

    name: str
    kind: str
    label: str
    value: str = ""
    checked: bool = False
    type: str = "text"
    inputmode: str = "text"
    autocomplete: str = "off"
    optional: bool = False
    options: tuple[OptionShown, ...] = ()
    hints: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The field's id in the page."""
        return identifier(self.name)


@dataclass(frozen=True, kw_only=True)
class SectionShown:
    """A part of the order with its fields. facts: what was ordered. problems: those that no field stands for."""

    id: str
    title: str
    facts: tuple[str, ...] = ()
    fields: tuple[FieldShown, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class SummaryEntry:
    """One line of the list at the top: what is wrong, and where."""

    text: str
    target: str


@dataclass(frozen=True, kw_only=True)
class FormShown:
    """The whole form. summary: a link to each problem."""

    sections: tuple[SectionShown, ...]
    summary: tuple[SummaryEntry, ...]


@dataclass(frozen=True, kw_only=True)
class ChangeShown:
    """One field before and after."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class PreviewShown:
    """What accepting would change. change: in words, what becomes of the total; total: minor units, as it is shown."""

    changes: tuple[ChangeShown, ...]
    before: str
    after: str
    change: str
    total: int
    raised: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CardShown:
    """One choice. facts: label and value. total, difference: minor units. shown: a fingerprint of all of it.

    agree: the words of the consent to a higher price, "" where none is needed; problem: that it was not given.
    """

    id: str
    key: str
    title: str
    facts: tuple[tuple[str, str], ...]
    lines: tuple[LineShown, ...]
    total: int
    difference: int
    shown: str
    agree: str = ""
    problem: str = ""


def identifier(name: str) -> str:
    """A field's or section's name as an element's id."""
    return "f-" + re.sub(r"[^a-z0-9]+", "-", name).strip("-")


def part_of(path: str) -> str:
    """The part of the order that a path lies in: `shipping_address`, `lines[2]`."""
    match = _LINE.match(path)
    return match[0] if match else path.partition(".")[0]


def line_number(path: str) -> int | None:
    """The number of the line that a path lies in, from 0; None for another part."""
    match = _LINE.match(path)
    return int(match[1]) if match else None


def place_of(path: str) -> tuple[int, int]:
    """Where a part stands on the page: the lines first, as the order counts them."""
    number = line_number(path)
    if number is not None:
        return 0, number
    part = part_of(path)
    return (1 + _PARTS.index(part), 0) if part in _PARTS else (9, 0)
