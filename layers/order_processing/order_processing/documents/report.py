"""Documents of text and tables on office paper: a title, facts beside addresses, tables that go over pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from order_processing.documents.drawing import ascent, leading, wrapped
from order_processing.documents.flow import Block, paginate
from order_processing.documents.fonts import replaced
from order_processing.documents.sheet import Sheet
from order_processing.documents.text import one_line

LETTER_MM, A4_MM = (215.9, 279.4), (210.0, 297.0)
_LETTER_COUNTRIES = frozenset(["US", "CA", "MX", "PH", "CL", "CO", "CR", "GT", "PA", "SV", "VE", "DO", "PR"])
_MARGIN, _TOP, _FOOTER, _SIZE = 15.0, 30.0, 16.0, 9.0
_LONGEST_CELL = 900
BLANK = "________"
"""A place on a form to write on, where what belongs there is not known."""


@dataclass(frozen=True)
class Column:
    """A table's column. share: of the page's width, all shares add up to 1."""

    title: str
    share: float
    align: Literal["left", "right"] = "left"


def paper(country: str) -> tuple[float, float]:
    """The size of a sheet of office paper there, in millimetres."""
    return LETTER_MM if country in _LETTER_COUNTRIES else A4_MM


class Report:
    """A document of blocks, one below the other. What no font can print is shown as U+FFFD."""

    def __init__(self, size_mm: tuple[float, float], *, title: str, subject: str, author: str) -> None:
        self._title, self._subject, self._author = title, _clean(subject), _clean(author)
        self._sheet = Sheet(*size_mm, title=f"{title} {self._subject}", author=self._author)
        self._within = self._sheet.width - 2 * _MARGIN
        self._blocks: list[Block] = []

    def columns(self, *columns: tuple[str, Sequence[str]]) -> None:
        """Lines of text side by side, each column under its title: addresses, facts."""
        share = self._within / len(columns)
        texts = [(title, [part for line in lines for part in self._cell(line, share - 4)]) for title, lines in columns]
        high = (max(len(lines) for _, lines in texts) + 1) * leading(_SIZE) + 5

        def draw(y: float) -> None:
            for place, (title, lines) in enumerate(texts):
                x = _MARGIN + place * share
                self._sheet.text(x, y + ascent(_SIZE), title, 7.5)
                for row, line in enumerate(lines, 1):
                    self._sheet.text(x, y + ascent(_SIZE) + row * leading(_SIZE), line, _SIZE)

        self._blocks.append(Block(high, draw))

    def heading(self, text: str) -> None:
        """A heading that stays with what follows."""
        line = wrapped(_clean(text), self._within, 11, bold=True)[0]
        self._blocks.append(Block(9, lambda y: self._sheet.text(_MARGIN, y + 6, line, 11, bold=True), keep=True))

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, total: Sequence[str] = ()) -> None:
        """A table; its titles are repeated on each page, `total` is a last row in bold."""
        head = self._row(columns, [column.title for column in columns], bold=True)
        self._blocks.append(Block(head.height, head.draw, keep=True, again=head))
        self._blocks += [self._row(columns, row) for row in rows]
        if total:
            self._blocks.append(self._row(columns, total, bold=True))
        self._blocks.append(Block(4, lambda _: None))

    def paragraph(self, text: str, *, bold: bool = False) -> None:
        """Text across the page."""
        lines = self._cell(text, self._within, bold=bold)

        def draw(y: float) -> None:
            for row, line in enumerate(lines):
                self._sheet.text(_MARGIN, y + ascent(_SIZE) + row * leading(_SIZE), line, _SIZE, bold=bold)

        self._blocks.append(Block(len(lines) * leading(_SIZE) + 3, draw))

    def signature(self, *titles: str) -> None:
        """Lines to sign on."""
        share = self._within / len(titles)

        def draw(y: float) -> None:
            for place, title in enumerate(titles):
                x = _MARGIN + place * share
                self._sheet.rule(x, y + 14, x + share - 8, y + 14, thick=0.2)
                self._sheet.text(x, y + 18, title, 7.5)

        self._blocks.append(Block(25, draw))

    def to_bytes(self) -> bytes:
        """The finished PDF, the same bytes for the same calls."""
        pages = paginate(self._blocks, self._sheet.height - _TOP - _FOOTER)
        right = self._sheet.width - _MARGIN
        for number, blocks in enumerate(pages, 1):
            if number > 1:
                self._sheet.new_page()
            self._sheet.fitted(
                _MARGIN,
                20,
                self._author,
                within=self._within * 0.5,
                size=15,
                smallest=6,
                field="author",
                bold=True,
                cut=True,
            )
            self._sheet.text(right, 20, self._title, 15, align="right")
            self._sheet.rule(_MARGIN, 24, right, 24, thick=0.4)
            y = _TOP
            for block in blocks:
                block.draw(y)
                y += block.height
            foot = self._sheet.height - 9
            self._sheet.text(right, foot, f"{self._subject}, page {number} of {len(pages)}", 8, align="right")
        return self._sheet.to_bytes()

    def _row(self, columns: Sequence[Column], cells: Sequence[str], *, bold: bool = False) -> Block:
        widths = [column.share * self._within for column in columns]
        texts = [self._cell(cell, wide - 3, bold=bold) for cell, wide in zip(cells, widths, strict=True)]
        high = max(map(len, texts)) * leading(_SIZE) + 2.5
        return Block(high, partial(self._draw_row, columns, texts, high, bold))

    def _draw_row(
        self, columns: Sequence[Column], texts: Sequence[Sequence[str]], high: float, bold: bool, y: float
    ) -> None:
        x = _MARGIN
        for column, lines in zip(columns, texts, strict=True):
            wide = column.share * self._within
            at = x + wide - 3 if column.align == "right" else x
            for row, line in enumerate(lines):
                base = y + 1 + ascent(_SIZE) + row * leading(_SIZE)
                self._sheet.text(at, base, line, _SIZE, bold=bold, align=column.align)
            x += wide
        self._sheet.rule(_MARGIN, y + high, _MARGIN + self._within, y + high, thick=0.3 if bold else 0.1)

    @staticmethod
    def _cell(text: str, within: float, *, bold: bool = False) -> list[str]:
        cleaned = _clean(text)
        if len(cleaned) > _LONGEST_CELL:
            cleaned = f"{cleaned[:_LONGEST_CELL]}…"
        return wrapped(cleaned, within, _SIZE, bold=bold)


def to_fill_in(missing: Iterable[str]) -> str:
    """The sentence that points to a form's blanks. missing: what each of them is for; named once."""
    return f"Fill in before dispatch: {'; '.join(dict.fromkeys(missing))}"


def _clean(text: str) -> str:
    return replaced(one_line(text))
