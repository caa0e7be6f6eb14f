"""Pages to draw on that become a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from order_processing.barcodes import gs1_128, human_readable, qr_modules
from order_processing.documents.drawing import MM, Drawing
from order_processing.documents.fonts import as_seen, first_font, runs, width
from order_processing.documents.tagged import Tags


class Sheet(Drawing):
    """Pages of one size, in PDF. dpi: of the printer on whose dots barcodes are drawn.

    The same calls give the same bytes: neither a date nor a random id goes into the file.
    """

    def __init__(
        self, width_mm: float, height_mm: float, *, title: str, author: str, language: str = "en", dpi: int = 203
    ) -> None:
        self._dot = 72 / dpi
        self.width, self.height = width_mm, height_mm
        self._file = BytesIO()
        self._canvas = Canvas(
            self._file,
            pagesize=(width_mm * MM, height_mm * MM),
            invariant=1,
            pageCompression=1,
            lang=language,
            pdfVersion=(1, 7),
            # Else every page would name a font that is not embedded. (The stubs take it for a number.)
            initialFontName=first_font(),  # type: ignore[arg-type]
        )
        self._canvas.setTitle(title)
        self._canvas.setSubject(title)
        self._canvas.setAuthor(author)
        self._canvas.setCreator(author)
        self._tags = Tags(self._canvas)
        self._about = {"title": title, "author": author, "language": language}

    def new_page(self) -> None:
        """Begin the next page."""
        self._canvas.showPage()
        self._tags.new_page()

    def to_bytes(self) -> bytes:
        """The finished file."""
        self._canvas.showPage()
        self._tags.write(**self._about)
        self._canvas.save()
        return self._file.getvalue()

    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False, align: str = "left") -> None:
        """One line with its baseline at y. x: its left end, its middle or its right end, as `align` says."""
        at = x * MM - width(text, size, bold=bold) * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        # Letters are drawn as they are seen; who reads aloud or searches needs them as they are read.
        actual = text if as_seen(text) != text else ""
        with self._tags.element("P", actual=actual):
            for font, letters in runs(text, bold=bold):
                self._canvas.setFont(font, size)
                self._canvas.drawString(at, self._up(y), letters)
                at += self._canvas.stringWidth(letters, font, size)

    def rule(self, x1: float, y1: float, x2: float, y2: float, *, thick: float = 0.25, grey: float = 0.0) -> None:
        """A straight line."""
        with self._tags.artifact():
            self._canvas.setStrokeGray(grey)
            self._canvas.setLineWidth(thick * MM)
            self._canvas.line(x1 * MM, self._up(y1), x2 * MM, self._up(y2))

    def box(
        self, x: float, y: float, wide: float, high: float, *, fill: float | None = None, thick: float = 0.25
    ) -> None:
        """A rectangle by its upper left corner: outlined, or filled with a grey (0 is black)."""
        outline = int(fill is None)
        with self._tags.artifact():
            self._canvas.setStrokeGray(0)
            self._canvas.setLineWidth(thick * MM)
            if fill is not None:
                self._canvas.setFillGray(fill)
            self._canvas.rect(x * MM, self._up(y + high), wide * MM, high * MM, stroke=outline, fill=1 - outline)
            self._canvas.setFillGray(0)

    def bars(self, x: float, y: float, high: float, elements: Sequence[tuple[str, str]], *, dots: int) -> None:
        """A GS1-128 barcode, snapped to the printer's dots."""
        at, top, bottom = self._dots(x), self._dots(y), self._dots(y + high)
        path = self._canvas.beginPath()
        for place, modules in enumerate(gs1_128(elements)):
            if place % 2 == 0:
                self._add_dots(path, at, top, modules * dots, bottom - top)
            at += modules * dots
        with self._tags.element("Figure", alternative=f"Barcode {human_readable(elements)}"):
            self._canvas.drawPath(path, stroke=0, fill=1)

    def qr_code(self, x: float, y: float, data: str, *, dots: int) -> None:
        """A QR code, snapped to the printer's dots."""
        left, top = self._dots(x), self._dots(y)
        path = self._canvas.beginPath()
        for row, modules in enumerate(qr_modules(data)):
            for column, dark in enumerate(modules):
                if dark:
                    self._add_dots(path, left + column * dots, top + row * dots, dots, dots)
        with self._tags.element("Figure", alternative=f"QR code {data}"):
            self._canvas.drawPath(path, stroke=0, fill=1)

    def _dots(self, millimetres: float) -> int:
        return round(millimetres * MM / self._dot)

    def _add_dots(self, path: PDFPathObject, x: int, y: int, wide: int, high: int) -> None:
        dot = self._dot
        path.rect(x * dot, self.height * MM - (y + high) * dot, wide * dot, high * dot)

    def _up(self, y: float) -> float:
        return (self.height - y) * MM
