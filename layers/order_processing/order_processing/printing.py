"""What a label can print, judged without a font: which letters there are, and how much text has room."""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

COVERAGE = Path(__file__).with_name("printable.json")
LINES = 10
"""Lines of the smallest size that a recipient has room for on a 4x6 inch label with all that it may hold."""
_LETTERS = 60
_WIDE = 1.7
_LATIN = range(0x20, 0x180)


def unprintable(text: str) -> str:
    """The first letter that no font has, or "". text: as `one_line` makes it fit for print."""
    return next((letter for letter in text if ord(letter) not in _LATIN and not _has(ord(letter))), "")


def lines_needed(text: str) -> int:
    """About how many lines a text takes in the smallest size: letters of East Asia are wide, others are taken alike."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return -(-int(len(text) - wide + wide * _WIDE) // _LETTERS)


def _has(letter: int) -> bool:
    starts, ends = _ranges()
    place = bisect_right(starts, letter) - 1
    return place >= 0 and letter <= ends[place]


@lru_cache(maxsize=1)
def _ranges() -> tuple[list[int], list[int]]:
    spans: list[tuple[int, int]] = json.loads(COVERAGE.read_text(encoding="utf-8"))
    return [first for first, _ in spans], [last for _, last in spans]
