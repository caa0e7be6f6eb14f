"""The drawing of a packed box: each layer from above, its pieces numbered in the order of packing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import count

from order_processing.delivery import Parcel, Placement
from order_processing.documents.drawing import MM
from order_processing.documents.flow import Block
from order_processing.documents.fonts import width
from order_processing.documents.sheet import Sheet

_SIDE, _GAP, _CAPTION = 40.0, 5.0, 6.0
_LARGEST, _SMALLEST = 10.0, 4.0


def layers(sheet: Sheet, parcel: Parcel, *, left: float, within: float) -> Iterator[Block]:
    """The parcel's layers in rows side by side, from the floor up; all to one scale, the box's length across."""
    length, depth, _ = parcel.inner_mm
    scale = min(_SIDE / length, _SIDE / depth)
    levels = sorted({placed.at_mm[2] for placed in parcel.placements})
    across = max(1, int((within + _GAP) // (length * scale + _GAP)))

    def draw(row: list[int], y: float) -> None:
        for place, level in enumerate(row):
            _layer(sheet, parcel, level, left + place * (length * scale + _GAP), y + 1, scale)

    for first in range(0, len(levels), across):
        yield Block(depth * scale + _CAPTION + 3, partial(draw, levels[first : first + across]))


def _layer(sheet: Sheet, parcel: Parcel, level: int, x: float, y: float, scale: float) -> None:
    length, depth, _ = parcel.inner_mm
    caption = "on the floor" if level == 0 else f"{level} mm above the floor"
    sheet.fitted(x, y + 3.8, caption, within=length * scale, size=7.5, smallest=3, field="drawing", cut=True)
    top = y + _CAPTION - 1
    for number, placed in zip(count(1), parcel.placements, strict=False):
        below_or_here = placed.at_mm[2] <= level < placed.at_mm[2] + placed.size_mm[2]
        if below_or_here:
            _piece(sheet, placed, number, x, top, scale, starts_here=placed.at_mm[2] == level)
    sheet.box(x, top, length * scale, depth * scale, thick=0.5)


def _piece(
    sheet: Sheet, placed: Placement, number: int, x: float, top: float, scale: float, *, starts_here: bool
) -> None:
    """A piece as seen from above: white where it is put down, grey where it reaches up from a layer below."""
    at = (x + placed.at_mm[0] * scale, top + placed.at_mm[1] * scale)
    wide, deep = placed.size_mm[0] * scale, placed.size_mm[1] * scale
    if not starts_here:
        sheet.box(*at, wide, deep, fill=0.85)
    sheet.box(*at, wide, deep, thick=0.15)
    size = _LARGEST
    while size > _SMALLEST and (width(str(number), size) / MM > wide * 0.9 or size / MM > deep * 0.9):
        size -= 0.5
    sheet.text(at[0] + wide / 2, at[1] + deep / 2 + size * 0.36 / MM, str(number), size, align="center")


def ranges(numbers: Iterable[int]) -> str:
    """Ascending numbers in words: 1, 2, 3, 7 is "1-3, 7"."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], number]
        else:
            spans.append([number])
    return ", ".join("-".join(map(str, span)) for span in spans)
