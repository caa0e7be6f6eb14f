"""The events' JSON schemas, written from the events themselves: python -m local.event_schemas [FOLDER]."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from order_processing.events import EVENTS, OrderEvent

FOLDER = Path(__file__).parents[1] / "docs" / "events"


def schema(event: type[OrderEvent]) -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of an event's detail; fields may be added to it within its version."""
    made = _open(event.model_json_schema(mode="serialization"))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def _open(part: Any) -> Any:
    """Without what pydantic says for our side alone: that further fields are refused, and names in title case."""
    if isinstance(part, list):
        return [_open(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _open(value)
        for key, value in part.items()
        if key != "additionalProperties" and not (key == "title" and isinstance(value, str))
    }


def files() -> dict[str, str]:
    """Each schema's file name, with its version, and its text."""
    return {f"{event.__name__}-1.json": json.dumps(schema(event), indent=2) + "\n" for event in EVENTS}


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8")
        print(folder / name)
