"""What a module brings to the console: its pages, each with who may see it and what it does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from order_processing.console.staff import Group, Person


@dataclass(frozen=True)
class Visit:
    """A request by somebody who may make it. parts: of the path; form: the fields of a POST, each name's last."""

    person: Person
    now: datetime
    parts: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]


@dataclass(frozen=True)
class View:
    """A page: a template of `console_templates/` that extends `shell.html`, and what it shows.

    refresh: after so many seconds the browser asks again; 0 for never. Only where somebody has chosen that.
    """

    template: str
    heading: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    refresh: int = 0


@dataclass(frozen=True)
class Notice:
    """A page that says one thing. back: a path of the console and what the link to it says."""

    heading: str
    paragraphs: tuple[str, ...]
    status: int = 200
    back: tuple[str, str] | None = None


@dataclass(frozen=True)
class GoTo:
    """To a page of the console by GET, so that a reload sends nothing again. path: begins with /staff."""

    path: str


@dataclass(frozen=True)
class Download:
    """A file to keep. name: without the customer's data, as it stands in a header."""

    name: str
    content_type: str
    body: str
    status: int = 200


Shown = View | Notice | GoTo | Download


@dataclass(frozen=True)
class Route:
    """One method and path of the console. path: `/staff/orders/{order_id}`; a part holds no slash.

    groups: who may; admins always may. navigation: its name in the navigation, for a page without parts in its
    path; about: what one does there, for the first page. act: for a POST, what it is called where it is kept.
    """

    method: str
    path: str
    groups: frozenset[Group]
    show: Callable[[Visit], Shown]
    navigation: str = ""
    about: str = ""
    act: str = ""

    def parts(self, path: str) -> dict[str, str] | None:
        """The path's parts by name; None for another path."""
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[A-Za-z0-9._~-]{1,100})", re.escape(self.path))
        match = re.fullmatch(pattern, path)
        return match.groupdict() if match else None
