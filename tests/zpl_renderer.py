"""A renderer of ZPL that is not ours (zpl-renderer-js), run by node."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

_FOLDER = Path(__file__).parents[1] / ".tools" / "zpl-renderer"
_MODULE = _FOLDER / "node_modules/zpl-renderer-js/dist/index.esm.js"
_SCRIPT = """
    import fs from "node:fs";
    const { ready } = await import(process.argv[2]);
    const { api } = await ready;
    for (const file of process.argv.slice(3)) {
      const picture = await api.zplToBase64Async(fs.readFileSync(file, "utf8"), 101.6, 152.4, 8);
      fs.writeFileSync(file + ".png", Buffer.from(picture, "base64"));
    }
    process.exit(0);
"""

NEEDS_RENDERER = pytest.mark.skipif(
    not shutil.which("node") or not _MODULE.is_file(), reason="needs node, and: make zpl-renderer"
)


def render(files: list[Path]) -> None:
    """Each file of ZPL as a picture of a 4x6 inch label at 203 dpi, beside it as `<file>.png`."""
    program = files[0].parent / "render.mjs"
    program.write_text(_SCRIPT, encoding="utf-8")
    subprocess.run(["node", str(program), str(_MODULE), *map(str, files)], check=True, timeout=300)
