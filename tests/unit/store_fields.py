"""What each platform's reader does with each field of a payload, found out by trying.

A field is looked at when the reader asks for it, and used when changing it changes the order. The tables
of docs/stores.md are made from this (`python -m tests.unit.store_fields`), and a test makes them again.
"""

from __future__ import annotations

import copy
import itertools
import re
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

from order_processing.stores import Unreadable
from order_processing.stores.payload import Part
from tests.unit.store_samples import Reader, fields, samples

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "stores.md"
_INDEX = re.compile(r"\[\d+\]")
_WORDS: tuple[Any, ...] = ("x y", "7", "EUR", "2026-05-04T13:00:00Z", "2026-05-04 13:00:00", "ab@example.com")
_STATES: tuple[Any, ...] = (
    "cancelled", "fulfilled", "FULFILLED", "pending", "unpaid", "completed", "canceled", "authorized", "shipping_line",
    "shipping_refund", "DIGITAL", "digital", "percentage", "INCLUSIVE", "expired", "setup", "virtual",
)  # fmt: skip
_STATE_NAME = re.compile(r"status|state$|type|Type$|kind|Interpretation|mode$|reason", re.IGNORECASE)
_AMOUNTS: tuple[Any, ...] = ("7.00", "7", "-2.00", 7, 1, "9")
_FLAGS: tuple[Any, ...] = (True, False, "1")
# Of no meaning to an order's processing: how the customer came to the store, and the store's own bookkeeping.
_IGNORED = re.compile(
    r"browser_ip|buyer_accepts|cart_|checkout_|client_details|device_id|landing_|location_id|_url$|referring|source_|token"
    r"|user_id|merchant_of_record|app_id|_links|_ip_address|user_agent|order_key|ip_address|geoip|ebay|cart_id|opt_in|uenc"
    r"|imageUrl|success_url|cancel_url|remote_ip|protect_code|object$|livemode$|pending_webhooks|request|browser|hash$"
)


class _Recorder(dict[str, Any]):
    """A JSON object that notes which of its fields are asked for."""

    def __init__(self, fields: dict[str, Any], path: str, seen: set[str]) -> None:
        super().__init__(fields)
        self._path, self._seen = path, seen

    def get(self, name: str, default: Any = None) -> Any:
        self._seen.add(f"{self._path}.{name}".lstrip("."))
        return super().get(name, default)


def looked_at(read: Reader, bodies: list[Any]) -> set[str]:
    """Every field that the reader asks for, whether it is there or not."""
    seen: set[str] = set()
    plain = Part.__init__

    def recording(self: Part, value: object, path: str = "") -> None:
        plain(self, _Recorder(value, _INDEX.sub("[]", path), seen) if isinstance(value, dict) else value, path)

    with patch.object(Part, "__init__", recording):
        for body in bodies:
            read(body)
    return seen


def _candidates(name: str, value: Any) -> tuple[Any, ...]:
    """Other values to try in the place of one."""
    if isinstance(value, bool):
        return _FLAGS
    if isinstance(value, (int, float)) or (isinstance(value, str) and re.fullmatch(r"-?[0-9.]+", value)):
        return (*_AMOUNTS, "x y", None)
    states = _STATES if _STATE_NAME.search(name) else ()
    if isinstance(value, str) and value:
        return (*_WORDS, *states, None)
    return (*_WORDS, *_AMOUNTS, *_FLAGS, *states, {"a": "b"})


def uses(read: Reader, bodies: list[tuple[Any, set[str], dict[str, Any]]], path: str) -> set[str]:
    """The fields of our order that change with this field, in the first body in which any does.

    {"checked"} when it can only make it unreadable.
    bodies: each with the fields that are looked at in it, and its order's values by field.
    """
    changed: set[str] = set()
    refused = False
    for body, seen, before in bodies:
        for place in _places(body, path) if path in seen else []:
            for candidate in _candidates(str(place[-1]), _at(body, place)):
                try:
                    after = _flat(read(_with(body, place, candidate)))
                except Unreadable:
                    refused = True
                    continue
                changed |= {name for name in before | after if before.get(name) != after.get(name)}
        if changed:
            break
    return changed or ({"checked"} if refused else set())


def _flat(delivery: Any) -> dict[str, Any]:
    """An order's values by field; those of a list together."""
    found: dict[str, Any] = {}

    def walk(value: Any, path: str) -> None:
        if isinstance(value, dict) and value:
            for name, inner in value.items():
                walk(inner, f"{path}.{name}".lstrip("."))
        elif isinstance(value, (list, tuple)) and value:
            for inner in value:
                walk(inner, path)
        else:
            found.setdefault(path, []).append(value)

    order = getattr(delivery, "order", None)
    walk(order.model_dump() if order else {"delivery": type(delivery).__name__}, "")
    return {name: values for name, values in found.items() if any(v not in (None, "", [], (), {}) for v in values)}


def _places(body: Any, path: str) -> list[tuple[Any, ...]]:
    """Up to two places in a body that a path means; of one that is not there, where it would be."""
    found: list[tuple[Any, ...]] = [()]
    for step in re.findall(r"[^.\[\]]+|\[\]", path):
        following: list[tuple[Any, ...]] = []
        for place in found:
            value = _at(body, place)
            if step != "[]":
                following.append((*place, step))
            elif isinstance(value, list):
                following += [(*place, i) for i in range(len(value))]
        found = following
    return found[:1] + found[-1:] if len(found) > 1 else found


def _at(body: Any, place: tuple[Any, ...]) -> Any:
    for step in place:
        known = isinstance(body, list) or (isinstance(body, dict) and step in body)
        body = body[step] if known else None
    return body


def _with(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(body)
    inner = changed
    for step, following in itertools.pairwise(place):
        if isinstance(inner, dict) and not isinstance(inner.get(step), dict) and isinstance(following, str):
            inner[step] = {}
        inner = inner[step]
    inner[place[-1]] = value
    return changed


def rows(source: str) -> list[tuple[str, str, str]]:
    """(field, used | kept | ignored, the fields of our order) of each field, by path."""
    read, bodies = samples()[source]
    examples = [(body, looked_at(read, [body]), _flat(read(body))) for body in bodies]
    seen = set().union(*(seen for _, seen, _ in examples))
    there = {path for body in bodies for path in fields(body)}
    parents = {path.rsplit(".", 1)[0].removesuffix("[]") for path in seen if "." in path}
    found = []
    for path in sorted(there | seen):
        leaf = path in seen and path not in parents
        if leaf:
            becomes = uses(read, examples, path)
            state = "used" if becomes else "kept"
            found.append((path, state, _words(becomes)))
        elif path not in seen | parents and _parent(path) in (seen & parents) | parents | {""}:
            found.append((path, "ignored" if _IGNORED.search(path.rsplit(".", 1)[-1]) else "kept", ""))
    return [(path, state, becomes if state == "used" else "") for path, state, becomes in found]


def _words(becomes: set[str]) -> str:
    """Fields of our order in words; of many, the parts of the order that they are in."""
    names = becomes - {"checked"}
    if len(names) > 3:
        names = {name.split(".")[0] for name in names}
    return ", ".join(f"`{name}`" for name in sorted(names)) or "checked"


def _parent(path: str) -> str:
    return path.rpartition(".")[0].removesuffix("[]")


def table(source: str) -> str:
    """The platform's table: what is used, a row each; what is kept and ignored, together."""
    found = rows(source)
    lines = ["| field | becomes |", "|---|---|"]
    lines += [f"| `{path}` | {becomes} |" for path, state, becomes in found if state == "used"]
    for state in ("kept", "ignored"):
        names = [f"`{path}`" for path, what, _ in found if what == state]
        lines += ["", f"{state.capitalize()}: {', '.join(names) or 'none'}."]
    return "\n".join(lines)


def written(text: str) -> str:
    """The document with each table between its markers made anew."""
    for source in samples():
        start, end = f"<!-- fields of {source} -->\n", f"\n<!-- end of {source} -->"
        before, opened, rest = text.partition(start)
        _, closed, after = rest.partition(end)
        if not opened or not closed:
            raise ValueError(f"{DOCUMENT.name} has no markers for the fields of {source}")
        text = f"{before}{start}{table(source)}{end}{after}"
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{DOCUMENT.name}: tables written\n")
