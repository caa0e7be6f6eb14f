"""JSON that strangers send."""

from __future__ import annotations

import json
from typing import Any


def read_foreign_json(raw: bytes | str, **hooks: Any) -> Any:
    """The value, as `json.loads` reads it; ValueError for whatever cannot be read.

    That is also what is nested so deeply that Python's reader gives up, which is no ValueError to it.
    """
    try:
        return json.loads(raw, **hooks)
    except RecursionError:
        raise ValueError("nested too deeply") from None
