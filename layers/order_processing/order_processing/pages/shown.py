"""What a page shows, in finished words: the templates only lay it out."""

from __future__ import annotations

import re
from dataclasses import dataclass


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


def identifier(name: str) -> str:
    """A field's or section's name as an element's id."""
    return "f-" + re.sub(r"[^a-z0-9]+", "-", name).strip("-")
