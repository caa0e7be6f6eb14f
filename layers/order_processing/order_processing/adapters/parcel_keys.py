"""Keys of the orders' table under which stands whose a parcel is and what leaves on a day (see `order_store`)."""

from __future__ import annotations

from datetime import date

from order_processing.adapters.attributes import Attribute
from order_processing.adapters.order_items import key

RANGE = "range#"
_NUMBERS = "sscc#"
_SHARED_DIGITS = 11


def departures_of(location: str, day: date) -> str:
    """The partition that lists what leaves a location on a day: by ranges of numbers, and by orders."""
    return f"departures#{location}#{day.isoformat()}"


def numbered(sscc: str) -> dict[str, Attribute]:
    """The key of the item that says whose an SSCC is. A partition holds a million numbers, in their order."""
    return key(_NUMBERS + sscc[:_SHARED_DIGITS], sscc[_SHARED_DIGITS:])


def numbered_before(sscc: str) -> dict[str, Attribute]:
    """The key of the item that said so before numbers were kept in their order."""
    return key(_NUMBERS + sscc, "sscc")


def partitions_of(beginning: str) -> list[tuple[str, str]]:
    """Where SSCCs stand that begin with these digits: partitions, and what their items' parts begin with ("": all)."""
    missing = _SHARED_DIGITS - len(beginning)
    if missing <= 0:
        return [(_NUMBERS + beginning[:_SHARED_DIGITS], beginning[_SHARED_DIGITS:])]
    return [(f"{_NUMBERS}{beginning}{n:0{missing}d}", "") for n in range(10**missing)]


def tracked_as(number: str) -> str:
    """The partition that says which order a carrier's tracking number is of."""
    return "tracking#" + number.upper().replace(" ", "")
