"""What one mail says, in finished words: the templates only lay it out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import jinja2

from order_processing.mail.colours import Colours
from order_processing.mail.environment import COMPILED, environment
from order_processing.mail.message import Message


class Sender(NamedTuple):
    """The store as it signs the mail."""

    name: str
    url: str
    logo_url: str
    reply_to: str
    phone: str
    legal_footer: str
    colours: Colours


class Labelled(NamedTuple):
    """A value with its name."""

    label: str
    value: str


class LineShown(NamedTuple):
    """One line of the order. price: quantity and unit price; delivery: when it comes, a text a part."""

    description: str
    options: tuple[str, ...] = ()
    price: str = ""
    total: str = ""
    delivery: tuple[str, ...] = ()
    picture: str = ""


class Notice(NamedTuple):
    """Something that is or was not right: what, and in smaller print what was found and what would be right."""

    title: str
    details: tuple[str, ...] = ()


class ChoiceShown(NamedTuple):
    """One of the things that the customer may choose, with its facts in the same order for each."""

    title: str
    details: tuple[str, ...] = ()
    facts: tuple[Labelled, ...] = ()


class Link(NamedTuple):
    """A button."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One mail. `card` is JSON-LD text that is safe in a script element, "" for none; empty parts are left out."""

    language: str
    number: str
    sender: Sender
    subject: str
    preheader: str
    heading: str
    paragraphs: tuple[str, ...]
    facts: tuple[Labelled, ...] = ()
    notices_heading: str = ""
    notices: tuple[Notice, ...] = ()
    choices: tuple[ChoiceShown, ...] = ()
    button: Link | None = None
    after_button: str = ""
    lines_heading: str = ""
    lines: tuple[LineShown, ...] = ()
    sums: tuple[Labelled, ...] = ()
    total: Labelled | None = None
    included: tuple[str, ...] = ()
    address_heading: str = ""
    address: tuple[str, ...] = ()
    help_heading: str
    help: str
    footer: str
    card: str = ""


class MailNotCompiled(RuntimeError):
    """The package was used before `compile_mail.py` had put the compiled templates into it."""


def written(letter: Letter) -> Message:
    """The letter in its two forms."""
    templates = _templates()
    return Message(
        subject=letter.subject,
        html=templates.get_template("letter.html").render(letter=letter),
        text=templates.get_template("letter.txt").render(letter=letter),
        language=letter.language,
    )


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    if not COMPILED.is_dir():
        raise MailNotCompiled(f"run compile_mail.py first: there is no {COMPILED.name}/ beside {__name__}")
    return environment(jinja2.ModuleLoader(COMPILED))
