"""Other people's text made harmless for a line of a mail: its header, its HTML and its plain text."""

from __future__ import annotations

import re
import unicodedata

_SUBJECT_LENGTH = 150
_LINK = re.compile(r"://|www\.|@|\w\.\w\w", re.IGNORECASE)
# Control, surrogate, private and line-separating characters, and those that turn the direction of what follows.
_UNWANTED = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def one_line(text: str) -> str:
    """The text on one line, without control characters, spaces collapsed."""
    kept = (" " if unicodedata.category(c) in _UNWANTED or c in _TURNING else c for c in text)
    return " ".join("".join(kept).split())


def subject(text: str) -> str:
    """A text that can stand in a Subject header (RFC 5322): one line, not longer than 150 characters."""
    line = one_line(text)
    return line if len(line) <= _SUBJECT_LENGTH else line[: _SUBJECT_LENGTH - 1].rstrip() + "…"


def greeting_name(name: str) -> str:
    """The name to greet with, or "" where it holds a link: orders must not carry strangers' advertising."""
    line = one_line(name)
    return "" if len(line) > 60 or _LINK.search(line) else line
