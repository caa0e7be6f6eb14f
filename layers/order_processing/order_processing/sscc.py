"""SSCC, the serial shipping container code that identifies a parcel (GS1 General Specifications, 2.2.1).

Eighteen digits: the extension digit, the GS1 company prefix, the serial reference (together 17) and a
check digit. Extension digit and serial reference have no meaning, so both together are the number space
that a prefix leaves: 10**10 for seven digits, 10**5 for twelve. A number may not be given to another
parcel within a year; whoever uses `candidate` claims it with a conditional write and probes on.

What leaves a location on a day is numbered from a range: the numbers that begin alike. So who reads these numbers in
their order has the list of the day. A range is nobody's own, and days may share one; where it is crowded, a day goes on
in one that is ten times as large.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date

_DIGITS = 17
_PROBES = 4
_PREFIX = re.compile(r"[0-9]{4,12}")
_SSCC = re.compile(r"[0-9]{18}")


class SsccError(ValueError):
    """No SSCC can be made of this; the message says why."""


def candidate(prefix: str, order_id: str, parcel_number: int, probe: int = 0, *, within: str = "") -> str:
    """The `probe`-th SSCC to try for an order's parcel; always the same for the same arguments.

    prefix: the GS1 company prefix, 4 to 12 digits. parcel_number counts the parcels of the whole order.
    within: one of `ranges`; without it, all numbers that the prefix leaves.
    The first one is spread evenly over these numbers (SHA-256), and probing visits each of them once before any comes
    again, so a free number is found if there is one.
    """
    left = _free(prefix) - len(within)
    first, step = _first_and_step("\n".join([order_id, str(parcel_number), *([within] if within else [])]))
    serial = f"{within}{(first + probe * step) % 10**left:0{left}d}"
    digits = serial[0] + prefix + serial[1:]
    return digits + check_digit(digits)


def ranges(prefix: str, location: str, day: date) -> Iterator[str]:
    """The ranges to number from what leaves a location on a day, one after the other: digits that numbers begin with,
    extension digit and serial reference in one. Always the same for the same arguments.

    The first has a thousand numbers to a million, by what the prefix leaves; each further one ten times as many, until
    those that share an extension digit, of which each comes once.
    """
    free = _free(prefix)
    size = _first_size(free)
    first, step = _first_and_step(f"{location}\n{day.isoformat()}")
    largest = 0
    while largest < 10:
        left = free - size
        largest += left == 1
        yield f"{(first + largest * step) % 10**left:0{left}d}"
        size = min(size + 1, free - 1)


def candidates(prefix: str, order_id: str, parcel_number: int, location: str, day: date) -> Iterator[tuple[str, str]]:
    """The SSCCs to try for a parcel that leaves a location on a day, each with the digits that all of its range begin
    with. Always the same for the same arguments; a few of each range, so that a crowded one is soon left.
    """
    for digits in ranges(prefix, location, day):
        for probe in range(_PROBES):
            found = candidate(prefix, order_id, parcel_number, probe, within=digits)
            yield found[: len(prefix) + len(digits)], found


def _free(prefix: str) -> int:
    """How many digits the prefix leaves for extension digit and serial reference."""
    if not _PREFIX.fullmatch(prefix):
        raise SsccError(f"{prefix!r} is not a GS1 company prefix of 4 to 12 digits such as '0614141'")
    return _DIGITS - len(prefix)


def _first_size(free: int) -> int:
    """How many digits a day's first range leaves: most of them, so that probing is rare, and enough other ranges."""
    return min(6, free * 3 // 5)


def _first_and_step(words: str) -> tuple[int, int]:
    """Where to begin and how to go on: the step is coprime to 10, so that no number is left out."""
    digest = hashlib.sha256(words.encode()).digest()
    return int.from_bytes(digest[:16], "big"), int.from_bytes(digest[16:], "big") // 10 * 10 + 1


def check_digit(digits: str) -> str:
    """GS1's check digit (modulo 10): from the right, weights 3 and 1 in turn."""
    total = sum(int(digit) * (3 if i % 2 == 0 else 1) for i, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def is_valid(sscc: str) -> bool:
    """Whether this is eighteen digits with the right check digit."""
    return _SSCC.fullmatch(sscc) is not None and check_digit(sscc[:-1]) == sscc[-1]


def human_readable(sscc: str) -> str:
    """The human readable interpretation under a barcode: the application identifier in parentheses, no spaces."""
    if not is_valid(sscc):
        raise SsccError(f"{sscc!r} is not an SSCC: eighteen digits, the last of which is the check digit")
    return f"(00){sscc}"
