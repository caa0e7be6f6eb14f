"""Tables as CSV (RFC 4180) that no spreadsheet takes for formulas (OWASP, CSV Injection)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_of(header: Sequence[str], rows: Iterable[Sequence[str | int | float | None]]) -> str:
    """The table in UTF-8 text with a byte order mark, so that Excel reads it as such. Numbers stay numbers; text that
    a spreadsheet would calculate gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_safe(cell) for cell in header])
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return "\N{BYTE ORDER MARK}" + out.getvalue()


def _safe(cell: str | int | float | None) -> str | int | float:
    if cell is None:
        return ""
    return "'" + cell if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
