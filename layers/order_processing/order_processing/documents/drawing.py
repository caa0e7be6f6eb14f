"""What every page to draw on can do: text that fits its box or is refused, in millimetres from the top left."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from functools import partial

from order_processing.documents.fonts import runs_right_to_left, width

MM = 72 / 25.4
_LEADING = 1.22


class TextTooLong(ValueError):
    """Text that does not fit its box in the smallest readable size; the message names the field, not the text."""


class Drawing(ABC):
    """A page that text, lines and barcodes are put on. width, height: millimetres."""

    width: float
    height: float

    @abstractmethod
    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False, align: str = "left") -> None:
        """One line with its baseline at y. x: its left end, its middle or its right end, as `align` says."""

    @abstractmethod
    def rule(self, x1: float, y1: float, x2: float, y2: float, *, thick: float = 0.25) -> None:
        """A straight line, across or down."""

    @abstractmethod
    def bars(self, x: float, y: float, high: float, elements: Sequence[tuple[str, str]], *, dots: int) -> None:
        """A GS1-128 barcode of (application identifier, value), each module `dots` printer dots wide."""

    @abstractmethod
    def qr_code(self, x: float, y: float, data: str, *, dots: int) -> None:
        """A QR code of medium error correction, without its quiet zone of four modules."""

    def fitted(
        self,
        x: float,
        y: float,
        text: str,
        *,
        within: float,
        size: float,
        smallest: float,
        field: str,
        bold: bool = False,
        align: str = "left",
        cut: bool = False,
    ) -> None:
        """One line like `text`, shrunk to at most `within` millimetres; below the smallest size cut, or TextTooLong."""
        while width(text, size, bold=bold) > within * MM:
            size -= 0.25
            if size < smallest and cut:
                size = smallest
                text = _cut(text, within, size, bold=bold)
                break
            if size < smallest:
                raise TextTooLong(f"{field}: {len(text)} characters do not fit {within:.0f} mm in {smallest} pt")
        self.text(x, y, text, size, bold=bold, align=align)

    def block(
        self,
        x: float,
        y: float,
        paragraphs: Sequence[str],
        *,
        within: float,
        tall: float,
        size: float,
        smallest: float,
        field: str,
        bold_first: bool = False,
        cut: bool = False,
    ) -> float:
        """Paragraphs wrapped into a box, as large as fits between `size` and `smallest`; returns its lower edge.

        A line that begins in a right-to-left script stands at the right. What does not fit in the smallest size
        is cut, or refused with TextTooLong.
        """
        while True:
            lines = [
                (line, bold_first and place == 0)
                for place, paragraph in enumerate(paragraphs)
                for line in wrapped(paragraph, within, size, bold=bold_first and place == 0)
            ]
            if len(lines) * leading(size) <= tall:
                break
            if cut and size - 0.5 < smallest:
                lines = lines[: int(tall / leading(size))]
                lines[-1] = (_cut(lines[-1][0] + "…", within, size, bold=lines[-1][1]), lines[-1][1])
                break
            size -= 0.5
            if size < smallest:
                raise TextTooLong(f"{field}: does not fit {within:.0f} x {tall:.0f} mm in {smallest} pt")
        for line, bold in lines:
            turned = runs_right_to_left(line)
            at, align = (x + within, "right") if turned else (x, "left")
            self.text(at, y + ascent(size), line, size, bold=bold, align=align)
            y += leading(size)
        return y


def leading(size: float) -> float:
    """The distance between baselines in millimetres for a size in points."""
    return size * _LEADING / MM


def ascent(size: float) -> float:
    """From the top of a line to its baseline, in millimetres."""
    return size * 0.95 / MM


def _cut(text: str, within: float, size: float, *, bold: bool) -> str:
    """The text's beginning with an ellipsis, as much as fits."""
    while width(text, size, bold=bold) > within * MM and len(text) > 1:
        text = text.removesuffix("…")[:-1] + "…"
    return text


def _width_of_part(word: str, size: float, bold: bool, length: int) -> float:
    return width(word[:length], size, bold=bold)


def wrapped(text: str, within: float, size: float, *, bold: bool = False) -> list[str]:
    """The text in lines of at most `within` millimetres, broken at spaces, or inside a word that is too long."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        candidate = f"{line} {word}" if line else word
        if width(candidate, size, bold=bold) <= within * MM:
            line = candidate
            continue
        if line:
            lines.append(line)
        while width(word, size, bold=bold) > within * MM and len(word) > 1:
            fitting = bisect_right(range(2, len(word)), within * MM, key=partial(_width_of_part, word, size, bold))
            lines.append(word[: fitting + 1])
            word = word[fitting + 1 :]
        line = word
    return [*lines, line] if line or not lines else lines
