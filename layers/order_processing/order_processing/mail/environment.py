"""Jinja2 as the mail's templates need it: the same for the build, which compiles them, and for the run."""

from __future__ import annotations

from pathlib import Path

import jinja2

COMPILED = Path(__file__).with_name("compiled")
"""Where the build puts the compiled templates and the texts."""


def environment(loader: jinja2.BaseLoader) -> jinja2.Environment:
    """An environment that escapes in `.html`, refuses a name it was not given, and keeps line ends as written."""
    return jinja2.Environment(
        loader=loader,
        autoescape=jinja2.select_autoescape(enabled_extensions=("html",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
