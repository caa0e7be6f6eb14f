"""Writes which letters the documents' fonts have, as ranges: `python -m local.font_coverage`.

Verification reads the ranges (`printable.json`), so that an address that no label can print is found before the
order is accepted, without loading a font. Run it again whenever `local/subset_fonts.py` was.
"""

from __future__ import annotations

import json

from order_processing import printing
from order_processing.documents import fonts


def ranges() -> list[list[int]]:
    """The first and the last code point of each unbroken run that some font has."""
    spans: list[list[int]] = []
    for letter in sorted(fonts.all_letters()):
        if spans and letter == spans[-1][1] + 1:
            spans[-1][1] = letter
        else:
            spans.append([letter, letter])
    return spans


if __name__ == "__main__":
    printing.COVERAGE.write_text(json.dumps(ranges(), separators=(",", ":")) + "\n", encoding="utf-8")
