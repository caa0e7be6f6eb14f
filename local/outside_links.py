"""`make links`: asks for every address outside that the README and the docs link to, and tells of those that fail.

Links within the repository are looked after by `make docs` and need no network.
"""

from __future__ import annotations

import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.places import ROOT

_LINK = re.compile(r"\]\((https?://[^)\s]+)\)|<(https?://[^>\s]+)>")
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
_EXAMPLE = re.compile(r"https?://(?:[\w.-]+\.)?(?:example\.(?:com|org|net)|localhost|127\.0\.0\.1)(?:[:/]|$)")
_HEADERS = {"User-Agent": "Mozilla/5.0 (docs' links)", "Accept": "*/*"}
_SECONDS = 20


def links_of(text: str) -> list[str]:
    """The addresses outside that a page links to, each once; those in code and of examples do not count."""
    found = (match[1] or match[2] for match in _LINK.finditer(_CODE.sub("", text)))
    return list(dict.fromkeys(url.partition("#")[0] for url in found if not _EXAMPLE.match(url)))


def pages() -> dict[Path, list[str]]:
    """Each page's addresses outside."""
    files = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return {path: links_of(path.read_text(encoding="utf-8")) for path in files}


def trouble_with(url: str) -> str:
    """What speaks against an address; "" where it answers. 403 and 429 say that something is there."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=_HEADERS), timeout=_SECONDS) as answer:
            return "" if answer.status < 400 else str(answer.status)
    except urllib.error.HTTPError as error:
        return "" if error.code in (403, 405, 429) else f"{error.code} {error.reason}"
    except OSError as error:
        return str(error)


def broken(found: dict[Path, list[str]], ask: Callable[[str], str]) -> Iterable[str]:
    """A line for each address that fails, with the pages that link to it."""
    urls = sorted({url for of_page in found.values() for url in of_page})
    with ThreadPoolExecutor(8) as threads:
        for url, why in zip(urls, threads.map(ask, urls), strict=True):
            if why:
                places = ", ".join(str(path.relative_to(ROOT)) for path, of_page in found.items() if url in of_page)
                yield f"{url}: {why} (in {places})"


def main() -> int:
    """The command; its exit code is 1 when an address fails."""
    found = pages()
    lines = list(broken(found, trouble_with))
    print("\n".join(lines) or f"all {len({url for of_page in found.values() for url in of_page})} addresses answer")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
