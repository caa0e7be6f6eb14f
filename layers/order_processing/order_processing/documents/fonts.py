"""The fonts that documents embed, each loaded when the first text needs it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_FOLDER = Path(__file__).with_name("fonts")
REPLACEMENT = "\ufffd"


class UnprintableText(ValueError):
    """Text with a letter that no embedded font has; the message names the field, never what it says."""


@lru_cache(maxsize=8)
def font(*, bold: bool) -> str:
    """The name by which reportlab knows the font, loaded now if it was not."""
    name = "NotoSans-Bold" if bold else "NotoSans-Regular"
    pdfmetrics.registerFont(TTFont(name, str(_FOLDER / f"{name}.ttf"), shapable=False))
    return name


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is, in points."""
    return float(pdfmetrics.stringWidth(text, font(bold=bold), size))


def printable(text: str, field: str) -> str:
    """The text, if every letter can be printed; UnprintableText names the field and the letters' code points."""
    missing = sorted({letter for letter in text if not _has(letter)})
    if missing:
        raise UnprintableText(f"{field}: no font for {', '.join(f'U+{ord(letter):04X}' for letter in missing[:5])}")
    return text


def replaced(text: str) -> str:
    """The text with each letter that cannot be printed as U+FFFD: for descriptions, where a SKU says what is meant."""
    return "".join(letter if _has(letter) else REPLACEMENT for letter in text)


def _has(letter: str) -> bool:
    return ord(letter) in _letters()


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    loaded = pdfmetrics.getFont(font(bold=False))
    return frozenset(loaded.face.charToGlyph)  # type: ignore[attr-defined]  # the stubs only know built-in fonts
