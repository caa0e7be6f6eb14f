"""Compile the pages: templates and texts in page_templates/ into what the package loads at run time.

    python compile_pages.py [OUTPUT_DIR]

Without OUTPUT_DIR the result goes into the package, for tests and local runs. Needs mrml and jinja2, as the mails
do; a mistake in a template or a text that a language lacks stops the build.
"""

from __future__ import annotations

import sys
from pathlib import Path

from compile_mail import all_texts, if_stale, write_compiled

from order_processing.pages.texts import COMPILED

SOURCES = Path(__file__).with_name("page_templates")


def compile_pages(output: Path = COMPILED) -> None:
    """Write the compiled pages to a folder, replacing what was there in one step."""
    templates = {path.name: path.read_text(encoding="utf-8") for path in SOURCES.glob("*.*")}
    write_compiled(output, templates, all_texts(SOURCES))


def compile_if_stale() -> None:
    """Compile into the package unless that was done since the sources last changed."""
    if_stale(COMPILED, [Path(__file__), *SOURCES.rglob("*.*")], compile_pages)


if __name__ == "__main__":
    compile_pages(Path(sys.argv[1]) if len(sys.argv) > 1 else COMPILED)
