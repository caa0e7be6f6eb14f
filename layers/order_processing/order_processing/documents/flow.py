"""Blocks that flow down a page and over to the next: heights are known before anything is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """A part of a page. height: millimetres; draw: called with its upper edge.

    keep: stay with the next block (a heading); new_page: begin a page.
    again: drawn at the top of a page on which what it heads goes on, until the next block that sets it.
    """

    height: float
    draw: Callable[[float], None]
    keep: bool = False
    new_page: bool = False
    again: Block | None = None


def paginate(blocks: Iterable[Block], room: float) -> list[list[Block]]:
    """The blocks by page, none of them divided. A block taller than a page has one to itself."""
    pages: list[list[Block]] = []
    page: list[Block] = []
    heading: Block | None = None
    for group in _kept_together(blocks):
        full = sum(b.height for b in page) + sum(b.height for b in group) > room
        if page and (full or group[0].new_page):
            pages.append(page)
            goes_on = heading is not None and group[0].again is None and not group[0].new_page
            page = [heading] if goes_on and heading else []
        page.extend(group)
        heading = next((b.again for b in reversed(group) if b.again), heading)
    return [*pages, page] if page else pages


def _kept_together(blocks: Iterable[Block]) -> Iterable[list[Block]]:
    group: list[Block] = []
    for block in blocks:
        group.append(block)
        if not block.keep:
            yield group
            group = []
    if group:
        yield group
