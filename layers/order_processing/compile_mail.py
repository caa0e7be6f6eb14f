"""Compile the mail: MJML and texts in mail_templates/ into what the package loads at run time.

    python compile_mail.py [OUTPUT_DIR]

Without OUTPUT_DIR the result goes into the package, for tests and local runs. MJML becomes HTML that mail
programs lay out alike, the HTML's Jinja becomes Python modules, so that nothing is parsed at run time.
Needs mrml and jinja2; a mistake in a template or a text that a language lacks stops the build.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import string
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import jinja2
import mrml

from order_processing.mail.environment import COMPILED, environment

SOURCES = Path(__file__).with_name("mail_templates")
_INCLUDE = re.compile(r'<mj-include path="([a-z]+\.mjml)" />')


class MailMistake(ValueError):
    """A template or a text that cannot be used; the message names the file."""


def compile_mail(output: Path = COMPILED) -> None:
    """Write the compiled mail to a folder, replacing what was there in one step."""
    write_compiled(output, {"letter.html": _html(), "letter.txt": _read("letter.txt")}, all_texts())


def compile_if_stale() -> None:
    """Compile into the package unless that was done since the sources last changed."""
    if_stale(COMPILED, [Path(__file__), *SOURCES.rglob("*.*")], compile_mail)


def write_compiled(output: Path, templates: dict[str, str], texts: dict[str, dict[str, str]]) -> None:
    """Write templates as Python modules and each language's texts to a folder, replacing it in one step."""
    output.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".compiled-", dir=output.parent))
    environment(jinja2.DictLoader(templates)).compile_templates(fresh, zip=None, ignore_errors=False)
    for language, own in texts.items():
        content = json.dumps(own, ensure_ascii=False, separators=(",", ":"))
        (fresh / f"{language}.json").write_text(content, encoding="utf-8")
    fresh.chmod(0o755)
    shutil.rmtree(output, ignore_errors=True)
    fresh.rename(output)


def if_stale(compiled: Path, sources: list[Path], compile_all: Callable[[], None]) -> None:
    """Compile unless that was done since the sources last changed."""
    with sources[0].open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may come at once
        if not compiled.is_dir() or os.path.getmtime(compiled) < max(map(os.path.getmtime, sources)):
            compile_all()


def all_texts(folder: Path | None = None) -> dict[str, dict[str, str]]:
    """Every language's texts, by language; MailMistake where one lacks a text or a placeholder of another."""
    texts = {}
    for path in sorted(((folder or SOURCES) / "texts").glob("*.json")):
        texts[path.stem] = json.loads(path.read_text(encoding="utf-8"))
    english = texts["en"]
    for language, own in texts.items():
        if odd := english.keys() ^ own.keys():
            raise MailMistake(f"{language}.json: {', '.join(sorted(odd))}: not in both this language and en.json")
        for key in english:
            if _placeholders(own[key]) != _placeholders(english[key]):
                raise MailMistake(f"{language}.json: {key}: its placeholders are not those of en.json")
    return texts


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _read(name: str) -> str:
    return (SOURCES / name).read_text(encoding="utf-8")


def _html() -> str:
    """The letter's MJML as HTML that still holds its Jinja."""
    # mrml's own mj-include loses the body's width, so the parts are put in here.
    whole = _INCLUDE.sub(
        lambda match: _read(match[1]),
        _read("letter.mjml"),
    )
    result = mrml.to_html(whole, render_options=mrml.RenderOptions(disable_comments=True, fonts={}))
    if result.warnings:
        found = ", ".join(f"{warning.kind} at {warning.origin}:{warning.start}" for warning in result.warnings)
        raise MailMistake(f"letter.mjml: {found}")
    # Jinja's own whitespace between the tags of a table row costs bytes in each mail.
    return re.sub(r"\n\s+", "\n", result.content)


if __name__ == "__main__":
    compile_mail(Path(sys.argv[1]) if len(sys.argv) > 1 else COMPILED)
