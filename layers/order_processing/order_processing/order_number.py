"""The order's number: short, not sequential, with a check character, easy to read over the phone.

Nine characters of the 29 that the NOID check digit algorithm (California Digital Library) uses:
digits and consonants, without vowels (no words arise), `l` (looks like 1) and `y`. The last is that
algorithm's check character: over a prime alphabet, position-weighted, it finds every single wrong
character and every swap of two neighbours. Written in groups, upper case: `BRSJ-V48J-X`.

The number is also the order's id. It is derived from where the order comes from (its origin key), so
that the same order always gets the same number; `probe` counts up where another order holds a number
already. With 29**8 = 5.0e11 numbers that is rare: one pair in a million orders.
"""

from __future__ import annotations

import hashlib

ALPHABET = "0123456789BCDFGHJKMNPQRSTVWXZ"
_VALUE = {c: i for i, c in enumerate(ALPHABET)}
_LENGTH = 8


class OrderNumberError(ValueError):
    """Text that is no order number; the message says why."""


def derive(origin: str, probe: int = 0) -> str:
    """The number for an order's origin key: the `probe`-th candidate, evenly spread (SHA-256)."""
    value = int.from_bytes(hashlib.sha256(f"{probe}\n{origin}".encode()).digest(), "big")
    digits = []
    for _ in range(_LENGTH):
        value, digit = divmod(value, len(ALPHABET))
        digits.append(ALPHABET[digit])
    number = "".join(digits)
    return number + check_character(number)


def check_character(number: str) -> str:
    """NOID check character: the sum of position (from 1) times value, modulo 29."""
    return ALPHABET[sum(i * _VALUE[c] for i, c in enumerate(number, 1)) % len(ALPHABET)]


def parse(text: str) -> str:
    """An order number as typed or read out: any case, spaces and hyphens ignored, O and I read as 0 and 1."""
    number = "".join(text.split()).replace("-", "").upper().translate(str.maketrans("OIL", "011"))
    if len(number) != _LENGTH + 1 or any(c not in _VALUE for c in number):
        raise OrderNumberError(f"{text[:40]!r} is not an order number such as 'BRSJ-V48J-X'")
    if number[-1] != check_character(number[:-1]):
        raise OrderNumberError(f"{text[:40]!r}: the check character does not fit, so a character is wrong")
    return number


def display(number: str) -> str:
    """An order number in groups: BRSJV48JX is BRSJ-V48J-X."""
    return f"{number[:4]}-{number[4:8]}-{number[8:]}"
