"""The fonts that documents embed, each loaded when the first text needs it.

Latin, Greek and Cyrillic are in the first one. Hebrew, Arabic, Chinese and Japanese, and Korean have one each;
a text is set in as many as its letters need.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_FOLDER = Path(__file__).with_name("fonts")
_FILES = (
    ("NotoSans-Regular", "NotoSans-Bold"),
    ("NotoSansHebrew-Regular", "NotoSansHebrew-Bold"),
    ("NotoSansArabic-Regular", "NotoSansArabic-Bold"),
    ("DroidSansFallbackFull", "DroidSansFallbackFull"),
    ("HangulSans-Regular", "HangulSans-Regular"),
)
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
REPLACEMENT = "\ufffd"


class UnprintableText(ValueError):
    """Text with a letter that no embedded font has; the message names the field, never what it says."""


def runs(text: str, *, bold: bool = False) -> Iterator[tuple[str, str]]:
    """The text in the order in which it stands on paper, in runs of one font: (reportlab's font name, letters)."""
    visible = as_seen(text)
    if visible.isascii():
        yield _load(_FILES[0][bold]), visible
        return
    place = 0
    places = []
    for letter in visible:
        place = place if letter == " " and ord(letter) in _letters(place) else _font_of(letter)
        places.append(place)
    for font, letters in groupby(zip(places, visible, strict=True), key=lambda pair: pair[0]):
        _letters(font)
        yield _load(_FILES[font][bold]), "".join(letter for _, letter in letters)


def first_font() -> str:
    """The name of the font that most text is set in, loaded."""
    return _load(_FILES[0][0])


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is, in points."""
    return _width_at_one_point(text, bold) * size


@lru_cache(maxsize=4096)
def _width_at_one_point(text: str, bold: bool) -> float:
    return float(sum(pdfmetrics.stringWidth(letters, font, 1) for font, letters in runs(text, bold=bold)))


def runs_right_to_left(text: str) -> bool:
    """Whether a paragraph begins in a script that is written from right to left (UAX #9, rule P2)."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((d in _RIGHT_TO_LEFT for d in directions if d in ("L", *_RIGHT_TO_LEFT)), False)


@lru_cache(maxsize=1024)
def as_seen(text: str) -> str:
    """The letters from left to right as they are seen: Arabic joined, right-to-left runs turned around (UAX #9)."""
    if text.isascii() or not any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text):
        return text
    # Imported here, because few orders need them.
    import arabic_reshaper  # type: ignore[import-untyped]
    from bidi.algorithm import get_display  # type: ignore[import-untyped]

    return str(get_display(arabic_reshaper.reshape(text), base_dir="R" if runs_right_to_left(text) else "L"))


def printable(text: str, field: str) -> str:
    """The text, if every letter can be printed; UnprintableText names the field and one letter's code point.

    One tells which script lacks a font; more would begin to spell a name.
    """
    missing = sorted({letter for letter in text if not has(letter)})
    if missing:
        others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise UnprintableText(f"{field}: no font for U+{ord(missing[0]):04X}{others}")
    return text


def replaced(text: str) -> str:
    """The text with each letter that cannot be printed as U+FFFD: for descriptions, where a SKU says what is meant."""
    return "".join(letter if has(letter) else REPLACEMENT for letter in text)


def file_of(font: str) -> Path:
    """The file of a font that `runs` named."""
    return _FOLDER / f"{font}.ttf"


def has(letter: str) -> bool:
    """Whether a font has the letter."""
    return any(ord(letter) in _letters(place) for place in range(len(_FILES)))


def all_letters() -> frozenset[int]:
    """Every letter that some font has, as code points."""
    return frozenset().union(*(_letters(place) for place in range(len(_FILES))))


@lru_cache(maxsize=4096)
def _font_of(letter: str) -> int:
    """The place of the first font that has the letter; the first of all if none has."""
    return next((place for place in range(len(_FILES)) if ord(letter) in _letters(place)), 0)


@lru_cache(maxsize=len(_FILES))
def _letters(place: int) -> frozenset[int]:
    font = pdfmetrics.getFont(_load(_FILES[place][0]))
    return frozenset(font.face.charToGlyph)  # type: ignore[attr-defined]  # the stubs only know built-in fonts


@lru_cache(maxsize=2 * len(_FILES))
def _load(name: str) -> str:
    pdfmetrics.registerFont(TTFont(name, str(file_of(name)), shapable=False))
    return name
