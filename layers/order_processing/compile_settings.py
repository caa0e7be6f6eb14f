"""Compile the settings: what `settings.json` says, checked here, into a module that makes it without checking again.

    python compile_settings.py OUTPUT_FILE

Building what checks settings takes a function longer, when it starts, than everything that it does with them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from order_processing.order import Record
from order_processing.settings import Settings, SettingsError, parse

SOURCE = Path(__file__).with_name("order_processing") / "settings.json"


def compiled(settings: Settings) -> str:
    """The module's code: `SETTINGS`, equal to these."""
    kinds: set[type[Record]] = set()
    made = _code(settings, kinds)
    imports = sorted(f"from {kind.__module__} import {kind.__name__}" for kind in kinds)
    return "\n".join(["import datetime", *imports, f"SETTINGS = {made}", ""])


def _code(value: object, kinds: set[type[Record]]) -> str:
    """An expression for a value; kinds: takes up the records in it."""
    if isinstance(value, Record):
        kinds.add(type(value))
        fields = ", ".join(f"{name}={_code(held, kinds)}" for name, held in value)
        return f"{type(value).__name__}.model_construct({fields})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_code(held, kinds)}" for key, held in value.items()) + "}"
    if isinstance(value, tuple):
        return "(" + "".join(f"{_code(held, kinds)}, " for held in value) + ")"
    return repr(value)


if __name__ == "__main__":
    try:
        Path(sys.argv[1]).write_text(compiled(parse(SOURCE.read_text(encoding="utf-8"))), encoding="utf-8")
    except SettingsError as mistake:
        sys.exit(f"{SOURCE} cannot be used:\n{mistake}")
