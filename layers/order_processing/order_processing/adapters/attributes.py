"""Values as DynamoDB's low-level client writes them.

Documents (pydantic records) are kept as one JSON text, deflated unless they are short: it is exact
(no Decimal), and an item's size is what every write of it costs.
"""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from order_processing.adapters.preset import deflated, inflated

Attribute = dict[str, Any]
M = TypeVar("M", bound=BaseModel)
_LONG = 160


def text(value: str) -> Attribute:
    """A text attribute."""
    return {"S": value}


def number(value: int) -> Attribute:
    """A whole number attribute."""
    return {"N": str(value)}


def time(value: datetime) -> Attribute:
    """A time as ISO 8601 text in UTC."""
    return {"S": iso(value)}


def iso(value: datetime) -> str:
    """A time as ISO 8601 text in UTC, to the millisecond, so that text order is time order."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def packed(raw: bytes) -> Attribute:
    """Bytes, deflated (RFC 1950)."""
    return {"B": zlib.compress(raw, 9)}


def document(value: BaseModel) -> Attribute:
    """A record as JSON text, deflated when longer than 160 characters. Fields at their default are left out."""
    body = value.model_dump_json(exclude_defaults=True)
    return {"B": deflated(body.encode())} if len(body) > _LONG else {"S": body}


def read_document(attribute: Attribute, model: type[M]) -> M:
    """What `document` wrote. Fields that this version does not know, because a newer one wrote them, are ignored."""
    return model.model_validate_json(unpacked(attribute) if "B" in attribute else attribute["S"], extra="ignore")


def unpacked(attribute: Attribute) -> bytes:
    """The bytes that were deflated."""
    return inflated(attribute["B"])
