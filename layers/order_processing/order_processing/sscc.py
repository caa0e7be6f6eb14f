"""SSCC, the serial shipping container code that identifies a parcel (GS1 General Specifications, 2.2.1).

Eighteen digits: the extension digit, the GS1 company prefix, the serial reference (together 17) and a
check digit. Extension digit and serial reference have no meaning, so both together are the number space
that a prefix leaves: 10**10 for seven digits, 10**5 for twelve. A number may not be given to another
parcel within a year; whoever uses `candidate` claims it with a conditional write and probes on.
"""

from __future__ import annotations

import hashlib
import re

_DIGITS = 17
_PREFIX = re.compile(r"[0-9]{4,12}")
_SSCC = re.compile(r"[0-9]{18}")


class SsccError(ValueError):
    """No SSCC can be made of this; the message says why."""


def candidate(prefix: str, order_id: str, parcel_number: int, probe: int = 0) -> str:
    """The `probe`-th SSCC to try for an order's parcel; always the same for the same arguments.

    prefix: the GS1 company prefix, 4 to 12 digits. parcel_number counts the parcels of the whole order.
    The first one is spread evenly over the numbers that the prefix leaves (SHA-256), and probing visits
    each of them once before any comes again, so a free number is found if there is one.
    """
    if not _PREFIX.fullmatch(prefix):
        raise SsccError(f"{prefix!r} is not a GS1 company prefix of 4 to 12 digits such as '0614141'")
    free = _DIGITS - len(prefix)
    digest = hashlib.sha256(f"{order_id}\n{parcel_number}".encode()).digest()
    first = int.from_bytes(digest[:16], "big")
    step = int.from_bytes(digest[16:], "big") // 10 * 10 + 1  # coprime to 10, so that no number is left out
    serial = f"{(first + probe * step) % 10**free:0{free}d}"
    digits = serial[0] + prefix + serial[1:]
    return digits + check_digit(digits)


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
