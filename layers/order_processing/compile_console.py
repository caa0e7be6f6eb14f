"""Compile the console's pages: the templates in console_templates/ into what the package loads at run time.

    python compile_console.py [OUTPUT_DIR]

Without OUTPUT_DIR the result goes into the package, for tests and local runs.
"""

from __future__ import annotations

import sys
from pathlib import Path

from compile_mail import if_stale, write_compiled

from order_processing.console.shell import COMPILED

SOURCES = Path(__file__).with_name("console_templates")


def compile_console(output: Path = COMPILED) -> None:
    """Write the compiled pages to a folder, replacing what was there in one step."""
    write_compiled(output, {path.name: path.read_text(encoding="utf-8") for path in SOURCES.glob("*.*")}, {})


def compile_if_stale() -> None:
    """Compile into the package unless that was done since the sources last changed."""
    if_stale(COMPILED, [Path(__file__), *SOURCES.glob("*.*")], compile_console)


if __name__ == "__main__":
    compile_console(Path(sys.argv[1]) if len(sys.argv) > 1 else COMPILED)
