"""The drawing of a packed box: each layer from above, its pieces numbered in the order of packing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from order_processing.delivery import Parcel
from order_processing.documents.drawing import MM
from order_processing.documents.flow import Block
from order_processing.documents.fonts import width
from order_processing.documents.sheet import Sheet

_SIDE, _GAP, _CAPTION = 40.0, 5.0, 6.0
_LARGEST, _READABLE, _SMALLEST = 10.0, 5.0, 4.0


def layers(sheet: Sheet, parcel: Parcel, *, left: float, within: float) -> Iterator[Block]:
    """The parcel's layers in rows side by side, from the floor up; all to one scale, the box's length across."""
    length, depth, _ = parcel.inner_mm
    scale = min(_SIDE / length, _SIDE / depth)
    slices = list(_slices(parcel))
    levels = sorted({each.level for each in slices})
    across = max(1, int((within + _GAP) // (length * scale + _GAP)))

    def draw(row: list[int], y: float) -> None:
        for place, level in enumerate(row):
            _layer(sheet, parcel, slices, level, left + place * (length * scale + _GAP), y + 1, scale)

    for first in range(0, len(levels), across):
        yield Block(depth * scale + _CAPTION + 3, partial(draw, levels[first : first + across]))


class _Slice(NamedTuple):
    """One layer of equal pieces that lie side by side. first: the number of the first one in the order of packing."""

    level: int
    top: int
    at: tuple[int, int]
    piece: tuple[int, int]
    grid: tuple[int, int]
    first: int

    @property
    def numbers(self) -> str:
        """The pieces' numbers: one, or from the first to the last."""
        return str(self.first) if self.last == self.first else f"{self.first}-{self.last}"

    @property
    def last(self) -> int:
        """The number of the last piece."""
        return self.first + self.grid[0] * self.grid[1] - 1


def _slices(parcel: Parcel) -> Iterator[_Slice]:
    first = 1
    for placed in parcel.placements:
        (x, y, z), (long, deep, high), (across, back, up) = placed.at_mm, placed.size_mm, placed.grid
        for layer in range(up):
            level = z + layer * high
            yield _Slice(level, level + high, (x, y), (long, deep), (across, back), first)
            first += across * back


def _layer(sheet: Sheet, parcel: Parcel, slices: list[_Slice], level: int, x: float, y: float, scale: float) -> None:
    length, depth, _ = parcel.inner_mm
    caption = "on the floor" if level == 0 else f"{level} mm above the floor"
    sheet.fitted(x, y + 3.8, caption, within=length * scale, size=7.5, smallest=3, field="drawing", cut=True)
    top = y + _CAPTION - 1
    for each in slices:
        if each.level <= level < each.top:
            _pieces(sheet, each, x, top, scale, starts_here=each.level == level)
    sheet.box(x, top, length * scale, depth * scale, thick=0.5)


def _pieces(sheet: Sheet, each: _Slice, x: float, top: float, scale: float, *, starts_here: bool) -> None:
    """Pieces as seen from above: white where they are put down, grey where they reach up from a layer below."""
    left, back = x + each.at[0] * scale, top + each.at[1] * scale
    wide, deep = each.piece[0] * each.grid[0] * scale, each.piece[1] * each.grid[1] * scale
    if not starts_here:
        sheet.box(left, back, wide, deep, fill=0.85)
    sheet.box(left, back, wide, deep, thick=0.15)
    for line in range(1, each.grid[0]):
        at = left + line * each.piece[0] * scale
        sheet.rule(at, back, at, back + deep, thick=0.05, grey=0.5)
    for line in range(1, each.grid[1]):
        at = back + line * each.piece[1] * scale
        sheet.rule(left, at, left + wide, at, thick=0.05, grey=0.5)
    if (size := _fitting(str(each.last), each.piece[0] * scale, each.piece[1] * scale)) >= _READABLE:
        for number in range(each.first, each.last + 1):
            back_by, right_by = divmod(number - each.first, each.grid[0])
            middle = left + (right_by + 0.5) * each.piece[0] * scale
            sheet.text(
                middle, _base(back + (back_by + 0.5) * each.piece[1] * scale, size), str(number), size, align="center"
            )
        return
    size = _fitting(each.numbers, wide, deep)
    long, high = width(each.numbers, size) / MM + 1, size / MM + 0.6
    sheet.box(left + (wide - long) / 2, back + (deep - high) / 2, long, high, fill=1.0)
    sheet.text(left + wide / 2, _base(back + deep / 2, size), each.numbers, size, align="center")


def _fitting(text: str, wide: float, deep: float) -> float:
    """The size in which a text fits a rectangle, at least `_SMALLEST`; below `_SMALLEST` where it does not."""
    size = _LARGEST
    while size >= _SMALLEST and (width(text, size) / MM > wide * 0.9 or size / MM > deep * 0.9):
        size -= 0.5
    return size


def _base(middle: float, size: float) -> float:
    """The baseline of a text whose figures stand around a middle."""
    return middle + size * 0.36 / MM


def ranges(numbers: Iterable[int]) -> str:
    """Ascending numbers in words: 1, 2, 3, 7 is "1-3, 7"."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], number]
        else:
            spans.append([number])
    return ", ".join("-".join(map(str, span)) for span in spans)
