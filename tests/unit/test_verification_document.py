"""The document says what the code does: one row a check, each as the code has it."""

from __future__ import annotations

import re
from pathlib import Path

from order_processing.checks import CHECKS, Check

DOCUMENT = (Path(__file__).parents[2] / "docs" / "verification.md").read_text(encoding="utf-8")


def row(check: Check) -> str:
    others = ", ".join(f"`{r}`" for r in check.allowed if r != check.resolution) or "–"
    found = f"`{check.found}`" if check.found else "nothing"
    example = f"`{check.path}`: found {found}, expected {check.expected}"
    return f"| `{check.code}` | {check.says} | `{check.resolution}` | {others} | {example} |"


def test_the_tables_rows_are_the_checks():
    rows = re.findall(r"^\| `[A-Z_]+` .*$", DOCUMENT, flags=re.MULTILINE)
    assert rows == [row(check) for check in CHECKS.values()]


def test_a_check_may_be_set_to_its_own_resolution():
    assert all(check.resolution in check.allowed for check in CHECKS.values())
