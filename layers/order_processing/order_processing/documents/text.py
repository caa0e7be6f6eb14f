"""Text from outside, made fit for print: one line, composed letters, nothing that prints nothing."""

from __future__ import annotations

import unicodedata

_SPACES = frozenset({"Cc", "Zs", "Zl", "Zp"})
_UNPRINTED = frozenset({"Cf", "Cs", "Co", "Cn", "So", "Sk"})
_KEPT = frozenset("°№™©®^`´¨¯¸")
_VARIATION = range(0xFE00, 0xFE10)


def one_line(text: str) -> str:
    """The text in one line, in NFC, with single spaces; pictograms and control characters are left out.

    Bidirectional controls go too: they could make an address read differently from what it says.
    """
    letters = []
    for letter in unicodedata.normalize("NFC", text):
        category = unicodedata.category(letter)
        if category in _SPACES:
            letters.append(" ")
        elif letter in _KEPT or (category not in _UNPRINTED and ord(letter) not in _VARIATION):
            letters.append(letter)
    return " ".join("".join(letters).split())
