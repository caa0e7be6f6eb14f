"""Barcodes as bar and space widths: Code 128 (ISO/IEC 15417) and on it GS1-128 (GS1 General Specifications, 5.4).

Widths are in modules, beginning with a bar. Whoever draws them chooses the module's width in whole
printer dots and keeps the quiet zones free.
"""

from __future__ import annotations

from collections.abc import Iterable

QUIET_ZONE = 10
"""Modules that stay white on each side."""

_START_B, _START_C, _STOP = 104, 105, 106
_CODE_B, _CODE_C, _FNC1 = 100, 99, 102
_MAX_GS1_128 = 48

# Bar and space widths of the values 0 to 106; STOP has a seventh element, the closing bar.
_PATTERNS = [
    "212222",
    "222122",
    "222221",
    "121223",
    "121322",
    "131222",
    "122213",
    "122312",
    "132212",
    "221213",
    "221312",
    "231212",
    "112232",
    "122132",
    "122231",
    "113222",
    "123122",
    "123221",
    "223211",
    "221132",
    "221231",
    "213212",
    "223112",
    "312131",
    "311222",
    "321122",
    "321221",
    "312212",
    "322112",
    "322211",
    "212123",
    "212321",
    "232121",
    "111323",
    "131123",
    "131321",
    "112313",
    "132113",
    "132311",
    "211313",
    "231113",
    "231311",
    "112133",
    "112331",
    "132131",
    "113123",
    "113321",
    "133121",
    "313121",
    "211331",
    "231131",
    "213113",
    "213311",
    "213131",
    "311123",
    "311321",
    "331121",
    "312113",
    "312311",
    "332111",
    "314111",
    "221411",
    "431111",
    "111224",
    "111422",
    "121124",
    "121421",
    "141122",
    "141221",
    "112214",
    "112412",
    "122114",
    "122411",
    "142112",
    "142211",
    "241211",
    "221114",
    "413111",
    "241112",
    "134111",
    "111242",
    "121142",
    "121241",
    "114212",
    "124112",
    "124211",
    "411212",
    "421112",
    "421211",
    "212141",
    "214121",
    "412121",
    "111143",
    "111341",
    "131141",
    "114113",
    "114311",
    "411113",
    "411311",
    "113141",
    "114131",
    "311141",
    "411131",
    "211412",
    "211214",
    "211232",
    "2331112",
]

# Application identifiers whose element has a predefined length, so that no separator follows it (GS1 figure 7.8.5-2).
_FIXED_LENGTH = [
    "00",
    "01",
    "02",
    "03",
    "04",
    "11",
    "12",
    "13",
    "14",
    "15",
    "16",
    "17",
    "18",
    "19",
    "20",
    "31",
    "32",
    "33",
    "34",
    "35",
    "36",
    "41",
]


class BarcodeError(ValueError):
    """Data that the symbology cannot hold; the message says what it can."""


def gs1_128(elements: Iterable[tuple[str, str]]) -> tuple[int, ...]:
    """GS1-128 for element strings (application identifier, value), as widths in modules.

    Elements of predefined length should come first. At most 48 characters in one symbol, separators
    not counted as printed but as data; values of digits, letters and ISO/IEC 646 punctuation.
    """
    return _widths(_values(_data(elements)))


def human_readable(elements: Iterable[tuple[str, str]]) -> str:
    """The human readable interpretation: identifiers in parentheses, which are not in the barcode."""
    return "".join(f"({identifier}){value}" for identifier, value in elements)


def _data(elements: Iterable[tuple[str, str]]) -> list[str | None]:
    """The characters of a symbol; None is FNC1, at the start and after an element of variable length."""
    data: list[str | None] = [None]
    elements = list(elements)
    for place, (identifier, value) in enumerate(elements):
        if not (identifier + value).isascii() or not (identifier + value).isprintable() or not value:
            raise BarcodeError(f"({identifier}){value!r} is not printable ASCII text")
        data.extend(identifier + value)
        if identifier[:2] not in _FIXED_LENGTH and place < len(elements) - 1:
            data.append(None)
    if len(data) - 1 > _MAX_GS1_128:
        raise BarcodeError(f"{len(data) - 1} characters are more than the {_MAX_GS1_128} of one GS1-128 symbol")
    return data


def modules_of(elements: Iterable[tuple[str, str]]) -> int:
    """How many modules wide the symbol is, without its quiet zones."""
    return sum(gs1_128(elements))


def qr_modules(data: str) -> tuple[bytearray, ...]:
    """A QR code (ISO/IEC 18004) of medium error correction, row by row, 1 is dark; without its quiet zone."""
    import segno  # here, because only labels need it

    return tuple(segno.make(data, error="m", boost_error=False, micro=False).matrix)


def _values(data: list[str | None]) -> list[int]:
    """Code 128 values with start and code set changes; None is FNC1. Digits go in pairs where that is shorter.

    The odd one of a run of digits goes first: its change of code set is at the start, where it costs nothing.
    """
    run = _digits_from(data, 1)
    in_c = run >= 2 and run % 2 == 0 and (run >= 4 or run == len(data) - 1)
    values = [_START_C if in_c else _START_B]
    at = 0
    while at < len(data):
        symbol = data[at]
        if symbol is None:
            values.append(_FNC1)
            at += 1
        elif in_c and _digits_from(data, at) >= 2:
            values.append(int(symbol + str(data[at + 1])))
            at += 2
        elif in_c:
            values.append(_CODE_B)
            in_c = False
        else:
            run = _digits_from(data, at)
            if run >= 4 and run % 2 == 0:
                values.append(_CODE_C)
                in_c = True
            else:
                values.append(ord(symbol) - 32)
                at += 1
    return values


def _digits_from(data: list[str | None], at: int) -> int:
    """How many digits stand in a row from here."""
    end = at
    while end < len(data) and (data[end] or "").isdigit():
        end += 1
    return end - at


def _widths(values: list[int]) -> tuple[int, ...]:
    check = (values[0] + sum(place * value for place, value in enumerate(values[1:], 1))) % 103
    return tuple(int(width) for value in [*values, check, _STOP] for width in _PATTERNS[value])
