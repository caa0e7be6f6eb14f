"""A label to draw on that becomes ZPL II, the language of Zebra's printers.

Latin text is set in the printer's own scalable font; other scripts, which it may lack, go as bitmaps of the
embedded fonts. Nothing that stands in a text can be read as a command: `^`, `~` and everything beyond plain
letters are sent as hexadecimal codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from order_processing.barcodes import gs1_128, qr_modules
from order_processing.documents.drawing import MM, Drawing
from order_processing.documents.fonts import file_of, runs, width

if TYPE_CHECKING:
    from PIL.Image import Image

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,-/()&+:;#'")
_ABOVE, _BELOW = 1.1, 0.35
"""How far letters reach above and below their baseline, in sizes."""


class ZplLabel(Drawing):
    """One label. dpi: the printer's dots per inch, which all of ZPL's numbers count."""

    def __init__(self, width_mm: float, height_mm: float, *, dpi: int) -> None:
        self.width, self.height = width_mm, height_mm
        self._dpi = dpi
        self._commands = ["^XA^CI28^LH0,0", f"^PW{self._dots(width_mm)}^LL{self._dots(height_mm)}"]

    def to_bytes(self) -> bytes:
        """The label's commands in ASCII."""
        return "\n".join([*self._commands, "^XZ", ""]).encode("ascii")

    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False, align: str = "left") -> None:
        """One line; bold is struck twice, one dot apart."""
        long = width(text, size, bold=bold) / MM
        x -= long * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        if not all(letter.isprintable() and ord(letter) < 0x100 for letter in text):
            self._bitmap_text(x, y, text, size, bold=bold)
            return
        high = round(size / 72 * self._dpi)
        for strike in range(2 if bold else 1):
            place = f"^FT{self._dots(x) + strike},{self._dots(y)}"
            self._commands.append(f"{place}^A0N,{high},{high}^FH_^FD{escaped(text)}^FS")

    def rule(self, x1: float, y1: float, x2: float, y2: float, *, thick: float = 0.25) -> None:
        """A straight line, across or down."""
        dots = max(1, self._dots(thick))
        wide, high = max(dots, self._dots(x2 - x1)), max(dots, self._dots(y2 - y1))
        self._commands.append(f"^FO{self._dots(x1)},{self._dots(y1)}^GB{wide},{high},{dots}^FS")

    def bars(self, x: float, y: float, high: float, elements: Sequence[tuple[str, str]], *, dots: int) -> None:
        """A GS1-128 barcode, bar by bar: the same on every printer, whatever its firmware makes of code sets."""
        at, top = self._dots(x), self._dots(y)
        tall = self._dots(y + high) - top
        boxes = []
        for place, modules in enumerate(gs1_128(elements)):
            if place % 2 == 0:
                boxes.append(f"^FO{at},{top}^GB{modules * dots},{tall},{modules * dots}^FS")
            at += modules * dots
        self._commands.append("".join(boxes))

    def qr_code(self, x: float, y: float, data: str, *, dots: int) -> None:
        """A QR code as a bitmap, so that every printer sets the same modules."""
        rows = [[bool(dark) for dark in row for _ in range(dots)] for row in qr_modules(data) for _ in range(dots)]
        self._graphic(self._dots(x), self._dots(y), [_row_bytes(row) for row in rows])

    def _bitmap_text(self, x: float, y: float, text: str, size: float, *, bold: bool) -> None:
        image = _drawn(text, round(size / 72 * self._dpi), bold=bold)
        top = self._dots(y) - round(image.height * _ABOVE / (_ABOVE + _BELOW))
        pixels, stride = image.tobytes(), (image.width + 7) // 8
        rows = [pixels[n * stride : (n + 1) * stride] for n in range(image.height)]
        self._graphic(self._dots(x), max(0, top), rows)

    def _graphic(self, x: int, y: int, rows: Sequence[bytes]) -> None:
        size = sum(map(len, rows))
        data = b"".join(rows).hex().upper()
        self._commands.append(f"^FO{x},{y}^GFA,{size},{size},{len(rows[0])},{data}^FS")

    def _dots(self, millimetres: float) -> int:
        return round(millimetres * self._dpi / 25.4)


def escaped(text: str) -> str:
    """A text as data of a field with ^FH_: UTF-8, everything but plain letters as `_` and two hexadecimal digits."""
    return "".join(
        letter if letter in _PLAIN else "".join(f"_{byte:02X}" for byte in letter.encode()) for letter in text
    )


def _drawn(text: str, pixels: int, *, bold: bool) -> Image:
    """A text in black on white, one bit a dot, its baseline `_ABOVE` sizes below the upper edge; 1 is black."""
    from PIL import Image, ImageDraw, ImageFont

    parts = [(ImageFont.truetype(str(file_of(font)), pixels), letters) for font, letters in runs(text, bold=bold)]
    wide = sum(font.getlength(letters) for font, letters in parts)
    image = Image.new("1", (int(wide) + 2, round(pixels * (_ABOVE + _BELOW))), 0)
    draw = ImageDraw.Draw(image)
    at = 0.0
    for font, letters in parts:
        draw.text((at, round(pixels * _ABOVE)), letters, font=font, fill=1, anchor="ls")
        at += font.getlength(letters)
    return image


def _row_bytes(row: Sequence[bool]) -> bytes:
    bits = "".join("1" if dark else "0" for dark in row)
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
