"""What the docs' site needs beside its pages (a hook of MkDocs): the README as its first page, the API's reference,
and links to files of the repository, which are not on the site, as their names. A link to a file that is not there
fails the build.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "functions" / "show_reference"
_REFERENCE_HERE = """
On this site: <a href="api/reference.html">the reference</a>, and as a document <a href="api/openapi.json">OpenAPI</a>.
"""
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s#]+)(#[^)]*)?\)")
# What draws the diagrams; where it could not be had, the theme asks for it elsewhere when a page with one is opened.
_MERMAID = ROOT / ".tools" / "mermaid" / "mermaid.min.js"


def on_config(config: Any) -> Any:
    """Pages that the navigation does not name stand at its end, so that none is lost."""
    named = set(re.findall(r"[\w/-]+\.md", str(config["nav"])))
    others = sorted(page.name for page in (ROOT / "docs").glob("*.md") if page.name not in named)
    if others:
        config["nav"].append({"More": others})
    if _MERMAID.exists():
        config["extra_javascript"].append(_MERMAID.name)
    return config


def on_files(files: Files, config: Any) -> Files:
    """The README is the first page."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    files.append(File.generated(config, "index.md", content=_LINK.sub(_from_the_readme, text)))
    return files


def on_page_markdown(text: str, page: Any, **_: Any) -> str:
    """Links that lead out of the docs become the names of what they lead to."""
    text = _LINK.sub(lambda link: _of_the_site(link, page.file.src_path), text)
    return text.replace("# The API\n", f"# The API\n{_REFERENCE_HERE}", 1) if page.file.src_path == "api.md" else text


def on_post_build(config: Any) -> None:
    """The reference is a page as it is, with the document that it shows; the script that draws diagrams."""
    place = Path(config["site_dir"]) / "api"
    place.mkdir(exist_ok=True)
    for name in ("reference.html", "openapi.json"):
        shutil.copy(REFERENCE / name, place / name)
    if _MERMAID.exists():
        shutil.copy(_MERMAID, place.parent)


def _from_the_readme(link: re.Match[str]) -> str:
    text, target, anchor = link[1], link[2], link[3] or ""
    if target.startswith("docs/"):
        return f"[{text}]({target.removeprefix('docs/')}{anchor})"
    return f"[{text}](../{target}{anchor})" if "://" not in target else link[0]


def _of_the_site(link: re.Match[str], page: str) -> str:
    text, target = link[1], link[2]
    if "://" in target or target.startswith("mailto:"):
        return link[0]
    found = (ROOT / "docs" / page).parent / target
    if found.resolve() == ROOT / "README.md":
        return f"[{text}](index.md{link[3] or ''})"
    if found.resolve().is_relative_to(ROOT / "docs"):
        return link[0]  # MkDocs looks after these
    if not found.exists():
        raise PluginError(f"{page}: {target} is not there")
    name = str(found.resolve().relative_to(ROOT))
    return f"`{name}`" if text == name else f"{text} (`{name}`)"
